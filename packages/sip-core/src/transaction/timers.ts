import type { Millis } from '@switchhook/sans-io';

/** The base values from which all transaction timers follow (RFC 3261 §17.1.1.1, table 4). */
export interface BaseTimers {
  /** Round-trip time estimate, 500 ms. */
  readonly t1: Millis;
  /** Cap of the retransmission interval, 4 s. */
  readonly t2: Millis;
  /** How long a message may stay in the network, 5 s. */
  readonly t4: Millis;
}

/** RFC 3261's own values. */
export const BASE_TIMERS: BaseTimers = { t1: 500, t2: 4000, t4: 5000 };

/** What a machine knows besides its state. */
export interface Conditions extends BaseTimers {
  /** The transport retransmits by itself: TCP or TLS. */
  readonly reliable: boolean;
}

/** Timers by their letters in the RFCs; `trying` = 200 ms to an own 100, `cancelled` = wait for the end after CANCEL. */
export type TimerName = 'A' | 'B' | 'D' | 'E' | 'F' | 'G' | 'H' | 'I' | 'J' | 'K' | 'L' | 'M' | 'trying' | 'cancelled';

/** Effects on a transaction's own timers. */
export type TimerEffect =
  | { readonly type: 'start-timer'; readonly timer: TimerName; readonly afterMs: Millis }
  | { readonly type: 'stop-timer'; readonly timer: TimerName };

/** Start or move a timer. */
export function start(timer: TimerName, afterMs: Millis): TimerEffect {
  return { type: 'start-timer', timer, afterMs };
}

/** Stop a timer; nothing happens when it does not run. */
export function stop(timer: TimerName): TimerEffect {
  return { type: 'stop-timer', timer };
}
