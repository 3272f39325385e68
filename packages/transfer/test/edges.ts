import { readFileSync } from 'node:fs';

/**
 * Every edge of the transferor machine that changes the state or does something, as `state -> state by event`, sorted:
 * what a simulation counts its coverage against. The graph walk checks that the list is true.
 */
export function edges(): readonly string[] {
  return JSON.parse(readFileSync(new URL('./edges.json', import.meta.url), 'utf8')) as readonly string[];
}
