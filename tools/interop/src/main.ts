/**
 * `npm run interop [-- WORDS | --document]`: the real desk phone among SIPp's scripted peers, then among real ones. WORDS choose: cases
 * whose title has them all, cells that are of them all (`linphone target tcp`, `sound baresip require`).
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Case } from './case.ts';
import { document, matrixTable, type Played } from './document.ts';
import type { Cell } from './peers/matrix.ts';
import { playMatrix } from './peers/office.ts';
import { ANSWERS } from './sipp/answers.ts';
import { hasSipp } from './sipp/peer.ts';
import { RACES } from './sipp/races.ts';
import { ROLES } from './sipp/roles.ts';
import { VERDICTS } from './sipp/verdicts.ts';
import { WATCHING } from './sipp/watching.ts';
import { playSound, type SoundCell } from './sound/sound-cells.ts';

/** Cases wait most of their time: three at once fill two cores. */
const AT_ONCE = 3;
const CASES: readonly Case[] = [...ROLES, ...ANSWERS, ...VERDICTS, ...RACES, ...WATCHING];

const words = process.argv.slice(2).filter((word) => word !== '--document');
const counts = { passed: 0, failed: 0, skipped: 0 };

const played = await playCases(CASES.filter(({ title }) => words.every((word) => title.includes(word))));
const cells: Cell[] = [];
const trouble = await playMatrix(words, (cell) => {
  cells.push(cell);
  const name = `${cell.peer} as ${cell.role}, ${cell.kind}, ${cell.wire}`;
  switch (cell.result) {
    case 'passed':
      counts.passed++;
      console.log(`ok   ${name}: ${cell.text}`);
      return;
    case 'failed':
      counts.failed++;
      console.log(`FAIL ${name}\n${cell.text}`);
      return;
    case 'missing':
      counts.skipped++;
      console.log(`SKIP ${name}: missing ${cell.text}`);
      return;
    case 'cannot':
      console.log(`     ${name}: cannot be tried, ${cell.text}`);
      return;
    default:
      cell.result satisfies never;
  }
});
if (trouble !== undefined) {
  if (trouble.startsWith('missing') || trouble.startsWith('no network')) counts.skipped++;
  else counts.failed++;
  console.log(
    `${trouble.startsWith('missing') || trouble.startsWith('no network') ? 'SKIP' : 'FAIL'} real peers: ${trouble}`,
  );
}
const sounds: SoundCell[] = [];
await playSound(words, (cell) => {
  sounds.push(cell);
  const name = `sound with ${cell.peer}, ours ${cell.ours}, theirs ${cell.theirs}`;
  if (cell.result === 'passed') counts.passed++;
  else if (cell.result === 'failed') counts.failed++;
  else counts.skipped++;
  const mark = { passed: 'ok  ', failed: 'FAIL', missing: 'SKIP' }[cell.result];
  console.log(`${mark} ${name}: ${cell.result === 'missing' ? 'missing ' : ''}${cell.text}`);
});
if (cells.length > 0) console.log(`\n${matrixTable(cells)}\n`);
if (process.argv.includes('--document')) {
  writeFileSync(resolve(import.meta.dirname, '../../../docs/interop.md'), document(cells, played, sounds, versions()));
}
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exit(counts.failed === 0 && counts.passed > 0 ? 0 : 1);

async function playCases(chosen: readonly Case[]): Promise<readonly Played[]> {
  if (chosen.length > 0 && !hasSipp()) {
    console.log(`SKIP ${chosen.length} cases: SIPp is missing (apt-get install sip-tester)`);
    counts.skipped += chosen.length;
    return [];
  }
  const waiting = [...chosen];
  const results = new Map<Case, boolean>();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) results.set(next, await play(next));
    }),
  );
  return chosen.map((each) => ({ case: each, passed: results.get(each) === true }));
}

/** Play a case; SIPp and a phone on a busy machine may have a second try, which is said. */
async function play(each: Case, before = ''): Promise<boolean> {
  const { title, run } = each;
  const folder = mkdtempSync(join(tmpdir(), 'interop-'));
  const began = performance.now();
  try {
    await run(folder);
    counts.passed++;
    console.log(`ok   ${title}  ${((performance.now() - began) / 1000).toFixed(1)} s${before}`);
    rmSync(folder, { recursive: true, force: true });
    return true;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    if (before === '') return play(each, `, at the second try (the first: ${text.split('\n')[0]}; logs: ${folder})`);
    counts.failed++;
    console.log(`FAIL ${title}\n${text}\n     logs: ${folder}`);
    return false;
  }
}

/** What Debian calls the versions that were played with. */
function versions(): readonly string[] {
  const packages = ['linphone-cli', 'twinkle-console', 'baresip-core', 'kamailio', 'sip-tester'];
  const format = ['Package', 'Version'].map((field) => `$\{${field}}`).join(' ');
  const { stdout = '' } = spawnSync('dpkg-query', ['-W', '-f', `${format}\\n`, ...packages], { encoding: 'utf8' });
  return stdout.trim().split('\n');
}
