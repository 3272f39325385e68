import assert from 'node:assert/strict';
import { SeededRandom } from '@switchhook/sans-io/testing';
import { test } from 'uvu';
import { busyRetryAfterS, glareWait } from './glare.ts';

test('RFC 3261 §14.1: the owner of the Call-ID waits 2.1 to 4.0 s, the other 0 to 2.0 s, in 10 ms steps', () => {
  const random = new SeededRandom(1);
  const owner = Array.from({ length: 5000 }, () => glareWait(true, random));
  const other = Array.from({ length: 5000 }, () => glareWait(false, random));
  assert.deepEqual([Math.min(...owner), Math.max(...owner)], [2100, 4000]);
  assert.deepEqual([Math.min(...other), Math.max(...other)], [0, 2000]);
  assert.ok([...owner, ...other].every((wait) => wait % 10 === 0));
});

test('RFC 3261 §14.2: Retry-After of the 500 lies between 0 and 10 s', () => {
  const random = new SeededRandom(2);
  const waits = Array.from({ length: 500 }, () => busyRetryAfterS(random));
  assert.deepEqual([Math.min(...waits), Math.max(...waits)], [0, 10]);
});

test.run();
