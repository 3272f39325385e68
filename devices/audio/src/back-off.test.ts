import assert from 'node:assert/strict';
import { test } from 'uvu';
import { BackOff } from './back-off.ts';

/** How many calls of `due` until the next try. */
function pause(backOff: BackOff): number {
  let calls = 1;
  while (!backOff.due()) calls++;
  return calls;
}

test('back-off: pauses double up to half a minute', () => {
  const backOff = new BackOff();
  const pauses: number[] = [];
  for (let tries = 0; tries < 8; tries++) {
    backOff.failed();
    pauses.push(pause(backOff));
  }
  assert.deepEqual(pauses, [1, 2, 4, 8, 16, 30, 30, 30]);
});

test('back-off: a success starts the pauses anew', () => {
  const backOff = new BackOff();
  for (let tries = 0; tries < 5; tries++) backOff.failed();
  backOff.succeeded();
  assert.equal(backOff.due(), true);
  backOff.failed();
  assert.equal(pause(backOff), 1);
});

test.run();
