import assert from 'node:assert/strict';
import { test } from 'uvu';
import { inputCode, inputName } from './input-codes.ts';
import { encodeInput, InputDecoder, type InputReport, setBits } from './input-decoder.ts';

/** One event of 24 octets: 12 s and 345 ms, type, code, value. */
function event(type: number, code: number, value: number): number[] {
  return [12, 0, 0, 0, 0, 0, 0, 0, 0xa8, 0x43, 5, 0, 0, 0, 0, 0, type, 0, code & 255, code >> 8, value, 0, 0, 0];
}

const SYN = event(0, 0, 0);
const told = (reports: readonly InputReport[]) =>
  reports.map((each) =>
    each.kind === 'dropped' ? 'dropped' : `${each.kind} ${each.code} ${each.down ? 'down' : 'up'}`,
  );

test('evdev: 24 octets are time, type, code and value; repeats and other types are left out', () => {
  const bytes = Uint8Array.from([
    ...event(4, 4, 0x59),
    ...event(1, 79, 1),
    ...SYN,
    ...event(1, 79, 2),
    ...event(1, 0x201, 1),
    ...event(1, 79, 0),
    ...event(5, 0, 1),
    ...SYN,
  ]);
  const reports = new InputDecoder().receive(bytes);
  assert.deepEqual(told(reports), ['key 79 down', 'key 513 down', 'key 79 up', 'switch 0 down']);
  assert.deepEqual(reports[0], { kind: 'key', code: 79, down: true, atMs: 12_345 });
});

test('evdev: bytes may be cut anywhere', () => {
  const bytes = Uint8Array.from([...event(1, 2, 1), ...SYN, ...event(1, 2, 0), ...SYN]);
  for (let size = 1; size < bytes.length; size++) {
    const decoder = new InputDecoder();
    const seen: string[] = [];
    for (let at = 0; at < bytes.length; at += size) seen.push(...told(decoder.receive(bytes.subarray(at, at + size))));
    assert.deepEqual(seen, ['key 2 down', 'key 2 up'], `in pieces of ${size}`);
  }
});

test('evdev: after SYN_DROPPED all is rubbish to the next report, and the levels say what was missed', () => {
  const decoder = new InputDecoder();
  decoder.receive(Uint8Array.from([...event(1, 2, 1), ...SYN]));
  const lost = Uint8Array.from([...event(0, 3, 0), ...event(1, 9, 1), ...SYN, ...event(1, 4, 1), ...SYN]);
  assert.deepEqual(told(decoder.receive(lost)), ['dropped', 'key 4 down']);
  const edges = decoder.resync({ keys: new Set([3, 4]), switches: new Set([1]) }, 7);
  assert.deepEqual(told(edges), ['key 2 up', 'key 3 down', 'switch 1 down']);
  assert.deepEqual(decoder.resync({ keys: new Set([3, 4]), switches: new Set([1]) }, 8), []);
});

test('evdev: on a 32-bit system an event has 16 octets', () => {
  const bytes = encodeInput([{ kind: 'key', code: 79, down: true, atMs: 12_345.5 }], 4);
  assert.equal(bytes.length, 32);
  assert.deepEqual(new InputDecoder(4).receive(bytes), [{ kind: 'key', code: 79, down: true, atMs: 12_345.5 }]);
});

test('evdev: the bits of EVIOCGKEY are the keys that are down', () => {
  assert.deepEqual([...setBits(Uint8Array.of(0b101, 0, 0x80))], [0, 2, 23]);
});

test('evdev: codes have the names of the kernel, and numbers do where there is no name', () => {
  const sample = {
    KEY_1: 2,
    KEY_0: 11,
    KEY_ENTER: 28,
    KEY_A: 30,
    KEY_M: 50,
    KEY_SLASH: 53,
    KEY_SPACE: 57,
    KEY_F10: 68,
  };
  const more = {
    KEY_KP7: 71,
    KEY_KP0: 82,
    KEY_KPENTER: 96,
    KEY_MUTE: 113,
    KEY_KPEQUAL: 117,
    KEY_PHONE: 169,
    KEY_F24: 194,
  };
  const last = {
    KEY_PLAYCD: 200,
    KEY_MICMUTE: 248,
    KEY_HANGUP_PHONE: 0x1be,
    KEY_NUMERIC_POUND: 0x20b,
    KEY_NUMERIC_9: 0x209,
  };
  for (const [name, code] of Object.entries({ ...sample, ...more, ...last })) {
    assert.deepEqual(inputCode(name), { kind: 'key', code }, name);
    assert.equal(inputName({ kind: 'key', code }), name);
  }
  assert.deepEqual(inputCode('SW_LID'), { kind: 'switch', code: 0 });
  assert.deepEqual(inputCode('SW_MUTE_DEVICE'), { kind: 'switch', code: 14 });
  assert.deepEqual(inputCode('700'), { kind: 'key', code: 700 });
  assert.equal(inputName({ kind: 'key', code: 700 }), '700');
  for (const none of ['KEY_NONE', 'key_1', '9999', 'SW_', 'KEY_toString', '']) assert.equal(inputCode(none), undefined);
});

test.run();
