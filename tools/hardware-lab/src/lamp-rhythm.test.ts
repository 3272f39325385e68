import assert from 'node:assert/strict';
import { lampLevel, lampPatterns } from '@switchhook/phone';
import { test } from 'uvu';
import { type Glimpse, patternSeen } from './lamp-rhythm.ts';

/** What somebody sees who looks every 8 ms at a lamp that is driven up to 20 ms late. */
function watched(name: keyof typeof lampPatterns, colour: 'green' | 'red'): Glimpse[] {
  const pattern = lampPatterns[name];
  const glimpses: Glimpse[] = [];
  for (let now = 0; now < 9000; now += 8) {
    const lit = (pattern.colour === colour || pattern.colour === 'amber') && name !== 'off' && lampLevel(pattern, now);
    if (glimpses.at(-1)?.lit !== lit) glimpses.push({ at: now + ((now * 7) % 20), lit });
  }
  return glimpses;
}

test('phone-ux.md §4.3: every pattern of the table is recognised, from wherever one begins to look', () => {
  for (const { name } of Object.values(lampPatterns))
    for (const from of [100, 950, 1730]) {
      const seen = patternSeen({ green: watched(name, 'green'), red: watched(name, 'red') }, from, from + 6300);
      assert.equal(seen, name, `from ${from}`);
    }
});

test('phone-ux.md §4.3: a lamp that blinks in no rhythm of the table is told as it was seen', () => {
  const green = [0, 400, 800, 1200, 1600].map((at, i) => ({ at, lit: i % 2 === 0 }));
  assert.equal(patternSeen({ green, red: [] }, 10, 1700), 'green off 400, on 400, off 400');
});

test.run();
