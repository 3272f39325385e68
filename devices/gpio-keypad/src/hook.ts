// boot ──off hook──► ignored ──on hook──► resting ──lift──► lifted ──on hook──► dipped ──too long──► resting: put down
//   └───on hook──────────────────────────────▲                ▲                   └──lift in time──► lifted: flash
//                                             └── a dip shorter than a flash is no event ────────────────┘
import { type Core, Deadlines, type Millis } from '@switchhook/sans-io';
import { LineDebounce } from './line-debounce.ts';

/** The hook contact as read: true = handset lifted; undefined = the contact is away, nobody knows. */
export interface HookLevel {
  readonly lifted: boolean | undefined;
}

/** What a person did with the handset. */
export interface HookEvent {
  readonly type: 'hook';
  readonly act: 'lift' | 'put-down' | 'flash';
}

export interface HookTimes {
  /** Default 50 (phone-ux: 20–200). */
  readonly debounceMs?: number;
  /** A dip of at least this long is a flash. Default 80. */
  readonly flashMinMs?: number;
  /** A longer dip is a put-down. Default 700; 0 = no flash, put down at once. */
  readonly flashMaxMs?: number;
}

type HookState =
  | { readonly name: 'boot' }
  /** Off hook when the phone started: nothing counts until it has been put down once. */
  | { readonly name: 'ignored' }
  | { readonly name: 'resting' }
  | { readonly name: 'lifted' }
  | { readonly name: 'dipped'; readonly since: Millis };

/** Hook switch: debounce, flash and put-down. The first level given is the level at start. */
export class Hook implements Core<HookLevel, HookEvent> {
  readonly #debounceMs: number;
  readonly #flashMinMs: number;
  readonly #flashMaxMs: number;
  #debounce: LineDebounce<'hook'> | undefined;
  #state: HookState = { name: 'boot' };
  /** When the contact left its believed level; the dip is measured from there, not from the end of the debounce. */
  #moved: Millis = 0;
  readonly #timers = new Deadlines<'put-down'>();

  constructor({ debounceMs = 50, flashMinMs = 80, flashMaxMs = 700 }: HookTimes = {}) {
    if (flashMaxMs !== 0 && !(flashMinMs < flashMaxMs)) throw new Error('flashMinMs must be less than flashMaxMs');
    this.#debounceMs = debounceMs;
    this.#flashMinMs = flashMinMs;
    this.#flashMaxMs = flashMaxMs;
  }

  get deadline(): Millis | undefined {
    const a = this.#debounce?.deadline;
    const b = this.#timers.next;
    return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
  }

  /** Whether a put-down handset lies there as far as is believed. */
  get resting(): boolean {
    return this.#state.name === 'resting';
  }

  receive({ lifted }: HookLevel, now: Millis): readonly HookEvent[] {
    if (this.#debounce === undefined) {
      if (lifted === undefined) return [];
      this.#debounce = new LineDebounce(this.#debounceMs, new Map([['hook', lifted]]));
      this.#state = lifted ? { name: 'ignored' } : { name: 'resting' };
      return [];
    }
    const events = [...this.wake(now)];
    if (lifted === undefined) {
      this.#away();
      return events;
    }
    if (lifted !== this.#debounce.closed('hook') && !this.#bouncing()) this.#moved = now;
    for (const level of this.#debounce.receive({ line: 'hook', closed: lifted }, now))
      events.push(...this.#believe(level.closed, now));
    return events;
  }

  wake(now: Millis): readonly HookEvent[] {
    const events: HookEvent[] = [];
    for (const level of this.#debounce?.wake(now) ?? []) events.push(...this.#believe(level.closed, now));
    if (this.#timers.due(now).length > 0 && this.#state.name === 'dipped') {
      this.#state = { name: 'resting' };
      events.push({ type: 'hook', act: 'put-down' });
    }
    return events;
  }

  /**
   * A driver that goes away may say "on hook" with its last breath: what is not believed yet, and a dip that is not over,
   * did not happen. The level after the return decides.
   */
  #away(): void {
    if (this.#state.name === 'dipped') this.#state = { name: 'lifted' };
    this.#timers.clearAll();
    this.#debounce = new LineDebounce(this.#debounceMs, new Map([['hook', this.#believedLifted()]]));
  }

  #believedLifted(): boolean {
    return this.#state.name === 'lifted' || this.#state.name === 'ignored';
  }

  #bouncing(): boolean {
    return this.#debounce?.deadline !== undefined;
  }

  #believe(lifted: boolean, now: Millis): HookEvent[] {
    const state = this.#state;
    switch (state.name) {
      case 'boot':
        throw new Error('the hook has no level yet');
      case 'ignored':
        if (!lifted) this.#state = { name: 'resting' };
        return [];
      case 'resting':
        if (!lifted) return [];
        this.#state = { name: 'lifted' };
        return [{ type: 'hook', act: 'lift' }];
      case 'lifted':
        if (lifted) return [];
        if (this.#flashMaxMs === 0) {
          this.#state = { name: 'resting' };
          return [{ type: 'hook', act: 'put-down' }];
        }
        this.#state = { name: 'dipped', since: this.#moved };
        this.#timers.set('put-down', Math.max(now, this.#moved + this.#flashMaxMs));
        return [];
      case 'dipped': {
        if (!lifted) return [];
        this.#timers.clear('put-down');
        this.#state = { name: 'lifted' };
        return this.#moved - state.since < this.#flashMinMs ? [] : [{ type: 'hook', act: 'flash' }];
      }
      default:
        state satisfies never;
        throw new Error('unknown hook state');
    }
  }
}
