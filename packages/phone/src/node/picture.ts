import type { Millis } from '@switchhook/sans-io';
import type { Snapshot } from '../control/protocol.ts';
import type { PhoneState } from '../reducer/state.ts';
import { type PhoneView, view } from '../view.ts';

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
  #text = '';
  #snapshot: Snapshot | undefined;

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
    if (moved) this.#offset = offset;
    this.#state = state;
    this.#alarmCount = alarms.length;
    const shown = withAlarms(
      view(state, (at) => new Date(at + this.#offset).toISOString()),
      alarms,
    );
    const text = JSON.stringify(shown);
    if (this.#snapshot !== undefined && text === this.#text) return this.#snapshot;
    this.#text = text;
    this.#seq += 1;
    this.#snapshot = { ts: new Date(this.#wall()).toISOString(), seq: this.#seq, ...shown };
    return this.#snapshot;
  }
}

/** A contained mistake of ours is shown where nothing else needs the second line, and on the message lamp. */
function withAlarms(shown: PhoneView, alarms: readonly string[]): PhoneView {
  if (alarms.length === 0) return shown;
  const [first = ''] = shown.display;
  return { ...shown, display: [first, 'Internal error: see log'], lamps: { ...shown.lamps, message: 'fast-red' } };
}
