// up ──down──► held ──1 s, long bound──► spent ──up──► up
//  ▲            │ up before
//  │            ▼
//  └─350 ms── counting ──down──► held (one press more)
//  Where nothing longer is bound in the present state, the press itself is the short gesture.
import { type Core, Deadlines, type Millis } from '@switchhook/sans-io';

/** What one key or button can say (phone-ux.md §4.7). */
export type Press = 'short' | 'long' | 'double' | 'triple';

/** A button moved. */
export interface ButtonEvent {
  readonly type: 'button';
  readonly edge: 'down' | 'up';
}

/** The button moved, or the phone came into a state where other presses mean something. */
export type PressesIn =
  | ButtonEvent
  | {
      readonly type: 'bound';
      readonly presses: ReadonlySet<Press>;
      /** How long the long one is from now on; default: as the button was made. */
      readonly longMs?: number | undefined;
    };

export interface PressTimes {
  /** A press held this long is a long one, said while it is held. Default 1000. */
  readonly longMs?: number;
  /** Between the release and the next press of a double or triple. Default 350. */
  readonly gapMs?: number;
}

type ButtonState =
  | { readonly name: 'up' }
  | { readonly name: 'held'; readonly presses: number }
  /** The gesture has been said; the release means nothing. */
  | { readonly name: 'spent' }
  | { readonly name: 'counting'; readonly presses: number };

const BY_COUNT: readonly Press[] = ['short', 'double', 'triple'];

/**
 * Turns the edges of one key or button into what they say, without more delay than the present state needs: a double is waited for only
 * where a double or triple is bound, a long only where a long is bound.
 */
export class Presses implements Core<PressesIn, Press> {
  readonly #longMs: number;
  readonly #gapMs: number;
  #nowLongMs: number;
  #bound: ReadonlySet<Press> = new Set(['short']);
  #state: ButtonState = { name: 'up' };
  readonly #timers = new Deadlines<'long' | 'gap'>();

  constructor({ longMs = 1000, gapMs = 350 }: PressTimes = {}) {
    this.#longMs = longMs;
    this.#gapMs = gapMs;
    this.#nowLongMs = longMs;
  }

  get deadline(): Millis | undefined {
    return this.#timers.next;
  }

  receive(input: PressesIn, now: Millis): readonly Press[] {
    const events = [...this.wake(now)];
    switch (input.type) {
      case 'bound':
        this.#bound = input.presses;
        this.#nowLongMs = input.longMs ?? this.#longMs;
        return events;
      case 'button':
        events.push(...(input.edge === 'down' ? this.#down(now) : this.#up(now)));
        return events;
      default:
        input satisfies never;
        throw new Error('unknown button input');
    }
  }

  wake(now: Millis): readonly Press[] {
    const events: Press[] = [];
    for (const timer of this.#timers.due(now)) {
      const state = this.#state;
      if (timer === 'long' && state.name === 'held') {
        this.#state = { name: 'spent' };
        events.push('long');
      } else if (timer === 'gap' && state.name === 'counting') {
        this.#state = { name: 'up' };
        events.push(BY_COUNT[state.presses - 1]!);
      }
    }
    return events;
  }

  #down(now: Millis): Press[] {
    if (this.#state.name === 'held' || this.#state.name === 'spent') return [];
    const presses = this.#state.name === 'counting' ? this.#state.presses + 1 : 1;
    this.#timers.clear('gap');
    if (!this.#mayGrow(presses) && !(presses === 1 && this.#bound.has('long'))) {
      this.#state = { name: 'spent' };
      return [BY_COUNT[presses - 1]!];
    }
    this.#state = { name: 'held', presses };
    if (presses === 1 && this.#bound.has('long')) this.#timers.set('long', now + this.#nowLongMs);
    return [];
  }

  #up(now: Millis): Press[] {
    const state = this.#state;
    this.#timers.clear('long');
    if (state.name === 'spent') this.#state = { name: 'up' };
    if (state.name !== 'held') return [];
    if (!this.#mayGrow(state.presses)) {
      this.#state = { name: 'up' };
      return [BY_COUNT[state.presses - 1]!];
    }
    this.#state = { name: 'counting', presses: state.presses };
    this.#timers.set('gap', now + this.#gapMs);
    return [];
  }

  /** Whether a further press could make a gesture that is bound now. */
  #mayGrow(presses: number): boolean {
    return (presses < 2 && this.#bound.has('double')) || (presses < 3 && this.#bound.has('triple'));
  }
}
