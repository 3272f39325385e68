import type { AlarmClock } from '@switchhook/sans-io';
import type { CallId, CallOut } from '@switchhook/sip-core';
import type { CallEffect } from '../reducer/door.ts';
import { NamedAlarms } from './named-alarms.ts';

/** How long a call waits for a media worker that is still starting. */
const MEDIA_WAIT_MS = 5_000;

/** A call that came, or was dialled, before there was any media. */
export type EarlyCall = (CallEffect & { readonly type: 'dial' }) | (CallOut & { readonly type: 'incoming' });

/** Calls of the first second, each until there is media for it, it is given up, or it has waited long enough. */
export class EarlyCalls {
  readonly #calls = new Map<CallId, EarlyCall>();
  readonly #alarms: NamedAlarms<CallId>;

  /** `late` is told of each call that has waited long enough; it still waits then, until it is taken. */
  constructor(clock: AlarmClock, late: (call: CallId) => void) {
    this.#alarms = new NamedAlarms(clock, late);
  }

  get size(): number {
    return this.#calls.size;
  }

  /** The calls that wait, in the order in which they came. */
  get all(): readonly CallId[] {
    return [...this.#calls.keys()];
  }

  wait(early: EarlyCall): void {
    this.#calls.set(early.call, early);
    this.#alarms.set(early.call, MEDIA_WAIT_MS);
  }

  /** The call waits no longer; what it was, when it did. */
  take(call: CallId): EarlyCall | undefined {
    const early = this.#calls.get(call);
    this.#calls.delete(call);
    this.#alarms.clear(call);
    return early;
  }

  /** Tell of none any more. */
  close(): void {
    this.#alarms.clearAll();
  }
}
