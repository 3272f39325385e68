import type { BluetoothStatus, HeadsetLink } from '@switchhook/bt-headset';
import type { Runtime } from '@switchhook/phone/node';
import type { AlarmClock } from '@switchhook/sans-io';
import type { Configuration } from '../configuration/schema.ts';
import type { Hands } from '../hands.ts';
import { HeadsetLine } from '../headset/headset-line.ts';
import { voiceByBluetooth } from '../headset/headset-voice.ts';
import { handOfHid, hidLampsOf } from '../headset/hid-table.ts';

/** What the headsets are wired to in the phone. */
export interface HeadsetPorts {
  readonly runtime: Pick<Runtime, 'state' | 'subscribe' | 'tell'>;
  readonly hands: Pick<Hands, 'take'>;
  readonly clock: AlarmClock;
  /** A line for the person. */
  readonly say: (line: string) => void;
  /** What is wrong with which device, in one line; undefined = it works (again). */
  readonly fault: (device: string, line: string | undefined) => void;
}

/** The headsets of the configuration, by Bluetooth and by USB, from now on. What is not there now is waited for. */
export function openHeadset(configuration: Configuration, ports: HeadsetPorts): { close(): void } {
  const { headset } = configuration;
  if (!headset.enabled) return { close() {} };
  const bluetooth = new BluetoothHeadset(configuration, ports);
  const closers: (() => void)[] = [() => bluetooth.close()];
  let closed = false;
  // D-Bus is loaded only where there is a headset
  void import('@switchhook/bt-headset/node').then(({ Bluetooth, HidHeadset, MediaKeys }) => {
    if (closed) return;
    const { clock, hands, runtime, fault, say } = ports;
    if (headset.transport !== 'none') {
      const { transport, address } = headset;
      const options = { clock, transport, ...(address === undefined ? {} : { address }) };
      const radio = new Bluetooth(options, bluetooth);
      closers.push(() => radio.stop());
      radio.start();
    }
    if (headset.hid !== undefined) {
      const hid = new HidHeadset({
        clock,
        device: headset.hid,
        onAct: (act) => {
          for (const event of handOfHid(act, runtime.state)) hands.take(event);
        },
        onThere: (name, why) => {
          fault('headset.hid', why);
          if (name !== undefined) say(`headset: ${name} is there`);
        },
      });
      closers.push(runtime.subscribe({ snapshot: () => hid.light(hidLampsOf(runtime.state)) }), () => hid.close());
      hid.start();
    }
    if (headset.mediaKeys) {
      const keys = new MediaKeys({ clock, onButton: (edge) => hands.take({ type: 'button', edge }) });
      closers.push(() => keys.close());
      keys.start();
    }
  });
  return {
    close() {
      closed = true;
      for (const close of closers) close();
    },
  };
}

/** The headset that comes by Bluetooth: its line while it is connected, its route, and what people are told. */
class BluetoothHeadset {
  readonly #ports: HeadsetPorts;
  readonly #memory: readonly string[];
  readonly #voice: boolean;
  #link: HeadsetLink | undefined;
  #line: HeadsetLine | undefined;
  #battery: number | undefined;
  #trouble: string | undefined;

  constructor(configuration: Configuration, ports: HeadsetPorts) {
    this.#ports = ports;
    this.#memory = configuration.headset.memory;
    this.#voice = voiceByBluetooth(configuration);
    if (this.#voice) ports.runtime.tell({ type: 'route-lost', route: 'headset' });
  }

  opened(link: HeadsetLink): void {
    const { runtime, hands, clock, say } = this.#ports;
    this.#link = link;
    const line = new HeadsetLine({ runtime, hands, clock, link, memory: this.#memory });
    this.#line = line;
    line.onNews = () => this.#show();
    const way =
      link.transport === 'bluealsa' ? 'by bluealsa, without call holding' : 'by our own profile, without voice';
    say(`headset: ${link.name} (${link.address}) is connected ${way}`);
    this.#show();
    if (this.#voice && link.voice !== undefined) runtime.tell({ type: 'route-found', route: 'headset' });
  }

  bytes(link: HeadsetLink, bytes: Uint8Array): void {
    if (link === this.#link) this.#line?.take(bytes);
  }

  closed(link: HeadsetLink, why: string): void {
    if (link !== this.#link) return;
    this.#forget();
    this.#ports.say(`headset: ${link.name} (${link.address}) has gone: ${why}`);
  }

  status(status: BluetoothStatus): void {
    this.#battery = status.headset?.battery;
    this.#trouble = status.trouble;
    this.#ports.fault('headset', this.#trouble);
    this.#show();
  }

  note(line: string): void {
    this.#ports.say(line);
  }

  close(): void {
    this.#line?.close();
  }

  #forget(): void {
    const { runtime } = this.#ports;
    this.#line?.close();
    this.#line = undefined;
    this.#link = undefined;
    this.#show();
    if (this.#voice) runtime.tell({ type: 'route-lost', route: 'headset' });
  }

  #show(): void {
    const { runtime } = this.#ports;
    const link = this.#link;
    const news = this.#line?.news;
    const facts =
      link === undefined || news === undefined
        ? undefined
        : {
            name: link.name,
            transport: link.transport,
            battery: news.battery ?? this.#battery,
            callHolding: news.threeWay,
          };
    if (JSON.stringify(facts) !== JSON.stringify(runtime.state.headset))
      runtime.tell({ type: 'headset', headset: facts });
  }
}
