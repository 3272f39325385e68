import { readFileSync } from 'node:fs';

/** Edges of each machine, by its name. */
export interface Edges {
  readonly transferor: readonly string[];
  readonly transferee: readonly string[];
  readonly target: readonly string[];
}

/**
 * Every edge of the machines by the rule of `edgeOf`, as `state -> state by event`, sorted: what a simulation counts its
 * coverage against. The graph walks check that the list is true.
 */
export function edges(): Edges {
  return JSON.parse(readFileSync(new URL('./edges.json', import.meta.url), 'utf8')) as Edges;
}
