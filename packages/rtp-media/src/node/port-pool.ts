import type { MediaIo, MediaSocket } from './media-io.ts';

/** Two bound ports that belong together: RTP on an even one, RTCP on the next (RFC 3550 §11). */
export interface PortPair {
  readonly rtp: MediaSocket;
  readonly rtcp: MediaSocket;
}

/** Inclusive. */
export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** Pairs kept open and announced, so that a call gets its endpoint without waiting. */
export const SPARE_PAIRS = 8;

/**
 * Bound pairs that wait for a session. Walks through the range, so that a port rests as long as possible after a call
 * before the next call gets it.
 */
export class PortPool {
  readonly #io: MediaIo;
  readonly #range: PortRange;
  readonly #spares = new Map<number, PortPair>();
  readonly #announce: (port: number) => void;
  #next: number;
  #filling = false;

  /** `start` picks the first pair tried: any number, taken modulo the range. */
  constructor(io: MediaIo, range: PortRange, start: number, announce: (port: number) => void) {
    this.#io = io;
    const from = range.from + (range.from % 2);
    const pairs = Math.floor((range.to - from + 1) / 2);
    if (pairs < 1) throw new RangeError(`ports ${range.from}-${range.to} hold no even port with its odd neighbour`);
    this.#range = { from, to: from + pairs * 2 - 1 };
    this.#next = from + 2 * (start % pairs);
    this.#announce = announce;
  }

  get size(): number {
    return this.#spares.size;
  }

  /** Bind pairs until `SPARE_PAIRS` wait or the range is tried out. */
  async fill(): Promise<void> {
    if (this.#filling) return;
    this.#filling = true;
    const { from, to } = this.#range;
    for (let tries = (to - from + 1) / 2; tries > 0 && this.#spares.size < SPARE_PAIRS; tries--) {
      const port = this.#next;
      this.#next = port + 2 > to ? from : port + 2;
      if (this.#spares.has(port)) continue;
      const pair = await this.#bind(port);
      if (pair === undefined) continue;
      this.#spares.set(port, pair);
      this.#announce(port);
    }
    this.#filling = false;
  }

  /** Take the announced pair whose RTP port is `port`. */
  take(port: number): PortPair | undefined {
    const pair = this.#spares.get(port);
    this.#spares.delete(port);
    return pair;
  }

  async #bind(port: number): Promise<PortPair | undefined> {
    const rtp = await this.#io.bind(port);
    if (rtp === undefined) return undefined;
    const rtcp = await this.#io.bind(port + 1);
    if (rtcp !== undefined) return { rtp, rtcp };
    this.#io.release(rtp);
    return undefined;
  }
}
