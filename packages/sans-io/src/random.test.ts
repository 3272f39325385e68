import assert from 'node:assert/strict';
import { test } from 'uvu';
import { hex, unit } from './random.ts';
import { SeededRandom } from './testing/seeded-random.ts';
import { token } from './token.ts';

test('unit: lies in [0, 1) also when the first bit is set', () => {
  assert.equal(unit({ bytes: () => Uint8Array.of(0x80, 0, 0, 0) }), 0.5);
  assert.ok(unit({ bytes: () => Uint8Array.of(255, 255, 255, 255) }) < 1);
});

test('hex: two digits a byte, leading zeros kept', () => {
  assert.equal(hex({ bytes: () => Uint8Array.of(0, 10, 255) }, 3), '000aff');
});

test('SeededRandom: the same seed gives the same history, another seed another', () => {
  const a = [...new SeededRandom(7).bytes(16)];
  assert.deepEqual([...new SeededRandom(7).bytes(16)], a);
  assert.notDeepEqual([...new SeededRandom(8).bytes(16)], a);
});

test('SeededRandom: values spread over the whole range', () => {
  const random = new SeededRandom(1);
  const counts = new Array<number>(10).fill(0);
  for (let i = 0; i < 10_000; i++) counts[random.below(10)]!++;
  for (const count of counts) assert.ok(count > 850 && count < 1150, `${count}`);
});

test('token: an empty name is a bug and throws', () => {
  assert.throws(() => token(''), /empty/);
});

test.run();
