import type { Millis } from '@switchhook/sans-io';

/** Pauses between tries: the first, each double the one before, up to the longest. */
export class Backoff {
  readonly #firstMs: Millis;
  readonly #longestMs: Millis;
  #nextMs: Millis;

  constructor(firstMs: Millis, longestMs: Millis) {
    this.#firstMs = firstMs;
    this.#longestMs = longestMs;
    this.#nextMs = firstMs;
  }

  /** How long to wait before the next try. */
  take(): Millis {
    const pause = this.#nextMs;
    this.#nextMs = Math.min(pause * 2, this.#longestMs);
    return pause;
  }

  /** It went well: the next failure waits shortly again. */
  reset(): void {
    this.#nextMs = this.#firstMs;
  }
}
