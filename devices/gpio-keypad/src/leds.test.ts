import assert from 'node:assert/strict';
import { test } from 'uvu';
import { ledLevels } from './leds.ts';

const LAMPS = {
  line1: { green: 'GPIO1', red: 'GPIO2', lit: 'high' },
  mute: { red: 'GPIO3', lit: 'low' },
  line2: { green: 'GPIO4', lit: 'high' },
} as const;

const lit = (lamp: string, colour: 'green' | 'red' | 'amber' | 'off') =>
  ledLevels([{ lamp, colour }], LAMPS)
    .map(({ line, on }) => `${line}${on ? '+' : '-'}`)
    .join(' ');

test('phone-ux §4.3: a two-colour lamp shows green, red, and both as amber', () => {
  assert.deepEqual(
    (['green', 'red', 'amber', 'off'] as const).map((colour) => lit('line1', colour)),
    ['GPIO1+ GPIO2-', 'GPIO1- GPIO2+', 'GPIO1+ GPIO2+', 'GPIO1- GPIO2-'],
  );
});

test('phone-ux §4.3: meaning is in the pattern: a lamp of one colour shines for every colour', () => {
  assert.deepEqual([lit('mute', 'red'), lit('line2', 'red'), lit('line2', 'off')], ['GPIO3+', 'GPIO4+', 'GPIO4-']);
});

test('lamps: one that is not wired is nothing', () => {
  assert.deepEqual([lit('dnd', 'red'), lit('toString', 'red')], ['', '']);
});

test.run();
