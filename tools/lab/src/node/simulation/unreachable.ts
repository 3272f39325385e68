/** Edges that whole offices cannot take, by what they have in common, and why. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/^referring -> .* by timer$/, 'a REFER on the wire ends by its own transaction (64·T1) before the guard of 70 s'],
  [/ by target-answered$/, 'a forked second answer: the exchanges here ring one phone an extension'],
];

/** Edges of these states are excepted from the reasons above: there the target's answer is the usual way on. */
const USUAL = /^(armed|calling-target|degrading) /;

/** Why an edge cannot be taken here; undefined where it can and was only not met yet. */
export function unreachable(edge: string): string | undefined {
  if (USUAL.test(edge)) return undefined;
  return REASONS.find(([pattern]) => pattern.test(edge))?.[1];
}
