import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import { playLadder } from './ladder-play.ts';

/** Fixtures of exchanges: each file is one row of the table of their habits, its first line says which habit. */
const folder = fileURLToPath(new URL('pbx', import.meta.url));

for (const file of readdirSync(folder).sort()) {
  const script = readFileSync(`${folder}/${file}`, 'utf8');
  const habit = /^# *(.*)/.exec(script)?.[1] ?? '';
  test(`features.md §2.4, ${file.replace(/\.ladder$/, '')}: ${habit}`, () => playLadder(script));
}

test.run();
