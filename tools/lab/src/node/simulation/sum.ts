import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { MACHINES } from '../../virtual/coverage.ts';
import { allEdges, coverageLines, gapsIn, type Lists } from './coverage-lines.ts';
import { countLines } from './summary.ts';
import { emptyTally, merge, type Tally } from './tally.ts';

/** What `--json` writes of one run. */
export interface RunReport extends Tally {
  readonly seed: number;
  readonly loss: number;
  /** Of the clock on the wall. */
  readonly seconds: number;
  /** Of all processors together. */
  readonly processorS: number;
  readonly asked: number;
}

/** One run in a sum. A run that was ended early has played `offices` of the `asked` seeds from `seed` on. */
interface Part {
  readonly file: string;
  readonly seed: number;
  readonly asked: number;
  readonly offices: number;
  readonly seconds: number;
  readonly processorS: number;
}

/** What several runs were together. */
export interface Sum extends Tally {
  readonly parts: readonly Part[];
  readonly seconds: number;
  readonly processorS: number;
  /** Edges and states that were reached, of those that there are. */
  readonly reached: Readonly<
    Record<string, { readonly reached: number; readonly all: number; readonly beyond: number }>
  >;
}

/** Add up what runs have written. */
export function sumOf(runs: readonly (readonly [file: string, run: RunReport])[], lists: Lists): Sum {
  const tally = emptyTally();
  for (const [, run] of runs) merge(tally, run);
  const parts = runs
    .map(([file, { seed, asked, offices, seconds, processorS }]) => ({
      file,
      seed,
      asked,
      offices,
      seconds,
      processorS,
    }))
    .sort((a, b) => a.seed - b.seed);
  const total = (of: (part: Part) => number) => Math.round(parts.reduce((sum, part) => sum + of(part), 0));
  const reached = Object.fromEntries(
    MACHINES.map((machine) => {
      const gaps = gapsIn(tally.coverage[machine], lists[machine], machine);
      const beyond = gaps.filter(({ why }) => why !== undefined).length;
      return [machine, { reached: lists[machine].length - gaps.length, all: lists[machine].length, beyond }];
    }),
  );
  return {
    parts,
    seconds: total((part) => part.seconds),
    processorS: total((part) => part.processorS),
    reached,
    ...tally,
  };
}

/** `--sum FILE…`: says what several runs were together; `json` keeps it. True when nothing was wrong in any of them. */
export function tellSum(files: readonly string[], json: string | undefined): boolean {
  const lists = allEdges();
  const runs = files.map((file) => [basename(file), JSON.parse(readFileSync(file, 'utf8')) as RunReport] as const);
  const sum = sumOf(runs, lists);
  const { parts, offices, messages, phones, seconds, processorS } = sum;
  const per = (1000 * processorS) / Math.max(offices, 1);
  console.log(
    [
      `${parts.length} runs: offices ${offices}, ${messages} datagrams, ${phones} phones; ${seconds} s, ${processorS} s of processors, ${per.toFixed(1)} ms an office`,
      ...sum.failing.map(({ seed, wrong }) => `seed ${seed}: ${wrong.map((line) => line.split('\n')[0]).join('; ')}`),
      ...countLines(sum),
      ...coverageLines(sum.coverage, lists),
      `lostCallers ${sum.lostCallers}  brokenPromises ${sum.brokenPromises}  leaks ${sum.leaks}  uncaught ${sum.uncaught}`,
    ].join('\n'),
  );
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(sum, null, 2)}\n`);
  return sum.failing.length === 0 && sum.uncaught === 0;
}
