import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import type { Coverage, Machine } from '../../virtual/coverage.ts';
import { STACK_STATES, unreachable } from './unreachable.ts';

/** Edges of the three roles, and states of the stack. */
export type Lists = Readonly<Record<Machine, readonly string[]>>;

/** What no office has reached, each with the reason if one is known. */
export interface Gap {
  readonly edge: string;
  readonly why: string | undefined;
}

/** All edges of the machines of a transfer: the lists that their graph walks check; and the states of the stack. */
export function allEdges(root = process.cwd()): Lists {
  const file = join(root, 'packages', 'transfer', 'test', 'edges.json');
  const edges = JSON.parse(readFileSync(file, 'utf8')) as Omit<Lists, 'stack'>;
  return { ...edges, stack: STACK_STATES };
}

/** What of the list was not reached. */
export function gapsIn(counts: Readonly<Record<string, number>>, list: readonly string[], machine: Machine): Gap[] {
  return list.filter((edge) => !(counts[edge]! > 0)).map((edge) => ({ edge, why: unreachable(machine, edge) }));
}

/** What was seen of the machines, and what was not, for people. */
export function coverageLines(coverage: Coverage, lists: Lists): string[] {
  const states = statesLine(coverage.transferor, lists.transferor);
  const roles = (['transferor', 'transferee', 'target'] as const).flatMap((machine) => [
    `${machine}: ${machine === 'transferor' ? `${states}, ` : ''}${counted(coverage, lists, machine)} edges`,
    ...gapLines(coverage, lists, machine),
  ]);
  const stack = [`SIP stack: ${counted(coverage, lists, 'stack')} states`, ...gapLines(coverage, lists, 'stack')];
  return [...roles, ...stack];
}

function counted(coverage: Coverage, lists: Lists, machine: Machine): string {
  const list = lists[machine];
  const gaps = gapsIn(coverage[machine], list, machine);
  const beyond = gaps.filter(({ why }) => why !== undefined).length;
  return `${list.length - gaps.length} of ${list.length}${beyond > 0 ? ` (${beyond} out of reach here)` : ''}`;
}

function statesLine(counts: Readonly<Record<string, number>>, edges: readonly string[]): string {
  const states = new Set(edges.flatMap((edge) => [edge.split(' ')[0]!, edge.split(' ')[2]!]));
  const taken = Object.keys(counts);
  const missed = [...states].filter(
    (state) => !taken.some((edge) => edge.startsWith(`${state} `) || edge.includes(`-> ${state} `)),
  );
  const names = missed.length > 0 ? ` (not: ${missed.join(', ')})` : '';
  return `${states.size - missed.length} of ${states.size} states${names}`;
}

function gapLines(coverage: Coverage, lists: Lists, machine: Machine): string[] {
  const reasons = new Map<string, string[]>();
  for (const { edge, why } of gapsIn(coverage[machine], lists[machine], machine))
    reasons.set(why ?? NOT_YET, [...(reasons.get(why ?? NOT_YET) ?? []), edge]);
  const known = new Set(lists[machine]);
  const strange = Object.keys(coverage[machine]).filter((edge) => !known.has(edge));
  return [
    ...[...reasons].map(([why, which]) => `  not taken, ${why}: ${which.join(', ')}`),
    ...(strange.length > 0 ? [`  not in the list: ${strange.join(', ')}`] : []),
  ];
}

const NOT_YET = 'rare, not met in these offices';
