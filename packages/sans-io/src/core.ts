/** A moment or a span in milliseconds. Cores never read a clock: every `Millis` they see was handed to them. */
export type Millis = number;

/**
 * The shape every core has. A core does no IO: what arrived comes in as a value, what must happen goes out as values.
 * Its shell calls `receive` for each input and `wake` once `deadline` has passed; nothing else ever makes it act.
 */
export interface Core<In, Out> {
  /** Take one input that arrived at `now`; the outputs are to be performed in order. */
  receive(input: In, now: Millis): readonly Out[];
  /** To be called when `deadline` has passed; harmless when called early. */
  wake(now: Millis): readonly Out[];
  /** The one moment the shell must wait for, or `undefined` when no timer runs. */
  readonly deadline: Millis | undefined;
}

/** What a pure step function gives back: the next state and what must be done about it. */
export interface Step<State, Effect> {
  readonly state: State;
  readonly effects: readonly Effect[];
}
