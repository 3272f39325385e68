import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import type { Coverage } from '../../virtual/coverage.ts';
import { unreachable } from './unreachable.ts';

/** Edges of the machine that no office has taken, each with the reason if one is known. */
export interface Gap {
  readonly edge: string;
  readonly why: string | undefined;
}

/** All edges of the transfer machine: the list that its graph walk checks. */
export function allEdges(root = process.cwd()): readonly string[] {
  const file = join(root, 'packages', 'transfer', 'test', 'edges.json');
  return JSON.parse(readFileSync(file, 'utf8')) as readonly string[];
}

/** What of the list was not taken. */
export function gapsIn(coverage: Coverage, edges: readonly string[]): Gap[] {
  return edges.filter((edge) => !(coverage[edge]! > 0)).map((edge) => ({ edge, why: unreachable(edge) }));
}

/** What was seen of the transfer machine, and what was not, for people. */
export function coverageLines(coverage: Coverage, edges: readonly string[]): string[] {
  const known = new Set(edges);
  const gaps = gapsIn(coverage, edges);
  const states = new Set(edges.map((edge) => edge.split(' ')[0]!));
  const reached = [...states].filter((state) =>
    Object.keys(coverage).some((edge) => edge.startsWith(`${state} `) || edge.includes(`-> ${state} `)),
  );
  const missed = [...states].filter((state) => !reached.includes(state));
  const strange = Object.keys(coverage).filter((edge) => !known.has(edge));
  const reasons = new Map<string, string[]>();
  for (const { edge, why } of gaps) reasons.set(why ?? NOT_YET, [...(reasons.get(why ?? NOT_YET) ?? []), edge]);
  return [
    `transfer machine: ${reached.length} of ${states.size} states${missed.length > 0 ? ` (not: ${missed.join(', ')})` : ''}, ${edges.length - gaps.length} of ${edges.length} edges`,
    ...[...reasons].map(([why, which]) => `  not taken, ${why}: ${which.join(', ')}`),
    ...(strange.length > 0 ? [`  not in the list of edges: ${strange.join(', ')}`] : []),
  ];
}

const NOT_YET = 'rare: two mishaps within one round trip, not met yet';
