import type { Acknowledgement } from '@switchhook/phone/control';

/** Where one sender wants its answers. */
export interface ReplyAddress {
  readonly topic: string;
  /** MQTT 5: handed back untouched. */
  readonly correlationData?: Uint8Array;
}

interface Remembered {
  readonly at: number;
  last: Acknowledgement | undefined;
}

const REMEMBER_MS = 600_000;
const REMEMBER_MOST = 1000;

/**
 * Commands of the last ten minutes by topic and id, with their last answer: a repeated id gets the stored answer
 * instead of a second execution. At most a thousand; the oldest go first.
 */
export class Remembrance {
  readonly #entries = new Map<string, Remembered>();

  /** Undefined = new, and remembered from now on. Else what was answered so far. */
  seen(key: string, now: number): { readonly last: Acknowledgement | undefined } | undefined {
    for (const [old, { at }] of this.#entries) {
      if (now - at < REMEMBER_MS && this.#entries.size < REMEMBER_MOST) break;
      this.#entries.delete(old);
    }
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    this.#entries.set(key, { at: now, last: undefined });
    return undefined;
  }

  /** Note the latest answer to a command. */
  answered(key: string, last: Acknowledgement): void {
    const entry = this.#entries.get(key);
    if (entry !== undefined) entry.last = last;
  }

  get size(): number {
    return this.#entries.size;
  }
}
