/** `npm run interop [-- WORDS]`: the real desk phone among SIPp's scripted peers and real ones, each role of a transfer in turn. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Case } from './case.ts';
import { ANSWERS } from './sipp/answers.ts';
import { hasSipp } from './sipp/peer.ts';
import { RACES } from './sipp/races.ts';
import { ROLES } from './sipp/roles.ts';
import { VERDICTS } from './sipp/verdicts.ts';

/** Cases wait most of their time: three at once fill two cores. */
const AT_ONCE = 3;

const CASES: readonly Case[] = [...ROLES, ...ANSWERS, ...VERDICTS, ...RACES];
if (!hasSipp()) {
  console.log('SKIP interop: SIPp is missing (apt-get install sip-tester)');
  console.log(`0 passed, 0 failed, ${CASES.length} skipped`);
  process.exit(0);
}
const words = process.argv.slice(2);
let passed = 0;
let failed = 0;
const waiting = CASES.filter(({ title }) => words.every((word) => title.includes(word)));
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await play(next);
  }),
);
console.log(`${passed} passed, ${failed} failed, 0 skipped`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);

async function play({ title, run }: Case): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'interop-'));
  const began = performance.now();
  try {
    await run(folder);
    passed++;
    console.log(`ok   ${title}  ${((performance.now() - began) / 1000).toFixed(1)} s`);
    rmSync(folder, { recursive: true, force: true });
  } catch (error) {
    failed++;
    console.log(`FAIL ${title}\n${error instanceof Error ? error.message : error}\n     logs: ${folder}`);
  }
}
