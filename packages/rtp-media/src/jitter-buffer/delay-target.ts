import type { Millis } from '@switchhook/sans-io';

/** Bounds of the delay that the buffer adds, ms. */
export const DELAY_MIN_MS = 20;
export const DELAY_MAX_MS = 200;

const BUCKET_MS = 10;
const BUCKETS = 26;
/** Weight of one packet; older ones are forgotten with a half-life of about 140 packets. */
const WEIGHT = 0.005;
/** Share of packets that may come later than the target. */
const LATE_SHARE = 0.02;
const WINDOW_MS = 4000;

/**
 * How much delay the arrivals call for: a forgetting histogram of how much later each packet came than the fastest one
 * of the last 4 to 8 s, and the delay that 98 % of them would have met.
 */
export class DelayTarget {
  readonly #histogram = new Float64Array(BUCKETS);
  #fastest = Number.POSITIVE_INFINITY;
  #fastestBefore = Number.POSITIVE_INFINITY;
  #windowEnd = Number.NEGATIVE_INFINITY;
  #targetMs = 40;

  constructor() {
    this.reset();
  }

  /** Forget the stream; start with 40 ms. */
  reset(): void {
    this.#histogram.fill(0);
    this.#histogram[3] = 1;
    this.#fastest = Number.POSITIVE_INFINITY;
    this.#fastestBefore = Number.POSITIVE_INFINITY;
    this.#windowEnd = Number.NEGATIVE_INFINITY;
    this.#targetMs = 40;
  }

  /** Delay that the fastest packet should get, ms. */
  get targetMs(): number {
    return this.#targetMs;
  }

  /** Transit of the fastest packet in the window, on the scale of `arrived`. */
  get fastest(): number {
    return Math.min(this.#fastest, this.#fastestBefore);
  }

  /** A packet arrived: `transit` = moment of arrival minus moment of its timestamp, both in ms on any fixed scales. */
  arrived(transit: number, now: Millis): void {
    if (now >= this.#windowEnd) {
      this.#fastestBefore = this.#windowEnd === Number.NEGATIVE_INFINITY ? transit : this.#fastest;
      this.#fastest = transit;
      this.#windowEnd = now + WINDOW_MS;
    } else if (transit < this.#fastest) this.#fastest = transit;
    const spread = transit - this.fastest;
    const bucket = Math.min(BUCKETS - 1, Math.floor(spread / BUCKET_MS));
    const histogram = this.#histogram;
    for (let i = 0; i < BUCKETS; i++) histogram[i]! *= 1 - WEIGHT;
    histogram[bucket]! += WEIGHT;
    let tail = 0;
    let i = BUCKETS - 1;
    for (; i > 0; i--) {
      tail += histogram[i]!;
      if (tail > LATE_SHARE) break;
    }
    this.#targetMs = Math.max(DELAY_MIN_MS, Math.min(DELAY_MAX_MS, (i + 1) * BUCKET_MS));
  }

  /** A packet came too late to be played: do not wait for the histogram to learn it slowly. */
  late(byMs: number): void {
    const wanted = Math.min(DELAY_MAX_MS, Math.ceil((this.#targetMs + byMs) / BUCKET_MS) * BUCKET_MS);
    const bucket = Math.max(0, Math.min(BUCKETS - 1, Math.ceil(wanted / BUCKET_MS) - 1));
    this.#histogram[bucket]! += LATE_SHARE / 2;
  }
}
