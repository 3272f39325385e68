import type { JournalEntry } from '@switchhook/phone/node';

/** How often each edge of the transfer machine was taken, in the words of its list of edges: `state -> state by event`. */
export type Coverage = Record<string, number>;

const STEP = 'transfer-step';

/** Count what a phone tells its journal. */
export function cover(coverage: Coverage, entry: JournalEntry): void {
  if (entry.type === 'note' && entry.word === STEP && entry.detail !== undefined) add(coverage, entry.detail);
}

/** Add the counts of `more` to `coverage`. */
export function addCoverage(coverage: Coverage, more: Coverage): void {
  for (const [name, count] of Object.entries(more)) add(coverage, name, count);
}

function add(coverage: Coverage, name: string, count = 1): void {
  coverage[name] = (coverage[name] ?? 0) + count;
}
