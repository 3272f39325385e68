import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { AudioGateway, type GatewayCall, type GatewayOut, type HeadsetLink, type HidAct } from '@switchhook/bt-headset';
import { Bluetooth as Headsets, HidHeadset, MediaKeys } from '@switchhook/bt-headset/node';
import { monotonicClock } from '@switchhook/sip-core/node';
import { Bluetooth, GATEWAY_CHANNEL, HEADSET_ADAPTER, PHONE_ADAPTER } from '../devices/bluetooth.ts';
import { MEDIA, MEDIA_HEADSET, TELEPHONY, TELEPHONY_HEADSET, TELEPHONY_LAMPS } from '../devices/descriptors.ts';
import { ScriptedHeadset } from '../devices/headset.ts';
import { UhidDevice } from '../devices/uhid.ts';
import type { Suite } from '../guest/suite.ts';
import { until } from '../guest/until.ts';

const RADIO = 'kernel RFCOMM + btvirt + bluetoothd';
const BLUEALSA = 'kernel RFCOMM + btvirt + bluetoothd + bluealsa';
const HID = 'uhid + hidraw';
const WAIT_MS = 20_000;

const RINGS = { index: 1, direction: 'in', state: 'incoming', number: '1001', multiparty: false } as const;

/** The phone's end of a headset: the real transports with a gateway on them, and what was asked for. */
class PhoneEnd {
  readonly requests: string[] = [];
  readonly notes: string[] = [];
  trouble: string | undefined;
  link: HeadsetLink | undefined;
  threeWay: boolean | undefined;
  readonly #headsets: Headsets;
  readonly #turn: NodeJS.Timeout;
  #gateway: AudioGateway | undefined;

  constructor(transport: 'bluealsa' | 'profile') {
    this.#headsets = new Headsets(
      { clock: monotonicClock, transport },
      {
        opened: (link) => {
          this.link = link;
          this.#gateway = new AudioGateway({ slc: link.slc });
          this.calls();
        },
        bytes: (_, bytes) => this.#receive({ type: 'bytes', bytes }),
        closed: () => {
          this.link = undefined;
          this.#gateway = undefined;
          this.threeWay = undefined;
        },
        status: (status) => {
          this.trouble = status.trouble;
        },
        note: (line) => this.notes.push(line),
      },
    );
    this.#headsets.start();
    this.#turn = setInterval(() => this.#perform(this.#gateway?.wake(monotonicClock.now()) ?? []), 50);
  }

  calls(...calls: readonly GatewayCall[]): void {
    const house = { service: true, signal: 5, roam: false, battery: 5, operator: 'lab', memory: [] };
    this.#receive({ type: 'picture', picture: { ...house, calls } });
  }

  stop(): void {
    clearInterval(this.#turn);
    this.#headsets.stop();
  }

  #receive(input: Parameters<AudioGateway['receive']>[0]): void {
    this.#perform(this.#gateway?.receive(input, monotonicClock.now()) ?? []);
  }

  #perform(outputs: readonly GatewayOut[]): void {
    for (const out of outputs) {
      if (out.type === 'bytes') this.link?.send(out.bytes);
      else if (out.type === 'connected') this.threeWay = out.threeWay;
      else if (out.type === 'request') {
        this.requests.push(out.request.name);
        this.#receive({ type: 'answered', ok: true });
      }
    }
  }
}

async function overProfile(check: Parameters<Suite['run']>[0], bluetooth: Bluetooth): Promise<void> {
  const phone = new PhoneEnd('profile');
  await check(
    'phone-ux §4.7: our own gateway: a headset connects, rings, answers, and hands over by AT+CHLD=4',
    RADIO,
    async () => {
      const headset = await ScriptedHeadset.connect(HEADSET_ADAPTER, PHONE_ADAPTER, GATEWAY_CHANNEL);
      await until(
        'the link',
        () => phone.link !== undefined,
        WAIT_MS,
        () => phone.notes.join(),
      );
      assert.equal(phone.link?.slc, 'ours');
      await headset.serviceLevel();
      await until('the service level connection', () => phone.threeWay === true);
      phone.calls(RINGS);
      await headset.hears(/^\+CIEV: 3,1$/);
      await headset.hears(/^RING$/);
      await headset.hears(/^\+CLIP: "1001",129$/);
      assert.equal((await headset.command('ATA')).at(-1), 'OK');
      phone.calls({ ...RINGS, state: 'held' }, { ...RINGS, index: 2, direction: 'out', state: 'active' });
      await headset.hears(/^\+CIEV: 4,1$/);
      assert.equal((await headset.command('AT+CHLD=4')).at(-1), 'OK');
      assert.deepEqual(phone.requests, ['answer', 'transfer']);
      await headset.drop();
      await until('its end', () => phone.link === undefined, WAIT_MS);
    },
  );
  await check('a headset that drops comes again', RADIO, async () => {
    const headset = await ScriptedHeadset.connect(HEADSET_ADAPTER, PHONE_ADAPTER, GATEWAY_CHANNEL);
    await until('the link', () => phone.link !== undefined, WAIT_MS);
    await headset.serviceLevel();
    await headset.drop();
    await until('its end', () => phone.link === undefined, WAIT_MS);
  });
  await check(
    'bluetoothd restarted: it is told, the profile is registered anew, and the headset comes',
    RADIO,
    async () => {
      await bluetooth.stopDaemon();
      await until('the trouble', () => phone.trouble?.includes('bluetoothd is not running') === true, WAIT_MS);
      await bluetooth.startDaemon();
      await until('no trouble', () => phone.trouble === undefined, WAIT_MS);
      const headset = await ScriptedHeadset.connect(HEADSET_ADAPTER, PHONE_ADAPTER, GATEWAY_CHANNEL);
      await until(
        'the link',
        () => phone.link !== undefined,
        WAIT_MS,
        () => phone.notes.join(),
      );
      await headset.serviceLevel();
      await headset.drop();
      await until('its end', () => phone.link === undefined, WAIT_MS);
    },
  );
  phone.stop();
}

async function overBluealsa(check: Parameters<Suite['run']>[0]): Promise<void> {
  const bluealsa: ChildProcess = spawn('bluealsa', ['-p', 'hfp-ag'], { stdio: ['ignore', 'inherit', 'inherit'] });
  const phone = new PhoneEnd('bluealsa');
  await check(
    'hardware-tests §5: bluealsa answers for the connection, the rest is ours, and its voice has a name',
    BLUEALSA,
    async () => {
      const headset = await ScriptedHeadset.connect(HEADSET_ADAPTER, PHONE_ADAPTER, GATEWAY_CHANNEL);
      await until(
        'the link',
        () => phone.link !== undefined,
        WAIT_MS,
        () => phone.notes.join(),
      );
      assert.deepEqual([phone.link?.slc, phone.link?.voice], ['theirs', `bluealsa:DEV=${HEADSET_ADAPTER},PROFILE=sco`]);
      for (const command of ['AT+BRSF=0', 'AT+CIND=?', 'AT+CIND?', 'AT+CMER=3,0,0,1']) {
        const answers = await headset.command(command);
        assert.equal(answers.filter((line) => line === 'OK').length, 1, `${command}: one answer`);
      }
      await headset.hears(/^\+CIEV: 1,1$/);
      await until('connected', () => phone.threeWay === false);
      phone.calls(RINGS);
      await headset.hears(/^\+CIEV: 3,1$/);
      await headset.hears(/^RING$/);
      for (const command of ['ATA', 'AT+CHUP', 'AT+BLDN', 'AT+CKPD=200'])
        assert.deepEqual((await headset.command(command)).slice(-1), ['OK'], command);
      assert.deepEqual(phone.requests, ['answer', 'hangup', 'redial', 'button']);
      await headset.drop();
      await until('its end', () => phone.link === undefined, WAIT_MS);
    },
  );
  phone.stop();
  bluealsa.kill();
}

async function overHid(check: Parameters<Suite['run']>[0]): Promise<void> {
  await check(
    'features rule EHS: a telephony headset: hook, redial and mute, its lamps, pulled out and plugged in',
    HID,
    async () => {
      const acts: HidAct[] = [];
      const there: (string | undefined)[] = [];
      const ours = new HidHeadset({
        clock: monotonicClock,
        device: 'auto',
        onAct: (act) => acts.push(act),
        onThere: (name) => there.push(name),
      });
      ours.start();
      const plan = { name: 'Lab Telephony Headset', vendor: 0x1209, product: 1, descriptor: TELEPHONY_HEADSET };
      let device = UhidDevice.plug(plan);
      await until('it is found', () => there.at(-1) === plan.name, WAIT_MS);
      device.report(1, TELEPHONY.hook);
      device.report(1, TELEPHONY.hook | TELEPHONY.mute);
      device.report(1, TELEPHONY.redial);
      await until(
        'four acts',
        () => acts.length >= 4,
        WAIT_MS,
        () => JSON.stringify(acts),
      );
      assert.deepEqual(acts, [
        { type: 'hook', lifted: true },
        { type: 'key', key: 'mute' },
        { type: 'hook', lifted: false },
        { type: 'key', key: 'redial' },
      ]);
      ours.light({ ring: true, offHook: false, mute: false, hold: false });
      await until('the ring lamp', () => device.outputs.at(-1)?.join() === `2,${TELEPHONY_LAMPS.ring}`, WAIT_MS);
      device.unplug();
      await until('it has gone', () => there.at(-1) === undefined, WAIT_MS);
      device = UhidDevice.plug(plan);
      await until('it is found again', () => there.at(-1) === plan.name, WAIT_MS);
      await until('its lamp again', () => device.outputs.at(-1)?.join() === `2,${TELEPHONY_LAMPS.ring}`, WAIT_MS);
      ours.close();
      device.unplug();
    },
  );
}

async function overMediaKeys(check: Parameters<Suite['run']>[0]): Promise<void> {
  await check(
    'phone-ux §4.7: AVRCP: the play key of an input device that is called so is the button',
    'evdev of uhid',
    async () => {
      const edges: string[] = [];
      const keys = new MediaKeys({ clock: monotonicClock, onButton: (edge) => edges.push(edge) });
      keys.start();
      const plan = { name: 'Lab Headset (AVRCP)', vendor: 0x1209, product: 2, descriptor: MEDIA_HEADSET };
      const device = UhidDevice.plug(plan);
      await until(
        'down and up',
        () => {
          // it is looked for every second or more: the finger goes on pressing until it is there
          device.report(3, MEDIA.playPause);
          device.report(3, 0);
          return edges.length >= 2;
        },
        WAIT_MS,
      );
      assert.deepEqual(edges.slice(0, 2), ['down', 'up']);
      device.report(3, MEDIA.volumeUp);
      device.report(3, 0);
      keys.close();
      device.unplug();
    },
  );
}

/** Headsets by Bluetooth and by USB, over the kernel's own drivers, Debian's bluetoothd and Debian's bluealsa. */
export const headsets: Suite = {
  name: 'headsets',
  limitS: 180,
  commands: {
    bluetoothd: 'bluez',
    btvirt: 'bluez-test-tools',
    bluealsa: 'bluez-alsa-utils',
    'dbus-daemon': 'dbus',
    python3: 'python3',
  },
  async run(check) {
    await overHid(check);
    await overMediaKeys(check);
    const bluetooth = await Bluetooth.start();
    await overProfile(check, bluetooth);
    await overBluealsa(check);
    await bluetooth.stop();
  },
};
