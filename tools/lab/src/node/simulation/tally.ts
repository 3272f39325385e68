import { addCoverage, type Coverage, noCoverage } from '../../virtual/coverage.ts';
import { isGood, type OfficeReport } from '../../virtual/simulation.ts';
import { PLANTED } from '../../virtual/weathers.ts';

type Counts = Record<string, number>;

/** One office in which something was wrong, in words. */
export interface Failure {
  readonly seed: number;
  readonly wrong: readonly string[];
}

/** What became of many offices; adds up in any order, so that the number of workers does not matter. */
export interface Tally {
  offices: number;
  messages: number;
  phones: number;
  lostCallers: number;
  brokenPromises: number;
  leaks: number;
  uncaught: number;
  /** Offices by planted kind; an office may hold several. */
  byFault: Counts;
  byStyle: Counts;
  byPhones: Counts;
  byOutcome: Counts;
  coverage: Coverage;
  failing: Failure[];
}

/** Nothing yet. */
export function emptyTally(): Tally {
  return {
    offices: 0,
    messages: 0,
    phones: 0,
    lostCallers: 0,
    brokenPromises: 0,
    leaks: 0,
    uncaught: 0,
    byFault: { none: 0, ...Object.fromEntries(PLANTED.map((kind) => [kind, 0])) },
    byStyle: {},
    byPhones: {},
    byOutcome: {},
    coverage: noCoverage(),
    failing: [],
  };
}

/** Count one office. */
export function count(tally: Tally, report: OfficeReport): void {
  tally.offices++;
  tally.messages += report.messages;
  tally.phones += report.phones;
  tally.lostCallers += report.lostCallers.length;
  tally.brokenPromises += report.brokenPromises.length;
  tally.leaks += report.leaks.length;
  if (report.uncaught !== undefined) tally.uncaught++;
  for (const kind of report.planted.length === 0 ? ['none'] : report.planted) add(tally.byFault, kind);
  add(tally.byStyle, report.style);
  add(tally.byPhones, String(report.phones));
  for (const outcome of report.outcomes.length === 0 ? ['none'] : report.outcomes) add(tally.byOutcome, outcome);
  addCoverage(tally.coverage, report.coverage);
  if (!isGood(report)) tally.failing.push({ seed: report.seed, wrong: wrongs(report) });
}

/** Put another worker's counts to ours. */
export function merge(tally: Tally, more: Tally): void {
  for (const key of ['offices', 'messages', 'phones', 'lostCallers', 'brokenPromises', 'leaks', 'uncaught'] as const)
    tally[key] += more[key];
  addCoverage(tally.coverage, more.coverage);
  for (const key of ['byFault', 'byStyle', 'byPhones', 'byOutcome'] as const)
    for (const [name, n] of Object.entries(more[key])) add(tally[key], name, n);
  tally.failing.push(...more.failing);
  tally.failing.sort((a, b) => a.seed - b.seed);
}

/** All that was wrong in one office, a line each. */
export function wrongs(report: OfficeReport): string[] {
  const { lostCallers, brokenPromises, leaks, uncaught } = report;
  return [...lostCallers, ...brokenPromises, ...leaks, ...(uncaught === undefined ? [] : [uncaught])];
}

function add(counts: Counts, name: string, n = 1): void {
  counts[name] = (counts[name] ?? 0) + n;
}
