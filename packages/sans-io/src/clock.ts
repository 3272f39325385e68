import type { Millis } from './core.ts';

/** A source of time for shells. Cores get `now` as an argument and never hold a clock. */
export interface Clock {
  /** Milliseconds on a monotonic scale; only differences mean anything. */
  now(): Millis;
}

/** A clock with one alarm an owner: what a shell needs to wait for a core's `deadline`. */
export interface AlarmClock extends Clock {
  /** Call `ring` once `at` has come. Returns the function that takes the alarm back. */
  alarm(at: Millis, ring: () => void): () => void;
}
