import { RATE } from '../recorder/listening.ts';
import { loudness, shareAt } from './goertzel.ts';

/** Sounds by name: frequencies in Hz of which one carries the sound at any moment. */
export type Voices = Readonly<Record<string, readonly number[]>>;

/** A stretch of one sound. */
export interface Segment {
  /** A name out of the voices, `silence`, or `other`: loud, and nobody's. */
  readonly who: string;
  readonly fromMs: number;
  readonly toMs: number;
}

const WINDOW_MS = 50;
const WINDOW = (RATE * WINDOW_MS) / 1000;
/** Below this root mean square a window is silent: line noise and the encoding of nothing. */
const QUIET = 100;
/** A voice must carry this share of the energy, together with its other frequencies. */
const ENOUGH = 0.5;

/**
 * Who was heard when. Windows of 50 ms are told apart by their frequencies; a change that lasts less than `leastMs`
 * is swallowed by what was before it.
 */
export function segmentsOf(samples: Int16Array, voices: Voices, leastMs = 250): Segment[] {
  const labels: string[] = [];
  for (let start = 0; start + WINDOW <= samples.length; start += WINDOW) labels.push(labelOf(samples, start, voices));
  let runs = runsOf(labels);
  for (;;) {
    const short = runs.findIndex((run) => run.count * WINDOW_MS < leastMs && runs.length > 1);
    if (short < 0) break;
    runs = swallow(runs, short);
  }
  let at = 0;
  return runs.map(({ who, count }) => {
    const fromMs = at * WINDOW_MS;
    at += count;
    return { who, fromMs, toMs: at * WINDOW_MS };
  });
}

/** Only the order in which they were heard, without silence; a name that goes on after a pause counts once. */
export function heardInOrder(segments: readonly Segment[]): string[] {
  const order: string[] = [];
  for (const { who } of segments) if (who !== 'silence' && order.at(-1) !== who) order.push(who);
  return order;
}

/** Whether `wanted` were heard in this order; others between them are allowed. */
export function heardThen(heard: readonly string[], ...wanted: readonly string[]): boolean {
  let at = 0;
  for (const who of heard) if (who === wanted[at]) at++;
  return at === wanted.length;
}

function labelOf(samples: Int16Array, start: number, voices: Voices): string {
  if (loudness(samples, start, WINDOW) < QUIET) return 'silence';
  let best = 'other';
  let most = ENOUGH;
  for (const [name, tones] of Object.entries(voices)) {
    const share = tones.reduce((sum, hz) => sum + shareAt(samples, start, WINDOW, hz, RATE), 0);
    if (share > most) [best, most] = [name, share];
  }
  return best;
}

interface Run {
  readonly who: string;
  readonly count: number;
}

function runsOf(labels: readonly string[]): Run[] {
  const runs: Run[] = [];
  for (const who of labels) push(runs, { who, count: 1 });
  return runs;
}

function swallow(runs: readonly Run[], short: number): Run[] {
  const out: Run[] = [];
  runs.forEach((run, i) => {
    if (i !== short) push(out, run);
    else push(out, { who: (out.at(-1) ?? runs[i + 1]!).who, count: run.count });
  });
  return out;
}

function push(runs: Run[], run: Run): void {
  const last = runs.at(-1);
  if (last?.who === run.who) runs[runs.length - 1] = { who: run.who, count: last.count + run.count };
  else runs.push(run);
}
