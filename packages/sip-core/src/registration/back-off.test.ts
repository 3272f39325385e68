import assert from 'node:assert/strict';
import { SeededRandom } from '@switchhook/sans-io/testing';
import { test } from 'uvu';
import { backOff, refreshAfter } from './back-off.ts';

test('RFC 5626 §4.5: waits grow to 30 min, stay within 50 to 100 % and never give up', () => {
  const random = new SeededRandom(3);
  for (const [failures, whole] of [
    [1, 2],
    [4, 16],
    [5, 30],
    [6, 60],
    [11, 1800],
    [1000, 1800],
  ] as const) {
    for (let i = 0; i < 50; i++) {
      const wait = backOff(failures, false, random);
      assert.ok(wait >= whole * 500 && wait <= whole * 1000, `${failures}: ${wait}`);
    }
  }
});

test('a wrong password is not tried quickly', () => {
  assert.ok(backOff(1, true, new SeededRandom(4)) >= 15_000);
});

test('RFC 3261 §10.2.4: a binding is refreshed 32 s before its end or at its half, earlier by up to 10 %', () => {
  const random = new SeededRandom(5);
  for (const [granted, whole] of [
    [300, 268],
    [60, 30],
    [10, 5],
  ] as const) {
    for (let i = 0; i < 50; i++) {
      const at = refreshAfter(granted, random);
      assert.ok(at <= whole * 1000 && at >= whole * 900, `${granted}: ${at}`);
    }
  }
});

test.run();
