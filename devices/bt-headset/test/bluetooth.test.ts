import assert from 'node:assert/strict';
import type { AlarmClock } from '@switchhook/sans-io';
import { suite } from 'uvu';
import type { BluetoothStatus, HeadsetLink } from '../src/index.ts';
import { Bluetooth, type BluetoothOptions } from '../src/node/index.ts';
import { FakeBluealsa, FakeBluez, noBusDaemon, PrivateBus, until } from '../src/node/testing/index.ts';

const skip = noBusDaemon();
if (skip !== undefined) console.log(`SKIP headsets over a real dbus-daemon: ${skip}`);

const ANN = '00:11:22:AA:BB:01';
const BEN = '00:11:22:AA:BB:02';

/** Fifty times as fast as the real one: pauses of seconds are tens of milliseconds. */
const clock: AlarmClock = {
  now: () => performance.now() * 50,
  alarm(at, ring) {
    const timer = setTimeout(ring, Math.max(0, at / 50 - performance.now()));
    return () => clearTimeout(timer);
  },
};

/** Our side, and what it told. */
class Ours {
  readonly told: string[] = [];
  readonly notes: string[] = [];
  link: HeadsetLink | undefined;
  status: BluetoothStatus | undefined;
  heard = '';
  readonly bluetooth: Bluetooth;

  constructor(busAddress: string, options: Partial<BluetoothOptions> = {}) {
    this.bluetooth = new Bluetooth(
      { clock, busAddress, ...options },
      {
        opened: (link) => {
          this.link = link;
          this.told.push(`opened ${link.address} ${link.transport} ${link.slc}`);
        },
        bytes: (_, bytes) => {
          this.heard += new TextDecoder().decode(bytes);
        },
        closed: (link) => {
          this.link = undefined;
          this.told.push(`closed ${link.address}`);
        },
        status: (status) => {
          this.status = status;
        },
        note: (line) => this.notes.push(line),
      },
    );
    this.bluetooth.start();
  }
}

const test = suite('bluetooth');
const on = skip === undefined ? test : test.skip;
let bus: PrivateBus;
test.before.each(async () => {
  bus = new PrivateBus();
  await bus.start();
});
test.after.each(() => bus.remove());

on(
  'Profile1: our gateway is registered, a headset comes, speaks, is told apart from a second one, and goes',
  async () => {
    const bluez = await FakeBluez.start(bus.address);
    const ann = bluez.addHeadset(ANN, 'Ann');
    const ours = new Ours(bus.address, { address: ANN.toLowerCase() });
    await until('the profile', () => bluez.profile);
    assert.ok(bluez.asked.includes('RegisterProfile 0000111f-0000-1000-8000-00805f9b34fb'));
    await until(
      'power and trust',
      () => bluez.asked.includes('Set Powered hci0') && bluez.asked.some((line) => line.startsWith('Set Trusted')),
    );
    bluez.connected(ann, true);
    const far = await bluez.newConnection(ann);
    const link = await until('the link', () => ours.link);
    assert.deepEqual([link.name, link.slc, link.voice], ['Ann', 'ours', undefined]);
    far.write(new TextEncoder().encode('AT+BRSF=1\r'));
    await until('the bytes', () => ours.heard === 'AT+BRSF=1\r');
    link.send(new TextEncoder().encode('\r\nOK\r\n'));
    const answer = new Uint8Array(20);
    assert.equal(await until('the answer', () => far.read(answer)), 6);
    bluez.battery(ann, 70);
    await until('battery', () => ours.status?.headset?.battery === 70);
    assert.deepEqual(
      [ours.status?.headset?.connected, ours.status?.transport, ours.status?.trouble],
      [true, 'profile', undefined],
    );

    const ben = bluez.addHeadset(BEN, 'Ben');
    bluez.connected(ben, true);
    await assert.rejects(bluez.newConnection(ben), /another headset/);
    assert.match(ours.notes.join(), /Ben \(00:11:22:AA:BB:02\) is connected too/);
    assert.equal(ours.link, link, 'the configured one stays');

    far.close();
    await until('its end', () => ours.link === undefined);
    assert.deepEqual(ours.told, [`opened ${ANN} profile ours`, `closed ${ANN}`]);
    const again = await bluez.newConnection(ann);
    await until('it is back', () => ours.link);
    await bluez.callProfile('RequestDisconnection', 'o', [ann]);
    await until('its end', () => ours.link === undefined);
    again.close();
    ours.bluetooth.stop();
    await bluez.stop();
  },
);

on('bluealsa: its record socket is opened, its voice named, it restarts and is opened again', async () => {
  const bluez = await FakeBluez.start(bus.address);
  const ann = bluez.addHeadset(ANN, 'Ann');
  bluez.connected(ann, true);
  let bluealsa = await FakeBluealsa.start(bus.address);
  const rfcomm = bluealsa.addHeadset(ANN);
  bluealsa.addHeadset(BEN);
  const ours = new Ours(bus.address);
  const link = await until('the link', () => ours.link);
  assert.deepEqual([link.address, link.slc, link.voice], [ANN, 'theirs', `bluealsa:DEV=${ANN},PROFILE=sco`]);
  assert.ok(!bluez.asked.some((line) => line.startsWith('RegisterProfile')), 'the role is theirs');
  bluealsa.opened[0]?.write(new TextEncoder().encode('AT+CHUP\r'));
  await until('the bytes', () => ours.heard === 'AT+CHUP\r');
  bluealsa.removeHeadset(rfcomm);
  await until('its end', () => ours.link === undefined);
  bluealsa.addHeadset(ANN);
  await until('it is back', () => ours.link);
  await bluealsa.stop();
  await until('its end', () => ours.link === undefined);
  await until('our own profile instead', () => bluez.profile);
  bluealsa = await FakeBluealsa.start(bus.address);
  bluealsa.addHeadset(ANN);
  await until('it is back', () => ours.link?.transport === 'bluealsa');
  await until('our profile has gone', () => bluez.profile === undefined);
  ours.bluetooth.stop();
  await bluealsa.stop();
  await bluez.stop();
});

on('reconnect: a headset that is not there is called again and again, with longer pauses, until it comes', async () => {
  const bluez = await FakeBluez.start(bus.address);
  bluez.addHeadset(ANN, 'Ann');
  const ours = new Ours(bus.address);
  const calls = () => bluez.asked.filter((line) => line.startsWith('Connect')).length;
  const began = performance.now();
  await until('four calls', () => calls() >= 4);
  assert.ok(performance.now() - began >= ((2 + 4 + 8 + 16) * 1000) / 50, 'pauses of 2, 4, 8 and 16 seconds');
  bluez.connectFails = undefined;
  await until('connected', () => calls() >= 5);
  const after = calls();
  await until('the state', () => ours.status?.headset?.name === 'Ann');
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(calls(), after, 'a connected headset is left alone');
  ours.bluetooth.stop();
  await bluez.stop();
});

on('faults: bluetoothd restarted in a call: the link lives on, and the profile is offered again', async () => {
  let bluez = await FakeBluez.start(bus.address);
  const ann = bluez.addHeadset(ANN, 'Ann');
  const ours = new Ours(bus.address);
  await until('the profile', () => bluez.profile);
  const far = await bluez.newConnection(ann);
  await until('the link', () => ours.link);
  await bluez.stop();
  await until('the trouble', () => ours.status?.trouble?.includes('bluetoothd is not running'));
  assert.ok(ours.link !== undefined, 'it speaks over its own descriptor');
  bluez = await FakeBluez.start(bus.address);
  await until('the profile anew', () => bluez.profile);
  far.close();
  await until('its end', () => ours.link === undefined);
  ours.bluetooth.stop();
  await bluez.stop();
});

on('faults: D-Bus gone and back: told, tried again, and all is there as before', async () => {
  let bluez = await FakeBluez.start(bus.address);
  const ours = new Ours(bus.address);
  await until('the profile', () => bluez.profile);
  await bus.stop();
  await until('the trouble', () => ours.status?.trouble?.includes('the bus has gone'));
  await bluez.stop();
  await new Promise((resolve) => setTimeout(resolve, 100));
  await bus.start();
  bluez = await FakeBluez.start(bus.address);
  await until('the profile anew', () => bluez.profile);
  await until('no trouble', () => ours.status !== undefined && ours.status.trouble === undefined);
  ours.bluetooth.stop();
  await bluez.stop();
});

on('faults: no bluetoothd, then no radio, then one, and it is pulled out', async () => {
  const ours = new Ours(bus.address);
  await until('the trouble', () => ours.status?.trouble?.includes('bluetoothd is not running'));
  const bluez = await FakeBluez.start(bus.address, false);
  await until('the trouble', () => ours.status?.trouble?.includes('no Bluetooth radio'));
  bluez.plugAdapter();
  await until('the profile', () => bluez.profile);
  bluez.pullAdapter();
  await until('the trouble', () => ours.status?.trouble?.includes('no Bluetooth radio'));
  ours.bluetooth.stop();
  await bluez.stop();
});

on('faults: a headset that drops in the middle of its connection, a hundred times, leaves nothing behind', async () => {
  const bluez = await FakeBluez.start(bus.address);
  const ann = bluez.addHeadset(ANN, 'Ann');
  const ours = new Ours(bus.address);
  await until('the profile', () => bluez.profile);
  for (let i = 0; i < 100; i++) {
    const far = await bluez.newConnection(ann);
    far.write(new TextEncoder().encode('AT+BR'));
    far.close();
    await until('its end', () => ours.link === undefined);
  }
  assert.equal(ours.told.length, 200);
  ours.bluetooth.stop();
  await bluez.stop();
});

test.run();
