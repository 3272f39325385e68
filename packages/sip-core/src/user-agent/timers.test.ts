import assert from 'node:assert/strict';
import { test } from 'uvu';
import { Timers } from './timers.ts';

test('a bell that clears another due timer silences it', () => {
  const timers = new Timers();
  const rung: string[] = [];
  timers.set('a', 10, () => {
    rung.push('a');
    timers.clear('b');
    timers.set('c', 50, () => rung.push('c later'));
  });
  timers.set('b', 10, () => rung.push('b'));
  timers.set('c', 10, () => rung.push('c'));
  timers.ring(10);
  assert.deepEqual(rung, ['a']);
  assert.equal(timers.next, 50);
  timers.ring(50);
  assert.deepEqual(rung, ['a', 'c later']);
  assert.equal(timers.count(), 0);
});

test.run();
