import assert from 'node:assert/strict';
import { test } from 'uvu';
import { gapsIn } from './coverage-lines.ts';
import { type RunReport, sumOf } from './sum.ts';
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

test('simulation: runs add up to one summary with each of its parts', () => {
  const run = (seed: number, offices: number, failing: readonly number[] = []): RunReport => ({
    ...emptyTally(),
    seed,
    loss: 0,
    seconds: 10,
    processorS: 15.5,
    asked: 100,
    offices,
    failing: failing.map((each) => ({ seed: each, wrong: ['x'] })),
  });
  const sum = sumOf(
    [
      ['b.json', run(101, 40, [120])],
      ['a.json', run(1, 100)],
    ],
    { transferor: [], transferee: [], target: ['answered -> take-over by replaces'], stack: [] },
  );
  assert.deepEqual([sum.offices, sum.seconds, sum.processorS], [140, 20, 31]);
  assert.deepEqual(
    sum.parts.map(({ file, seed, offices, asked }) => [file, seed, offices, asked]),
    [
      ['a.json', 1, 100, 100],
      ['b.json', 101, 40, 100],
    ],
  );
  assert.deepEqual(sum.failing, [{ seed: 120, wrong: ['x'] }]);
  assert.deepEqual(sum.reached['target'], { reached: 0, all: 1, beyond: 0 });
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
