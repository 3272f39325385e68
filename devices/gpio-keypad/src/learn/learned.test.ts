import assert from 'node:assert/strict';
import { test } from 'uvu';
import { type Learned, type LineReading, learnedFrom, wiringFrom } from './learned.ts';

const reading = (grounded: string, joined = ''): LineReading => ({
  grounded: new Set(grounded.split(' ').filter((line) => line !== '')),
  joined: new Set(joined.split(', ').filter((pair) => pair !== '')),
});
const cross = (from: string, to: string, bothWays = true): Learned => ({ type: 'cross', from, to, bothWays });

test('setup keys: a contact to ground is a line of its own, normally open or normally closed', () => {
  assert.deepEqual(learnedFrom(reading('H'), reading('H T')), { type: 'line', line: 'T', pressed: 'closed' });
  assert.deepEqual(learnedFrom(reading('H'), reading('')), { type: 'line', line: 'H', pressed: 'open' });
});

test('setup keys: a contact between two lines is a crossing, one way where there is a diode', () => {
  assert.deepEqual(learnedFrom(reading('H'), reading('H', 'A B, B A')), cross('A', 'B'));
  assert.deepEqual(learnedFrom(reading(''), reading('', 'B A')), cross('B', 'A', false));
});

test('setup keys: nothing is none, and more than one contact is told as such', () => {
  assert.equal(learnedFrom(reading('H', 'A B'), reading('H', 'A B')), 'none');
  assert.equal(learnedFrom(reading(''), reading('S T')), 'many');
  assert.equal(learnedFrom(reading(''), reading('S', 'A B, B A')), 'many');
  assert.equal(learnedFrom(reading(''), reading('', 'A B, B A, A C, C A')), 'many');
});

test('setup keys: crossings in any order and direction become rows and columns, with gaps where no key is', () => {
  const keys = new Map<string, Learned>([
    ['1', cross('A', 'X')],
    ['2', cross('Y', 'A')],
    ['9', cross('Z', 'C')],
    ['5', cross('Y', 'B')],
    ['7', cross('X', 'C')],
    ['transfer', { type: 'line', line: 'T', pressed: 'closed' }],
    ['hold', { type: 'line', line: 'O', pressed: 'open' }],
  ]);
  const { matrix, keys: singles, hook } = wiringFrom(keys, { type: 'line', line: 'H', pressed: 'open' });
  const found = new Map(
    matrix!.keys.flatMap((row, r) => row.map((key, c) => [key, `${matrix!.rows[r]}${matrix!.columns[c]}`])),
  );
  assert.deepEqual(
    ['1', '2', '5', '7', '9'].map((key) => found.get(key)),
    ['AX', 'AY', 'BY', 'CX', 'CZ'],
  );
  assert.deepEqual(matrix!.keys.flat().filter((key) => key === null).length, 4);
  assert.deepEqual(singles, [
    { key: 'transfer', line: 'T', rest: 'open' },
    { key: 'hold', line: 'O', rest: 'closed' },
  ]);
  assert.deepEqual(hook, { line: 'H', lifted: 'open' });
});

test('setup keys: with diodes the driven end is the row', () => {
  const { matrix } = wiringFrom(
    new Map([
      ['1', cross('A', 'X')],
      ['2', cross('X', 'B', false)],
    ]),
    undefined,
  );
  assert.deepEqual(matrix, { rows: ['X'], columns: ['B', 'A'], keys: [['2', '1']] });
});

test('setup keys: what is no matrix is told', () => {
  const triangle = new Map([
    ['1', cross('A', 'B')],
    ['2', cross('B', 'C')],
    ['3', cross('C', 'A')],
  ]);
  assert.throws(() => wiringFrom(triangle, undefined), /key 3: \w would be a row and a column/);
  assert.throws(() => wiringFrom(new Map(), cross('A', 'B')), /the hook joins A and B/);
});

test.run();
