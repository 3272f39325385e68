/** How far back a packet may come (RFC 3711 §3.3.2 asks for 64 at least). */
export const REPLAY_WINDOW = 1024;

/** Which packet indices of the last 1,024 have been taken (RFC 3711 §3.3.2). Indices are at most 2^48. */
export class ReplayWindow {
  readonly #seen = new Uint8Array(REPLAY_WINDOW);
  #highest = -1;

  /** Highest index that was taken; -1 before the first. */
  get highest(): number {
    return this.#highest;
  }

  /** Whether `index` is neither too old nor taken already. */
  admits(index: number): boolean {
    if (index > this.#highest) return true;
    return this.#highest - index < REPLAY_WINDOW && this.#seen[index % REPLAY_WINDOW] === 0;
  }

  /** `index` was authentic. */
  take(index: number): void {
    if (index > this.#highest) {
      const skipped = Math.min(REPLAY_WINDOW, index - this.#highest - 1);
      for (let i = 1; i <= skipped; i++) this.#seen[(index - i) % REPLAY_WINDOW] = 0;
      this.#highest = index;
    }
    this.#seen[index % REPLAY_WINDOW] = 1;
  }
}
