import assert from 'node:assert/strict';
import { test } from 'uvu';
import { Reception } from './reception.ts';

const feed = (reception: Reception, ...sequences: readonly number[]): string[] =>
  sequences.map((sequence) => reception.arrived(sequence));

test('RFC 3550 A.1: two packets in order prove a source', () => {
  const reception = new Reception();
  assert.deepEqual(feed(reception, 10, 12, 13, 14), ['probation', 'probation', 'valid', 'valid']);
  assert.equal(reception.proven, true);
  assert.equal(reception.extendedHighestSequence, 14);
});

test('RFC 3550 A.3: what is missing is lost, what comes late is not', () => {
  const reception = new Reception();
  feed(reception, 1, 2, 3, 6, 7);
  assert.equal(reception.lost, 2);
  assert.deepEqual(feed(reception, 5), ['valid']);
  assert.equal(reception.lost, 1);
  assert.equal(reception.cumulativeLost, 1);
});

test('RFC 3550 A.3: duplicates make the cumulative number negative, never the count of losses', () => {
  const reception = new Reception();
  feed(reception, 1, 2, 2, 2);
  assert.deepEqual([reception.cumulativeLost, reception.lost], [-2, 0]);
});

test('RFC 3550 A.1: the sequence wraps into the upper half', () => {
  const reception = new Reception();
  feed(reception, 65533, 65534, 65535, 0, 1);
  assert.equal(reception.extendedHighestSequence, 0x10001);
  assert.equal(reception.lost, 0);
  const atWrap = new Reception();
  feed(atWrap, 65535, 0, 1);
  assert.deepEqual([atWrap.extendedHighestSequence, atWrap.lost], [0x10001, 0]);
});

test('RFC 3550 A.1: a far jump counts only when its next comes too', () => {
  const reception = new Reception();
  feed(reception, 1, 2, 3, 5);
  assert.deepEqual(feed(reception, 30000), ['jump']);
  assert.deepEqual(feed(reception, 6), ['valid']);
  assert.deepEqual(feed(reception, 40000, 40001), ['jump', 'valid']);
  assert.equal(reception.extendedHighestSequence, 40001);
  assert.equal(reception.lost, 1);
});

test('RFC 3550 A.3: the fraction is of the interval only', () => {
  const reception = new Reception();
  feed(reception, 1, 2, 3, 4, 6, 7, 8, 9);
  assert.equal(reception.takeFractionLost(), Math.floor(256 / 9));
  feed(reception, 10, 11);
  assert.equal(reception.takeFractionLost(), 0);
});

test('RFC 3550 A.8: steady arrivals have no jitter; alternating by 10 ms they approach 80 units', () => {
  const steady = new Reception();
  for (let i = 0; i < 100; i++) steady.timed(160 * i, 20 * i, 8000);
  assert.equal(steady.jitter, 0);
  const uneven = new Reception();
  for (let i = 0; i < 300; i++) uneven.timed(160 * i, 20 * i + (i % 2) * 10, 8000);
  assert.ok(Math.abs(uneven.jitter - 80) <= 1, String(uneven.jitter));
});

test('RFC 3550 §8: another source keeps the losses of the one before', () => {
  const reception = new Reception();
  feed(reception, 1, 2, 5);
  reception.restart();
  assert.equal(reception.proven, false);
  feed(reception, 900, 901);
  assert.deepEqual([reception.lost, reception.cumulativeLost], [2, 0]);
});

test.run();
