import assert from 'node:assert/strict';
import { test } from 'uvu';
import { linesOf, type Wiring, wiringFaults } from './wiring.ts';

const GOOD: Wiring = {
  matrix: {
    rows: ['A', 'B'],
    columns: ['C', 'D'],
    keys: [
      ['1', '2'],
      ['3', undefined],
    ],
    drive: 'low',
  },
  keys: [{ line: 'E', key: 'transfer', pull: 'up', closed: 'low', rest: 'open' }],
  hook: { line: 'F', pull: 'up', closed: 'low', lifted: 'open' },
  lamps: { line1: { green: 'G', red: 'H', lit: 'high' } },
};

test('wiring: what fits has no faults, and every line is named with its use', () => {
  assert.deepEqual(wiringFaults(GOOD), []);
  assert.deepEqual(
    linesOf(GOOD).map(({ line, use }) => `${line} ${use}`),
    [
      'A row 1',
      'B row 2',
      'C column 1',
      'D column 2',
      'E key transfer',
      'F hook',
      'G lamp line1 green',
      'H lamp line1 red',
    ],
  );
});

test('wiring: a line used twice, a matrix that does not fit and a key wired twice are told', () => {
  const { matrix } = GOOD;
  assert.deepEqual(wiringFaults({ ...GOOD, lamps: { mute: { red: 'F', lit: 'high' } } }), [
    'F is wired to hook and to lamp mute red: one line has one use',
  ]);
  assert.deepEqual(wiringFaults({ ...GOOD, matrix: { ...matrix!, keys: [['1', '2', '3']] } }), [
    '1 rows of keys on 2 rows of wires',
    'row 1 has more keys than the 2 columns',
  ]);
  assert.deepEqual(wiringFaults({ ...GOOD, keys: [{ ...GOOD.keys[0]!, key: '2' }] }), ['key 2 is wired twice']);
});

test.run();
