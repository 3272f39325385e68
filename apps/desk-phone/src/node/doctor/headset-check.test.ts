import assert from 'node:assert/strict';
import type { BluetoothLook } from '@switchhook/bt-headset/node';
import { test } from 'uvu';
import { headsetFindings } from './headset-check.ts';

const ANN = {
  path: '/org/bluez/hci0/dev_00_11_22_AA_BB_01',
  adapter: '/org/bluez/hci0',
  address: '00:11:22:AA:BB:01',
  name: 'Ann',
  paired: true,
  trusted: true,
  connected: true,
  battery: 70,
  rssi: undefined,
};
const LOOK: BluetoothLook = {
  trouble: undefined,
  adapters: [{ path: '/org/bluez/hci0', address: '00:AA:01:00:00:00', powered: true }],
  headsets: [ANN],
  bluealsa: false,
};
const told = (headset: Parameters<typeof headsetFindings>[0], look: Partial<BluetoothLook>) =>
  headsetFindings(headset, { ...LOOK, ...look }).map(({ verdict, text }) => `${verdict}: ${text}`);

test('hardware-tests §5: the doctor says which way the headset has, and whether call holding is available', () => {
  assert.deepEqual(told({ transport: 'auto' }, {}), [
    'ok: comes over our own profile: call holding (AT+CHLD 0-4) is available, voice is not',
    'ok: Ann (00:11:22:AA:BB:01) is connected, battery 70 %',
  ]);
  assert.match(told({ transport: 'auto' }, { bluealsa: true })[0]!, /^ok: comes over bluealsa.*not available/);
});

test('doctor: each thing that is missing is a fault with its remedy', () => {
  assert.match(told({ transport: 'auto' }, { trouble: 'no D-Bus: x' }).join(), /^fault: no D-Bus/);
  assert.match(told({ transport: 'auto' }, { adapters: [] }).join(), /^fault: no Bluetooth radio.*rfkill/);
  assert.match(told({ transport: 'bluealsa' }, {}).join(), /^fault: bluealsa is not running/);
  assert.match(told({ transport: 'profile' }, { bluealsa: true })[1]!, /^warning: bluealsa runs too/);
  assert.match(told({ transport: 'auto', address: '00:11:22:aa:bb:09' }, {})[1]!, /^warning: .*setup headset/);
  const two = [ANN, { ...ANN, address: '00:11:22:AA:BB:02', name: 'Ben', connected: false, battery: undefined }];
  assert.deepEqual(told({ transport: 'auto' }, { headsets: two }).slice(2), [
    'note: Ben (00:11:22:AA:BB:02) is not connected',
    'note: several are paired: headset.address says which one the phone uses',
  ]);
});

test.run();
