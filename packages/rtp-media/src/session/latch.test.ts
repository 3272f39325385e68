import assert from 'node:assert/strict';
import { test } from 'uvu';
import { Latch } from './latch.ts';

const told = { host: '192.0.2.1', port: 4000 };
const other = { host: '198.51.100.7', port: 40000 };
const third = { host: '203.0.113.9', port: 41000 };
const five = (latch: Latch, from: typeof told, now: number, ssrc = 1, type = 8): boolean[] =>
  [0, 1, 2, 3, 4].map((i) => latch.admits(from, ssrc, type, now + 20 * i));

test('sip-core §10: the address of SDP is believed at once, in any spelling', () => {
  const latch = new Latch();
  assert.equal(latch.plan(told, 0), true);
  assert.equal(latch.admits(told, 1, 8, 10), true);
  assert.equal(latch.admits({ host: '::ffff:192.0.2.1', port: 4000 }, 1, 8, 10), true);
  assert.equal(latch.admits({ host: '192.0.2.1', port: 4001 }, 1, 8, 10), false);
  assert.deepEqual(latch.remote, told);
});

test('sip-core §10: another source needs five packets of one SSRC and payload type', () => {
  const latch = new Latch();
  latch.plan(told, 0);
  assert.deepEqual(five(latch, other, 100), [false, false, false, false, true]);
  assert.deepEqual(latch.remote, other);
  const fickle = new Latch();
  fickle.plan(told, 0);
  for (let i = 0; i < 40; i++) assert.equal(fickle.admits(other, i >> 2, 8, 20 * i), false);
  for (let i = 0; i < 40; i++) assert.equal(fickle.admits(other, 7, i & 1 ? 8 : 0, 20 * i), false);
});

test('sip-core §10: once the SDP address has spoken, the window of 2 s is all there is', () => {
  const latch = new Latch();
  latch.plan(told, 0);
  latch.admits(told, 1, 8, 1900);
  assert.ok(!five(latch, other, 2000).includes(true));
  assert.deepEqual(latch.remote, told);
});

test('sip-core §10: as long as the SDP address is silent, another may come later than 2 s', () => {
  const latch = new Latch();
  latch.plan(told, 0);
  assert.equal(five(latch, other, 9000)[4], true);
  // and is not pushed aside by a third while it speaks
  assert.ok(!five(latch, third, 9200).includes(true));
  assert.equal(latch.admits(other, 1, 8, 9300), true);
  // but may be followed after 2 s of silence: a NAT that changed its mind
  assert.equal(five(latch, third, 11_400)[4], true);
});

test('sip-core §10: the SDP address takes the stream back', () => {
  const latch = new Latch();
  latch.plan(told, 0);
  five(latch, other, 100);
  assert.equal(latch.admits(told, 2, 8, 300), true);
  assert.deepEqual(latch.remote, told);
});

test('sip-core §10: a new plan opens the window again; a new address forgets the old', () => {
  const latch = new Latch();
  latch.plan(told, 0);
  latch.admits(told, 1, 8, 10);
  assert.equal(latch.plan({ ...told }, 60_000), false);
  assert.equal(five(latch, other, 60_100)[4], true);
  assert.equal(latch.plan(third, 70_000), true);
  assert.deepEqual(latch.remote, third);
  assert.equal(latch.admits(told, 1, 8, 73_000), false);
});

test('sip-core §10: nothing is believed without an address, nor followed to a hostile one', () => {
  const latch = new Latch();
  latch.plan(undefined, 0);
  assert.equal(latch.admits(told, 1, 8, 10), false);
  assert.equal(latch.remote, undefined);
  latch.plan(told, 0);
  for (const from of [
    { host: '198.51.100.7', port: 53 },
    { host: '224.0.0.1', port: 4000 },
    { host: '255.255.255.255', port: 4000 },
  ]) {
    assert.ok(!five(latch, from, 100).includes(true), from.host);
  }
});

test.run();
