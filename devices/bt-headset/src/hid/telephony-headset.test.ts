import assert from 'node:assert/strict';
import { SeededRandom } from '@switchhook/sans-io/testing';
import { test } from 'uvu';
import { parseReportDescriptor } from './report-descriptor.ts';
import { TelephonyHeadset } from './telephony-headset.ts';

/** A headset as many are: report 1 with hook, flash, redial and mute, report 2 with off-hook, mute, ring and hold lamps. */
const HEADSET = [
  ...[0x05, 0x0b, 0x09, 0x05, 0xa1, 0x01, 0x85, 0x01, 0x15, 0x00, 0x25, 0x01, 0x75, 0x01],
  ...[0x09, 0x20, 0x95, 0x01, 0x81, 0x22], // hook: absolute
  ...[0x09, 0x21, 0x09, 0x24, 0x09, 0x2f, 0x95, 0x03, 0x81, 0x06], // flash, redial, mute: relative
  ...[0x95, 0x04, 0x81, 0x01], // padding
  ...[0x85, 0x02, 0x05, 0x08, 0x09, 0x17, 0x09, 0x09, 0x09, 0x18, 0x09, 0x20, 0x95, 0x04, 0x91, 0x22],
  ...[0x95, 0x0c, 0x91, 0x01, 0xc0],
];
const DARK = { ring: false, offHook: false, mute: false, hold: false };

function headset(bytes: readonly number[]): TelephonyHeadset {
  const read = parseReportDescriptor(Uint8Array.from(bytes));
  assert.ok(read.ok, JSON.stringify(read));
  return new TelephonyHeadset(read.value);
}

test('features rule EHS: HID: hook, flash, redial and mute of the telephony page, each press once', () => {
  const device = headset(HEADSET);
  const told = (octet: number) => device.report(Uint8Array.of(1, octet));
  assert.deepEqual(told(0b0001), [{ type: 'hook', lifted: true }]);
  assert.deepEqual(told(0b0001), []);
  assert.deepEqual(told(0b1001), [{ type: 'key', key: 'mute' }]);
  assert.deepEqual(told(0b0001), []);
  assert.deepEqual(told(0b0101), [{ type: 'key', key: 'redial' }]);
  assert.deepEqual(told(0b0010), [
    { type: 'hook', lifted: false },
    { type: 'key', key: 'flash' },
  ]);
  assert.deepEqual(device.report(Uint8Array.of(2, 0xff)), [], 'another report');
  assert.deepEqual(device.report(Uint8Array.of(1)), [], 'too short');
  assert.deepEqual(device.report(new Uint8Array()), []);
});

test('features rule EHS: HID: ring, hook, mute and hold lamps are written back, and only what changes', () => {
  const device = headset(HEADSET);
  assert.deepEqual(device.lamps, ['mute', 'offHook', 'ring', 'hold']);
  assert.deepEqual(
    device.light({ ...DARK, ring: true }).map((r) => [...r]),
    [[2, 0b0100, 0]],
  );
  assert.deepEqual(device.light({ ...DARK, ring: true }), []);
  assert.deepEqual(
    device.light({ ...DARK, offHook: true, mute: true, hold: true }).map((r) => [...r]),
    [[2, 0b1011, 0]],
  );
  assert.deepEqual(
    device.light(DARK).map((r) => [...r]),
    [[2, 0, 0]],
  );
});

test('features rule EHS: HID: a hook key that tells presses turns over the hook that the phone has', () => {
  const relative = [
    0x05, 0x0b, 0x09, 0x05, 0xa1, 0x01, 0x15, 0, 0x25, 1, 0x75, 1, 0x95, 1, 0x09, 0x20, 0x81, 0x06, 0x95, 7, 0x81, 1,
    0xc0,
  ];
  const device = headset(relative);
  const press = () => [...device.report(Uint8Array.of(1)), ...device.report(Uint8Array.of(0))];
  assert.deepEqual(press(), [{ type: 'hook', lifted: true }]);
  assert.deepEqual(press(), [{ type: 'hook', lifted: false }]);
  device.light({ ...DARK, offHook: true });
  assert.deepEqual(press(), [{ type: 'hook', lifted: false }], 'the call was answered by another hand');
});

test('HID 1.11 §6.2.2.5: an array names the usage that is pressed', () => {
  // one octet that holds 1 … 3 for usages 0x20 … 0x22
  const array = [
    0x05, 0x0b, 0x09, 0x05, 0xa1, 0x01, 0x15, 1, 0x25, 3, 0x75, 8, 0x95, 1, 0x19, 0x20, 0x29, 0x22, 0x81, 0x00, 0xc0,
  ];
  const device = headset(array);
  assert.deepEqual(device.report(Uint8Array.of(2)), [{ type: 'key', key: 'flash' }]);
  assert.deepEqual(device.report(Uint8Array.of(1)), [{ type: 'hook', lifted: true }]);
  assert.deepEqual(device.report(Uint8Array.of(0)), [{ type: 'hook', lifted: false }]);
});

test('HID 1.11 §6.2.2: what is no descriptor is a word, and one without a hook key is no headset', () => {
  const fault = (...bytes: readonly number[]) => {
    const read = parseReportDescriptor(Uint8Array.from(bytes));
    return read.ok ? undefined : read.fault;
  };
  assert.equal(fault(), 'empty');
  assert.equal(fault(0x05), 'truncated');
  assert.equal(fault(0xc0), 'unbalanced');
  assert.equal(fault(0xb4), 'unbalanced');
  assert.equal(fault(...Array<number>(17).fill(0xa4)), 'too-deep');
  assert.equal(fault(0x75, 32, 0x97, 0xff, 0xff, 0xff, 0xff, 0x81, 0x02), 'too-many');
  const keyboard = parseReportDescriptor(
    Uint8Array.from([0x05, 0x07, 0x09, 0x06, 0xa1, 1, 0x75, 1, 0x95, 8, 0x19, 0xe0, 0x29, 0xe7, 0x81, 2, 0xc0]),
  );
  assert.ok(keyboard.ok && !TelephonyHeadset.is(keyboard.value));
});

test('fuzz: 20,000 descriptors of rubbish and reports of rubbish never throw', () => {
  const random = new SeededRandom(11);
  for (let i = 0; i < 20_000; i++) {
    const bytes = Uint8Array.from(random.chance(0.5) ? HEADSET : random.bytes(1 + random.below(80)));
    for (let flips = random.below(6); flips > 0; flips--) bytes[random.below(bytes.length)] = random.below(256);
    const read = parseReportDescriptor(bytes);
    if (!read.ok) continue;
    const device = new TelephonyHeadset(read.value);
    device.report(random.bytes(random.below(12)));
    device.light({ ...DARK, ring: random.chance(0.5), offHook: random.chance(0.5) });
  }
});

test.run();
