import assert from 'node:assert/strict';
import { test } from 'uvu';
import { median, quantile, result, table } from './result.ts';

test('bench: quantiles are nearest ranks', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(quantile([1, 2, 3, 4], 0.99), 4);
  assert.equal(quantile([5], 0.5), 5);
});

test('bench: a row knows its ratio and whether the goal is met', () => {
  const row = result('1a', 'parse', 'us', 6, 'peer', 3, { text: '<= 3x', met: (_, ratio) => ratio <= 3 });
  assert.deepEqual([row.ratio, row.goalMet], [2, true]);
});

test('bench: the table says MISSED and shows what was not run', () => {
  const row = result('1a', 'parse', 'us', 60, 'peer', 3, { text: '<= 3x', met: (_, ratio) => ratio <= 3 });
  const text = table([row, { id: '2a', why: 'sipp is missing: apt-get install sip-tester' }]);
  assert.match(text, /MISSED/);
  assert.match(text, /2a\s+not run: sipp is missing/);
});

test.run();
