import type { Acknowledgement } from '@switchhook/phone/control';

/** Where one sender wants its answers. */
export interface ReplyAddress {
  readonly topic: string;
  /** MQTT 5: handed back untouched. */
  readonly correlationData?: Uint8Array;
}

/** An acting command and how it was answered, as it is kept over a restart. */
export interface KeptCommand {
  /** Sender and id. */
  readonly key: string;
  /** Ms since 1970. */
  readonly at: number;
  /** Absent while it was being carried out. */
  readonly last?: Acknowledgement;
}

/** For how long an id is not taken a second time. */
export const REMEMBER_MS = 600_000;
export const REMEMBER_MOST = 4096;

/**
 * Acting commands of the last ten minutes by sender and id, with their last answer: a repeated id gets the stored
 * answer instead of a second execution. At most 4096; the oldest go first. Times are ms since 1970.
 */
export class Remembrance {
  readonly #entries = new Map<string, { readonly at: number; last: Acknowledgement | undefined }>();

  /** With what was kept over a restart; what seems to come from the future happened just now. */
  constructor(kept: readonly KeptCommand[] = [], now = 0) {
    for (const { key, at, last } of [...kept].sort((a, b) => a.at - b.at)) {
      this.#entries.delete(key);
      this.#entries.set(key, { at: Math.min(at, now), last });
    }
    this.#forget(now);
  }

  /** Undefined = not known. Else what was answered so far. */
  seen(key: string, now: number): { readonly last: Acknowledgement | undefined } | undefined {
    this.#forget(now);
    return this.#entries.get(key);
  }

  /** From now on a command is known. */
  began(key: string, now: number): KeptCommand {
    this.#entries.set(key, { at: now, last: undefined });
    this.#forget(now);
    return { key, at: now };
  }

  /** Note the latest answer to a command; undefined when it is not remembered. */
  answered(key: string, last: Acknowledgement): KeptCommand | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    entry.last = last;
    return { key, at: entry.at, last };
  }

  /** Everything that is to be kept. */
  get kept(): readonly KeptCommand[] {
    return [...this.#entries].map(([key, { at, last }]) => (last === undefined ? { key, at } : { key, at, last }));
  }

  get size(): number {
    return this.#entries.size;
  }

  #forget(now: number): void {
    for (const [old, { at }] of this.#entries) {
      if (now - at < REMEMBER_MS && this.#entries.size <= REMEMBER_MOST) break;
      this.#entries.delete(old);
    }
  }
}
