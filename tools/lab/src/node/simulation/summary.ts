import { ladderText } from '@switchhook/ladder';
import type { OfficeReport } from '../../virtual/simulation.ts';
import { allEdges, coverageLines } from './coverage-lines.ts';
import type { SimulateOptions } from './options.ts';
import { type Tally, wrongs } from './tally.ts';

/** The summary for people. */
export function summaryLines(tally: Tally, options: SimulateOptions, seconds: number): string[] {
  const { offices, messages, phones } = tally;
  const last = options.seed + options.offices - 1;
  const part = offices < options.offices ? ` (of ${options.offices} asked for)` : '';
  return [
    `offices ${offices}${part} in ${seconds.toFixed(1)} s, ${(offices / seconds).toFixed(0)} a second, ${messages} datagrams, ${phones} phones, seeds ${options.seed}…${last}`,
    ...countLines(tally),
    ...coverageLines(tally.coverage, allEdges()),
    `lostCallers ${tally.lostCallers}  brokenPromises ${tally.brokenPromises}  leaks ${tally.leaks}  uncaught ${tally.uncaught}`,
  ];
}

/** What the offices were, and how their transfers ended. */
export function countLines(tally: Tally): string[] {
  const share = (n: number) => `${n} (${((100 * n) / Math.max(tally.offices, 1)).toFixed(1)} %)`;
  return [
    `by planted fault, several in an office: ${words(tally.byFault, share)}`,
    `by exchange: ${words(tally.byStyle)}; by phones: ${words(tally.byPhones)}`,
    `transfers by outcome: ${words(tally.byOutcome)}`,
  ];
}

/** What went wrong in one office, its acts and ladder, and the command that plays it again. */
export function reportLines(report: OfficeReport, options: SimulateOptions): string[] {
  const { seed, style, planted, phones, outcomes, acts } = report;
  return [
    '',
    `seed ${seed}: ${style}, ${phones} phones, planted ${planted.join(', ') || 'nothing'}, outcomes ${outcomes.join() || 'none'}`,
    ...acts.map((act) => `  ${(act.atMs / 1000).toFixed(3)} s ${act.who} ${act.what}`),
    ladderText(report.ladder()),
    ...wrongs(report).map((line) => `  WRONG ${line}`),
    `replay: ${replayOf(seed, options)}`,
  ];
}

/** The command that plays one seed again. */
export function replayOf(seed: number, { loss, style, sabotage }: SimulateOptions): string {
  const more = [
    loss > 0 ? ` --loss ${loss}` : '',
    style === undefined ? '' : ` --style ${style}`,
    sabotage === undefined ? '' : ` --break ${sabotage}`,
  ];
  return `npm run simulate -- --offices 1 --seed ${seed}${more.join('')} --ladder`;
}

/** Counts in words. */
function words(counts: Readonly<Record<string, number>>, say: (n: number) => string = String): string {
  return Object.entries(counts)
    .map(([word, n]) => `${word} ${say(n)}`)
    .join(', ');
}
