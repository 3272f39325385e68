import assert from 'node:assert/strict';
import { test } from 'uvu';
import { type Fate, type Mutant, mutate, verdict } from './mutant.ts';
import { mutants } from './mutants.ts';

const mutant: Mutant = { file: 'a.ts', find: 'x > 1', put: 'x >= 1 /* $& */', guard: 'more than one' };

test('mutate: the text is put in literally, at its one place', () => {
  assert.deepEqual(mutate('if (x > 1) y();', mutant), { name: 'mutated', text: 'if (x >= 1 /* $& */) y();' });
});

test('mutate: a text that is gone, or stands twice, or changes nothing is stale', () => {
  for (const text of ['', 'x > 1 x > 1']) assert.equal(mutate(text, mutant).name, 'stale');
  assert.equal(mutate('x > 1', { ...mutant, put: mutant.find }).name, 'stale');
});

test('mutate: nine of ten have to be killed, and every mutant has to apply', () => {
  const fates = (killed: number, survived: number): Fate[] => [
    ...Array.from({ length: killed }, () => ({ mutant, killedBy: 'unit' })),
    ...Array.from({ length: survived }, () => ({ mutant, killedBy: undefined })),
  ];
  assert.ok(verdict(fates(9, 1), []).ok);
  assert.ok(!verdict(fates(89, 11), []).ok);
  assert.ok(!verdict(fates(10, 0), ['a.ts']).ok);
  assert.ok(!verdict([], []).ok);
  assert.match(verdict(fates(9, 1), []).lines.join('\n'), /survived: a\.ts: more than one/);
});

test('mutate: the list has fifty mutants at least, no two alike', () => {
  assert.ok(mutants.length >= 50, `${mutants.length}`);
  assert.equal(new Set(mutants.map(({ file, find, put }) => `${file} ${find} ${put}`)).size, mutants.length);
});

test.run();
