import { writeFileSync } from 'node:fs';
import { transferStep } from '../src/index.ts';
import { starts } from './starts.ts';
import { walk } from './walk.ts';

/** Writes `edges.json` from the walks; run it by hand after the machine has changed. */
const moves = new Set(starts.flatMap((start) => [...walk(start, transferStep).moves]));
writeFileSync(new URL('./edges.json', import.meta.url), `${JSON.stringify([...moves].sort(), undefined, 2)}\n`);
