import assert from 'node:assert/strict';
import { test } from 'uvu';
import { peakAt } from '../../test/goertzel.ts';
import { EVENT_KEYS, EventView, eventOf, writeEvent } from './event.ts';
import { DtmfGenerator, dtmfPitches } from './inband.ts';
import { DigitReceiver } from './receiver.ts';
import { DigitSender } from './sender.ts';

const payload = (code: number, end: boolean, duration: number): Uint8Array => {
  const bytes = new Uint8Array(4);
  writeEvent(bytes, 0, code, end, 10, duration);
  return bytes;
};

function receiver(): {
  keys: DigitReceiver;
  told: [string, number][];
  hear: (code: number, end: boolean, duration: number, timestamp: number, now?: number) => boolean;
} {
  const told: [string, number][] = [];
  const keys = new DigitReceiver((digit, ms) => told.push([digit, ms]));
  return {
    keys,
    told,
    hear: (code, end, duration, timestamp, now = 0) => keys.receive(payload(code, end, duration), 0, 4, timestamp, now),
  };
}

test('RFC 4733 §2.3: the payload, bit by bit, both ways', () => {
  assert.equal(Buffer.from(payload(11, true, 800)).toString('hex'), '0b8a0320');
  const view = new EventView();
  assert.ok(view.parse(Uint8Array.of(9, 0x0b, 0x8a, 0x03, 0x20), 1, 4));
  assert.deepEqual([view.code, view.end, view.volume, view.duration], [11, true, 10, 800]);
  assert.equal(view.parse(new Uint8Array(3), 0, 3), false);
  assert.equal(view.parse(new Uint8Array(4), 2, 4), false);
});

test('RFC 4733 §3.2: codes of keys', () => {
  assert.deepEqual([...'0123456789*#ABCD!'].map(eventOf), [...Array(17).keys()]);
  assert.equal(eventOf('d'), 15);
  assert.deepEqual([eventOf('x'), eventOf(''), eventOf('12')], [-1, -1, -1]);
  assert.equal(EVENT_KEYS.length, 17);
});

test('RFC 4733 §2.5.2.2: one key, however many packets', () => {
  const { told, hear } = receiver();
  for (const [end, duration] of [
    [false, 160],
    [false, 320],
    [true, 480],
    [true, 480],
    [true, 480],
    [false, 320],
  ] as const) {
    hear(5, end, duration, 1000);
  }
  assert.deepEqual(told, [['5', 60]]);
});

test('RFC 4733 §2.5.2.2: the start may be lost, and the same key twice is two keys', () => {
  const { told, hear } = receiver();
  hear(5, true, 800, 1000);
  hear(5, true, 800, 3000);
  assert.deepEqual(told, [
    ['5', 100],
    ['5', 100],
  ]);
});

test('RFC 4733 §2.5.2.2: a lost end: the next key or silence ends it, and its late end is no news', () => {
  const { keys, told, hear } = receiver();
  hear(1, false, 640, 1000, 0);
  hear(2, false, 160, 3000, 200);
  assert.deepEqual(told, [['1', 80]]);
  hear(1, true, 800, 1000, 210);
  keys.tick(300);
  assert.equal(told.length, 1);
  keys.tick(361);
  assert.deepEqual(told[1], ['2', 20]);
  hear(2, true, 800, 3000, 400);
  assert.equal(told.length, 2);
});

test('RFC 4733 §2.5.1.3: a long key in two segments is one key', () => {
  const { told, hear } = receiver();
  hear(7, false, 0xffff, 1000);
  hear(7, false, 160, 1000 + 0xffff);
  hear(7, true, 8000, 1000 + 0xffff);
  assert.deepEqual(told, [['7', Math.round((0xffff + 8000) / 8)]]);
});

test('RFC 4733 §2.3: what is no key is refused; the timestamp may wrap', () => {
  const { told, hear } = receiver();
  assert.equal(hear(17, true, 100, 1), false);
  hear(1, true, 800, 0xffffff00);
  hear(2, true, 800, 0x300);
  assert.deepEqual(
    told.map(([digit]) => digit),
    ['1', '2'],
  );
});

test('RFC 4733 §2.5.1: the sender: growing duration, three ends, a gap of 60 ms, then the next key', () => {
  const sender = new DigitSender();
  sender.enqueue('1x2', 10);
  const steps: string[] = [];
  for (let i = 0; i < 12; i++) {
    sender.step();
    steps.push(
      `${sender.phase[0]}${sender.first ? 'M' : ''}${sender.code}/${sender.duration}${sender.closing ? '.' : ''}`,
    );
  }
  assert.deepEqual(steps, [
    'tM1/160',
    'e1/320.',
    'e1/320',
    'e1/320',
    'g1/320',
    'tM2/160',
    'e2/320.',
    'e2/320',
    'e2/320',
    'g2/320',
    'i2/320',
    'i2/320',
  ]);
  assert.equal(sender.busy, false);
});

test('RFC 4733 §2.5.1.3: the sender segments an event of more than 0xFFFF samples', () => {
  const sender = new DigitSender();
  sender.enqueue('1', 9000);
  const seen: [number, number, boolean][] = [];
  for (let i = 0; i < 450; i++) {
    sender.step();
    seen.push([sender.segmentOffset, sender.duration, sender.phase === 'end']);
  }
  assert.deepEqual(seen[408], [0, 409 * 160, false]);
  assert.deepEqual(seen[409], [0, 0xffff, false]);
  assert.deepEqual(seen[410], [0xffff, 411 * 160 - 0xffff, false]);
  assert.deepEqual(seen[449], [0xffff, 72_000 - 0xffff, true]);
});

test('dialling: a comma waits 2 s, cancel forgets all', () => {
  const sender = new DigitSender();
  sender.enqueue(',1', 100);
  for (let i = 0; i < 100; i++) sender.step();
  assert.equal(sender.phase, 'pause');
  sender.step();
  assert.equal(sender.phase, 'tone');
  assert.equal(sender.cancel(), true);
  assert.deepEqual([sender.busy, sender.phase, sender.cancel()], [false, 'idle', false]);
});

test('Q.23: every key has its row and column', () => {
  const pad = ['123A', '456B', '789C', '*0#D'];
  for (let code = 0; code < 16; code++) {
    const [low, high] = dtmfPitches(code);
    const row = [697, 770, 852, 941].indexOf(low);
    assert.equal(pad[row]![[1209, 1336, 1477, 1633].indexOf(high)], EVENT_KEYS[code]);
    const generator = new DtmfGenerator();
    generator.start(code, -10);
    const sound = new Int16Array(1600);
    generator.addTo(sound);
    for (const hz of [697, 770, 852, 941, 1209, 1336, 1477, 1633]) {
      assert.equal(peakAt(sound.subarray(160), hz) > 2000, hz === low || hz === high, `${EVENT_KEYS[code]} ${hz}`);
    }
  }
});

test.run();
