import type { JournalEntry } from '@switchhook/phone/node';
import type { UserAgent } from '@switchhook/sip-core';

/** The machines that are counted: the three roles of a transfer by their edges, the SIP stack by its states. */
export const MACHINES = ['transferor', 'transferee', 'target', 'stack'] as const;
export type Machine = (typeof MACHINES)[number];

/** How often each edge was taken, in the words of the lists of edges, or each state was seen. */
export type Coverage = Readonly<Record<Machine, Record<string, number>>>;

/** The words under which a phone's journal notes edges. */
const STEPS: Readonly<Record<string, Machine>> = {
  'transfer-step': 'transferor',
  'transferee-step': 'transferee',
  'target-step': 'target',
};

/** Nothing yet. */
export function noCoverage(): Coverage {
  return { transferor: {}, transferee: {}, target: {}, stack: {} };
}

/** Count what a phone tells its journal; an edge of the transferor is told. */
export function cover(coverage: Coverage, entry: JournalEntry): string | undefined {
  if (entry.type !== 'note' || entry.detail === undefined) return undefined;
  const machine = STEPS[entry.word];
  if (machine === undefined) return undefined;
  add(coverage[machine], entry.detail);
  return machine === 'transferor' ? entry.detail : undefined;
}

/** Count the states in which a stack is just now. */
export function coverStack(coverage: Coverage, agent: UserAgent): void {
  for (const state of agent.states()) add(coverage.stack, state);
}

/** Add the counts of `more` to `coverage`. */
export function addCoverage(coverage: Coverage, more: Coverage): void {
  for (const machine of MACHINES)
    for (const [name, count] of Object.entries(more[machine])) add(coverage[machine], name, count);
}

function add(counts: Record<string, number>, name: string, count = 1): void {
  counts[name] = (counts[name] ?? 0) + count;
}
