import { writeFileSync } from 'node:fs';
import { transferStep } from '../src/index.ts';
import { targetEdges, transfereeEdges } from './roles.ts';
import { starts } from './starts.ts';
import { walk } from './walk.ts';

/** Writes `edges.json` from the walks; run it by hand after a machine has changed. */
const transferor = new Set(starts.flatMap((start) => [...walk(start, transferStep).moves]));
const all = {
  transferor: [...transferor].sort(),
  transferee: [...transfereeEdges()].sort(),
  target: [...targetEdges()].sort(),
};
writeFileSync(new URL('./edges.json', import.meta.url), `${JSON.stringify(all, undefined, 2)}\n`);
