import assert from 'node:assert/strict';
import { test } from 'uvu';
import { gapsIn } from './coverage-lines.ts';
import { emptyTally, merge } from './tally.ts';

test('simulation: counts of workers add up in any order, failing seeds in the order of their numbers', () => {
  const one = { ...emptyTally(), offices: 2, leaks: 1, byFault: { loss: 2 }, failing: [{ seed: 9, wrong: ['x'] }] };
  const other = { ...emptyTally(), offices: 3, byFault: { loss: 1, crash: 1 }, failing: [{ seed: 4, wrong: ['y'] }] };
  const sums = [
    [one, other],
    [other, one],
  ].map((order) => {
    const sum = emptyTally();
    for (const part of order) merge(sum, structuredClone(part));
    return sum;
  });
  assert.deepEqual(sums[0], sums[1]);
  assert.equal(sums[0]!.offices, 5);
  assert.equal(sums[0]!.byFault['loss'], 3);
  assert.deepEqual(
    sums[0]!.failing.map(({ seed }) => seed),
    [4, 9],
  );
});

test('simulation: an edge that no office took is named, with the reason where one is known', () => {
  const edges = ['armed -> referring by target-answered', 'referring -> unsure by timer', 'watching -> over by ended'];
  const gaps = gapsIn({ 'armed -> referring by target-answered': 3 }, edges, 'transferor');
  assert.deepEqual(
    gaps.map(({ edge, why }) => [edge, why !== undefined]),
    [
      ['referring -> unsure by timer', true],
      ['watching -> over by ended', false],
    ],
  );
});

test.run();
