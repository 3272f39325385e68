import assert from 'node:assert/strict';
import { test } from 'uvu';
import { cadence, parseCadence } from './cadence.ts';
import { COUNTRIES } from './countries.ts';

test('§4.5: a step has frequencies, a mix, a time and "once"', () => {
  assert.deepEqual(cadence('!350+440/100, 400*25/750,0/1000,425'), [
    { hz: 350, otherHz: 440, mix: 'sum', ms: 100, once: true },
    { hz: 400, otherHz: 25, mix: 'modulated', ms: 750, once: false },
    { hz: 0, otherHz: 0, mix: 'single', ms: 1000, once: false },
    { hz: 425, otherHz: 0, mix: 'single', ms: undefined, once: false },
  ]);
});

test('§4.5: what is no cadence gets a word and an offset', () => {
  const cases: readonly (readonly [string, string, number])[] = [
    ['', 'empty', 0],
    ['425/200,x', 'bad-step', 8],
    ['425/', 'bad-step', 0],
    ['425/-1', 'bad-step', 0],
    ['425/0', 'bad-duration', 0],
    ['4000', 'bad-frequency', 0],
    ['0+440', 'bad-frequency', 0],
    ['425,,425', 'bad-step', 4],
    [Array(65).fill('425/1').join(','), 'too-long', 64 * 6],
  ];
  for (const [text, word, at] of cases) assert.deepEqual(parseCadence(text), { ok: false, fault: word, at }, text);
});

test('§4.5: every tone of every country is a cadence', () => {
  const names = Object.keys(COUNTRIES);
  assert.equal(names.length, 23);
  for (const tones of Object.values(COUNTRIES)) {
    for (const value of Object.values(tones)) {
      if (typeof value === 'string') assert.ok(cadence(value).length > 0);
      else assert.ok(value.length >= 2 && value.length % 2 === 0);
    }
  }
});

test('a fault in a table of ours throws', () => {
  assert.throws(() => cadence('425/x'), /bad-step/);
});

test.run();
