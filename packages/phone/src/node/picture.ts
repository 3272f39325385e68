import type { Millis } from '@switchhook/sans-io';
import type { Snapshot } from '../control/protocol.ts';
import type { PhoneState } from '../reducer/state.ts';
import { type PhoneView, type Stamp, view } from '../view.ts';

/** How far the wall clock may move before all stamps are made anew: one that was set, not one that trembles. */
const RESET_MS = 1000;

/** Turns states into snapshots and counts how often what they show has changed. */
export class Picture {
  readonly #wall: () => number;
  readonly #now: () => Millis;
  #offset: number;
  #seq = 0;
  #state: PhoneState | undefined;
  #alarmCount = 0;
  #shown: PhoneView | undefined;
  #snapshot: Snapshot | undefined;
  /** Stamps of the moments that the last picture showed: most of the next one's are the same. */
  #stamps = new Map<Millis, string>();

  /** `wall`: ms since 1970; `now`: the scale of the state's moments. */
  constructor(wall: () => number, now: () => Millis) {
    this.#wall = wall;
    this.#now = now;
    this.#offset = Math.round(wall() - now());
  }

  /** Of the snapshot that was taken last; 0 before the first. */
  get seq(): number {
    return this.#seq;
  }

  /** The picture of `state`: the last one again when nothing in it has changed. */
  take(state: PhoneState, alarms: readonly string[]): Snapshot {
    const offset = Math.round(this.#wall() - this.#now());
    const moved = Math.abs(offset - this.#offset) > RESET_MS;
    if (this.#snapshot !== undefined && state === this.#state && alarms.length === this.#alarmCount && !moved)
      return this.#snapshot;
    if (moved) {
      this.#offset = offset;
      this.#stamps.clear();
    }
    this.#state = state;
    this.#alarmCount = alarms.length;
    const shown = withAlarms(view(state, this.#stampsOf()), alarms);
    if (this.#snapshot !== undefined && isSame(shown, this.#shown)) return this.#snapshot;
    this.#shown = shown;
    this.#seq += 1;
    this.#snapshot = { ts: new Date(this.#wall()).toISOString(), seq: this.#seq, ...shown };
    return this.#snapshot;
  }

  /** Moments as text; what the last picture did not show is forgotten. */
  #stampsOf(): Stamp {
    const before = this.#stamps;
    const stamps = new Map<Millis, string>();
    this.#stamps = stamps;
    return (at) => {
      const known = stamps.get(at) ?? before.get(at);
      const text = known ?? new Date(at + this.#offset).toISOString();
      stamps.set(at, text);
      return text;
    };
  }
}

/** Whether two pictures, or parts of them, show the same: values of JSON, made by the same code. */
function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one)) {
    if (!Array.isArray(other) || one.length !== other.length) return false;
    for (let i = 0; i < one.length; i++) if (!isSame(one[i], other[i])) return false;
    return true;
  }
  const theirs = other as Record<string, unknown>;
  let count = 0;
  for (const key in one) {
    count++;
    if (!(key in theirs) || !isSame((one as Record<string, unknown>)[key], theirs[key])) return false;
  }
  for (const _ in theirs) count--;
  return count === 0;
}

/** A contained mistake of ours is shown where nothing else needs the second line, and on the message lamp. */
function withAlarms(shown: PhoneView, alarms: readonly string[]): PhoneView {
  if (alarms.length === 0) return shown;
  const [first = ''] = shown.display;
  return { ...shown, display: [first, 'Internal error: see log'], lamps: { ...shown.lamps, message: 'fast-red' } };
}
