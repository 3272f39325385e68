/** `npm run interop [-- WORDS]`: the real desk phone between SIPp's scripted peers, each role of a transfer in turn. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CASES } from './cases.ts';
import { hasSipp } from './sipp.ts';

if (!hasSipp()) {
  console.log('SKIP interop: SIPp is missing (apt-get install sip-tester)');
  console.log(`0 passed, 0 failed, ${CASES.length} skipped`);
  process.exit(0);
}
const words = process.argv.slice(2);
let passed = 0;
let failed = 0;
for (const { title, run } of CASES.filter(({ title }) => words.every((word) => title.includes(word)))) {
  const folder = mkdtempSync(join(tmpdir(), 'interop-'));
  const began = performance.now();
  try {
    await run(folder);
    passed++;
    console.log(`ok   ${title}  ${((performance.now() - began) / 1000).toFixed(1)} s`);
  } catch (error) {
    failed++;
    console.log(`FAIL ${title}\n${error instanceof Error ? error.message : error}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
console.log(`${passed} passed, ${failed} failed, 0 skipped`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
