import assert from 'node:assert/strict';
import { test } from 'uvu';
import { LineDebounce } from './line-debounce.ts';

test('debounce: a level is believed after it has stood still', () => {
  const lines = new LineDebounce<'a' | 'b'>(20);
  assert.deepEqual(lines.receive({ line: 'a', closed: true }, 0), []);
  assert.equal(lines.deadline, 20);
  assert.deepEqual(lines.wake(19), []);
  assert.deepEqual(lines.wake(20), [{ line: 'a', closed: true }]);
  assert.equal(lines.deadline, undefined);
});

test('debounce: each bounce starts the wait anew', () => {
  const lines = new LineDebounce<'a'>(20);
  lines.receive({ line: 'a', closed: true }, 0);
  lines.receive({ line: 'a', closed: false }, 5);
  assert.equal(lines.deadline, undefined);
  lines.receive({ line: 'a', closed: true }, 8);
  assert.equal(lines.deadline, 28);
});

test('debounce: repeated equal readings do not move the deadline', () => {
  const lines = new LineDebounce<'a'>(20);
  for (let at = 0; at < 20; at += 5) lines.receive({ line: 'a', closed: true }, at);
  assert.equal(lines.deadline, 20);
});

test('debounce: the level at start is believed and gives no event', () => {
  const lines = new LineDebounce<'a'>(20, new Map([['a', true]]));
  assert.deepEqual(lines.receive({ line: 'a', closed: true }, 0), []);
  assert.ok(lines.closed('a'));
});

test('debounce: a press that is read late, as a whole, is a press', () => {
  const lines = new LineDebounce<'a'>(20);
  lines.receive({ line: 'a', closed: true }, 0);
  assert.deepEqual(lines.receive({ line: 'a', closed: false }, 100), [{ line: 'a', closed: true }]);
  assert.deepEqual(lines.wake(120), [{ line: 'a', closed: false }]);
});

test('debounce: 0 ms believes at once', () => {
  assert.deepEqual(new LineDebounce<'a'>(0).receive({ line: 'a', closed: true }, 7), [{ line: 'a', closed: true }]);
});

test.run();
