/** Edges that whole offices cannot take, by what they have in common, and why. */
const REASONS: readonly (readonly [RegExp, string])[] = [];

/** Why an edge cannot be taken here; undefined where it can and was only not met yet. */
export function unreachable(edge: string): string | undefined {
  return REASONS.find(([pattern]) => pattern.test(edge))?.[1];
}
