import type { Millis } from '@switchhook/sans-io';

/** So many commands at once, and so many a second: more than a person and a careful headset ever send. */
const BURST = 200;
const PER_SECOND = 100;

/** A bucket of commands: what a headset gone wild says beyond it is not looked at. */
export class Allowance {
  #left = BURST;
  #at: Millis | undefined;

  /** Whether one more may be looked at now. */
  take(now: Millis): boolean {
    const since = this.#at === undefined ? 0 : Math.max(0, now - this.#at);
    this.#at = now;
    this.#left = Math.min(BURST, this.#left + (since * PER_SECOND) / 1000);
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
