import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { Worker } from 'node:worker_threads';
import { simulateOptions } from './simulation/options.ts';
import { playSeed } from './simulation/play.ts';
import { type RunReport, tellSum } from './simulation/sum.ts';
import { reportLines, summaryLines } from './simulation/summary.ts';
import { emptyTally, merge, type Tally } from './simulation/tally.ts';
import type { Share } from './simulation/worker.ts';

/** Plays many offices on all cores, and says what became of them. Exit code 1 when anything was wrong. */
const PROGRESS_MS = 10_000;
/** How many failing offices are shown; the summary names all their seeds. */
const SHOWN = 1;
/** A worker for fewer offices than this is not worth its start. */
const SHARE_LEAST = 40;
/** An office makes a few megabytes that nobody needs after it: with room for many, hardly anything is ever moved. */
const YOUNG_MB = 96;

const options = simulateOptions(process.argv.slice(2));
if (options.sum.length > 0) process.exit(tellSum(options.sum, options.json) ? 0 : 1);
const tally = emptyTally();
const began = performance.now();
const seconds = () => (performance.now() - began) / 1000;
const of = Math.max(1, Math.min(options.workers, Math.ceil(options.offices / SHARE_LEAST)));
// From the bundle the worker is a file beside this one; from the sources it is in its folder.
const entry = new URL(import.meta.url.endsWith('.ts') ? './simulation/worker.ts' : './worker.js', import.meta.url);
const workers = Array.from(
  { length: of },
  (_, index) =>
    new Worker(entry, {
      workerData: { options, index, of } satisfies Share,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    }),
);
const progress = setInterval(() => {
  const { offices, lostCallers, brokenPromises, leaks, uncaught } = tally;
  console.error(
    `${seconds().toFixed(0)} s: ${offices} offices, ${(offices / seconds()).toFixed(0)} a second, lost ${lostCallers}, broken ${brokenPromises}, leaks ${leaks}, uncaught ${uncaught}`,
  );
}, PROGRESS_MS);
let finished = false;
const limit = options.seconds === undefined ? undefined : setTimeout(finish, options.seconds * 1000);
process.once('SIGINT', finish);
process.once('SIGTERM', finish);

let running = workers.length;
for (const worker of workers) {
  worker.on('message', (more: Tally) => merge(tally, more));
  worker.on('error', (error: Error) => {
    tally.uncaught++;
    tally.failing.push({ seed: options.seed, wrong: [error.stack ?? error.message] });
  });
  worker.on('exit', () => {
    running--;
    if (running === 0) finish();
  });
}

/** Everything was played, or the person has had enough: what is known so far is said. */
function finish(): void {
  if (finished) return;
  finished = true;
  clearInterval(progress);
  clearTimeout(limit);
  for (const worker of workers) void worker.terminate();
  const took = seconds();
  const shown = options.ladder
    ? Array.from({ length: options.offices }, (_, i) => options.seed + i)
    : tally.failing.slice(0, SHOWN).map(({ seed }) => seed);
  for (const seed of shown) console.log(reportLines(playSeed(seed, options), options).join('\n'));
  for (const { seed, wrong } of tally.failing)
    console.log(`seed ${seed}: ${wrong.map((line) => line.split('\n')[0]).join('; ')}`);
  console.log(summaryLines(tally, options, took).join('\n'));
  if (options.json !== undefined) {
    const { seed, loss } = options;
    const { user, system } = process.cpuUsage();
    const processorS = (user + system) / 1e6;
    const result: RunReport = { seed, loss, seconds: took, processorS, ...tally, asked: options.offices };
    writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
  }
  process.exitCode = tally.failing.length > 0 || tally.uncaught > 0 ? 1 : 0;
}
