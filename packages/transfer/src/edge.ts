/** What a machine came from and to, and what it asked for. */
interface Move {
  readonly before: { readonly name: string };
  readonly step: { readonly state: { readonly name: string }; readonly effects: readonly { readonly type: string }[] };
}

/**
 * The edge that a step takes, `state -> state by event`: one that changes anything in the state, or that asks for anything.
 * A press that was refused and a line of the journal are no edges; undefined then. The one rule for every machine of this
 * package, by which the graph walks list edges and a simulation counts them.
 */
export function edgeOf(before: Move['before'], by: string, step: Move['step']): string | undefined {
  const moved = step.state !== before || step.effects.some(({ type }) => type !== 'refuse' && type !== 'note');
  return moved ? `${before.name} -> ${step.state.name} by ${by}` : undefined;
}
