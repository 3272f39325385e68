import type { Millis } from '@switchhook/sans-io';
import { SAMPLE_RATE } from '../engine/sound.ts';
import { timestampDelta } from '../packet/rtp.ts';
import { EVENT_KEYS, EventView } from './event.ts';

/** No update for this long: all packets with the end were lost, the key is over. Updates come every 50 ms or faster. */
const SILENCE_MS = 160;

/**
 * Keys out of RFC 4733 packets: one report a key however many packets carry it, told apart by timestamp; a lost start or
 * a lost end does not lose the key. The report comes when the key ends, because only then its duration is known.
 */
export class DigitReceiver {
  readonly #view = new EventView();
  readonly #report: (digit: string, durationMs: number) => void;
  #open = false;
  #code = 0;
  #timestamp = 0;
  #duration = 0;
  /** Samples of earlier segments of the same key (RFC 4733 §2.5.1.3). */
  #before = 0;
  #heardAt: Millis = 0;
  /** Timestamp of the key reported last; nothing as old as that is news. */
  #closed: number | undefined;

  constructor(report: (digit: string, durationMs: number) => void) {
    this.#report = report;
  }

  /** Whether a key is down now. */
  get sounding(): boolean {
    return this.#open;
  }

  /** Another stream follows: a key that is down is reported first. */
  reset(): void {
    this.#close();
    this.#closed = undefined;
  }

  /** One event payload with its packet's timestamp. False when it is malformed or no key. */
  receive(bytes: Uint8Array, from: number, length: number, timestamp: number, now: Millis): boolean {
    const view = this.#view;
    if (!view.parse(bytes, from, length) || view.code >= EVENT_KEYS.length) return false;
    if (this.#closed !== undefined && timestampDelta(this.#closed, timestamp) <= 0) return true;
    if (this.#open && timestamp !== this.#timestamp) {
      const ahead = timestampDelta(this.#timestamp, timestamp);
      if (ahead < 0) return true;
      if (view.code === this.#code && this.#duration === 0xffff && ahead === 0xffff) {
        this.#before += this.#duration;
        this.#timestamp = timestamp;
        this.#duration = 0;
      } else this.#close();
    }
    if (!this.#open) {
      this.#open = true;
      this.#code = view.code;
      this.#timestamp = timestamp;
      this.#duration = 0;
      this.#before = 0;
    }
    this.#heardAt = now;
    if (view.duration > this.#duration) this.#duration = view.duration;
    if (view.end) this.#close();
    return true;
  }

  /** To be called every frame: ends a key whose end was lost. */
  tick(now: Millis): void {
    if (this.#open && now - this.#heardAt >= SILENCE_MS) this.#close();
  }

  #close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#closed = this.#timestamp;
    this.#report(EVENT_KEYS[this.#code]!, Math.round(((this.#before + this.#duration) * 1000) / SAMPLE_RATE));
  }
}
