/**
 * `npm run hardware [-- SUITE…] [--keep] [--console]`: the real phone and its drivers against a real kernel's devices, in a
 * User-Mode-Linux kernel that is built from Debian's source where the cache has none.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { lacking, type Suite } from './guest/suite.ts';
import { boot } from './host/boot.ts';
import { findKernel } from './host/kernel.ts';
import { type Result, readResults } from './results.ts';
import { SUITES } from './suites/index.ts';

const { values, positionals } = parseArgs({
  options: { keep: { type: 'boolean' }, console: { type: 'boolean' } },
  allowPositionals: true,
});
const unknown = positionals.find((name) => !SUITES.some((suite) => suite.name === name));
if (unknown !== undefined) {
  console.error(`hardware: no suite ${unknown}; there are ${SUITES.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}
const chosen = SUITES.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
const results: Result[] = [];
// a kernel ends with us
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const kernel = findKernel((line) => console.log(`kernel: ${line}`));
if ('missing' in kernel) skip(chosen, `no kernel can be built here: ${kernel.missing}`);
else {
  console.log(`kernel: User-Mode-Linux of ${kernel.source}, ${kernel.how}`);
  for (const suite of chosen) {
    const packages = lacking({ ...suite, commands: { busybox: 'busybox-static', ...suite.commands } });
    if (packages.length > 0) skip([suite], `apt-get install --no-install-recommends ${packages.join(' ')}`);
    else await play(suite, kernel.path);
  }
}
report();

/** Play a suite. On a busy machine the one processor inside may stand still for long: a suite that fails has a second boot, which is said. */
async function play(suite: Suite, path: string): Promise<void> {
  const first = await playOnce(suite, path);
  const again = first.some(({ result }) => result === 'failed');
  if (again) console.log(`     ${suite.name} once more, in a fresh kernel`);
  results.push(...(again ? await playOnce(suite, path) : first));
}

/** Boot the kernel for one suite and bring its results out. */
async function playOnce(suite: Suite, path: string): Promise<readonly Result[]> {
  const folder = mkdtempSync(join(tmpdir(), 'hardware-lab-'));
  const began = performance.now();
  const ended = await boot({
    kernel: path,
    suite: suite.name,
    folder,
    limitMs: suite.limitS * 1000,
    console: (line) => values.console && console.log(`  | ${line}`),
  });
  const ms = Math.round(performance.now() - began);
  const here = [...readResults(folder)];
  const failed = here.some(({ result }) => result === 'failed');
  const why =
    'trouble' in ended
      ? ended.trouble
      : here.length === 0 || (ended.code !== 0 && !failed)
        ? `exit code ${ended.code}`
        : undefined;
  if (why !== undefined)
    here.push({
      suite: suite.name,
      against: 'the kernel',
      title: 'the suite runs to its end',
      result: 'failed',
      why,
      ms,
    });
  console.log(`== ${suite.name}: ${(ms / 1000).toFixed(1)} s`);
  for (const result of here) show(result);
  if (values.keep || here.some(({ result }) => result === 'failed')) console.log(`     files: ${folder}`);
  else rmSync(folder, { recursive: true, force: true });
  return here;
}

function skip(suites: readonly Suite[], why: string): void {
  for (const { name } of suites) {
    const result: Result = { suite: name, against: '-', title: name, result: 'skipped', why, ms: 0 };
    show(result);
    results.push(result);
  }
}

function show({ suite, title, against, result, why = '', ms }: Result): void {
  switch (result) {
    case 'passed':
      console.log(`ok   ${title}  [${against}] ${(ms / 1000).toFixed(1)} s`);
      return;
    case 'failed':
      console.log(`FAIL ${title}  [${against}]\n${why}`);
      return;
    case 'skipped':
      console.log(`SKIP ${suite}: ${why}`);
      return;
    default:
      result satisfies never;
  }
}

/** What ran against what, and the closing line. */
function report(): void {
  const count = (wanted: Result['result']) => results.filter(({ result }) => result === wanted).length;
  const against = new Map<string, number>();
  for (const result of results)
    if (result.result === 'passed')
      for (const one of result.against.split(' + ')) against.set(one, (against.get(one) ?? 0) + 1);
  if (against.size > 0) console.log('\nran against:');
  for (const [name, passed] of against) console.log(`  ${String(passed).padStart(3)}  ${name}`);
  console.log(`${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`);
  process.exitCode = count('failed') > 0 ? 1 : 0;
}
