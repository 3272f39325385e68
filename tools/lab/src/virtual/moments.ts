import type { Intent } from '@switchhook/phone';
import type { Millis } from '@switchhook/sans-io';
import type { SeededRandom } from '@switchhook/sans-io/testing';
import type { Person } from './acts.ts';
import type { Temper } from './persons.ts';

/** Something that happens at the very moment at which the receptionist's transfer comes into a state. */
export interface Moment {
  readonly state: string;
  readonly afterMs: Millis;
  readonly deed: Deed;
}

/** A press at the receptionist's phone, or what befalls somebody else or the exchange. */
export type Deed =
  | { readonly type: 'press'; readonly intent: Intent }
  | { readonly type: 'hangs-up' | 'crashes' | 'restarts'; readonly who: 'caller' | 'specialist' }
  /** The receptionist ends its call with that one. */
  | { readonly type: 'drops'; readonly who: 'caller' | 'specialist' }
  | { readonly type: 'exchange-restarts' };

/** How the receptionist goes about it so that its transfer comes into the state at all. */
const WAYS: Readonly<Record<string, Partial<Temper>>> = {
  'calling-target': { presses: 'in-time' },
  armed: { presses: 'early' },
  degrading: { presses: 'twice-early' },
  consulting: { completes: 'key' },
  swapping: { completes: 'swap' },
  swapped: { completes: 'swap' },
  'holding-again': { completes: 'swap' },
  'holding-target': { completes: 'key' },
  merging: { completes: 'merge' },
  merged: { completes: 'merge' },
  unmerging: { completes: 'merge' },
  bridging: { completes: 'bridge' },
  bridged: { completes: 'bridge' },
  referring: { completes: 'key' },
  'backing-off': { completes: 'key' },
  watching: { completes: 'key' },
  settling: { completes: 'key' },
  restored: { completes: 'key' },
  unsure: { completes: 'key' },
  'caller-held': { completes: 'key' },
  retrieving: { completes: 'cancel' },
  holding: {},
};

/** Again and again: what somebody does while an answer is on its way. */
const QUICK: readonly Deed[] = [
  ...(['cancel', 'complete', 'swap', 'merge', 'bridge'] as const).map(
    (press) => ({ type: 'press', intent: { verb: `transfer.${press}` } }) as const,
  ),
  ...(['caller', 'specialist'] as const).map((who) => ({ type: 'hangs-up', who }) as const),
];
const OTHERS: readonly Deed[] = [
  { type: 'press', intent: { verb: 'hook.put-down' } },
  { type: 'press', intent: { verb: 'key.hold' } },
  { type: 'press', intent: { verb: 'call.swap' } },
  ...(['caller', 'specialist'] as const).flatMap((who) =>
    (['drops', 'restarts', 'crashes'] as const).map((type) => ({ type, who }) as const),
  ),
  { type: 'exchange-restarts' },
];

/** Within a round trip, ms: so long most states last that wait for an answer. */
const SHORT = [0, 1, 3, 6, 9, 14] as const;
const LONG = [40, 300, 1_500, 8_000] as const;

/** Draw what an office of this kind has: two moments of one way through a transfer. */
export function moments(random: SeededRandom): readonly Moment[] {
  const states = Object.keys(WAYS);
  const first = random.pick(states);
  const one = (state: string): Moment => ({
    state,
    afterMs: random.pick(random.chance(0.7) ? SHORT : LONG),
    deed: random.pick(random.chance(0.7) ? QUICK : OTHERS),
  });
  return [one(first), one(random.chance(0.5) ? first : random.pick(states))];
}

/** The receptionist's temper, bent to come into the first of the states. */
export function bentFor([first]: readonly Moment[], temper: Temper): Temper {
  return first === undefined ? temper : { ...temper, ...WAYS[first.state], nervous: 0 };
}

/** Waits for the states and has each deed done once. */
export class Director {
  readonly #open: Moment[];
  readonly #later: (afterMs: Millis, deed: Deed) => void;

  constructor(all: readonly Moment[], later: (afterMs: Millis, deed: Deed) => void) {
    this.#open = [...all];
    this.#later = later;
  }

  /** A phone has taken an edge, in the words of the lists of edges. */
  saw(who: Person, edge: string): void {
    if (who !== 'receptionist') return;
    const [from, , to] = edge.split(' ');
    if (from === to) return;
    const at = this.#open.findIndex(({ state }) => state === to);
    if (at < 0) return;
    const [moment] = this.#open.splice(at, 1);
    this.#later(moment!.afterMs, moment!.deed);
  }
}
