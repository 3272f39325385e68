import { Deadlines, type Millis } from '@switchhook/sans-io';

/** The named timers of one user agent with what each rings. A cleared or moved timer never rings its old bell. */
export class Timers {
  readonly #deadlines = new Deadlines<string>();
  readonly #bells = new Map<string, () => void>();

  /** The next moment at which something rings. */
  get next(): Millis | undefined {
    return this.#deadlines.next;
  }

  /** How many run, and how many of them carry `prefix`. */
  count(prefix = ''): number {
    let count = 0;
    for (const name of this.#bells.keys()) if (name.startsWith(prefix)) count++;
    return count;
  }

  /** Whether a timer runs. */
  has(name: string): boolean {
    return this.#bells.has(name);
  }

  /** Start or move a timer. */
  set(name: string, at: Millis, ring: () => void): void {
    this.#deadlines.set(name, at);
    this.#bells.set(name, ring);
  }

  /** Stop a timer; nothing happens when it does not run. */
  clear(name: string): void {
    this.#deadlines.clear(name);
    this.#bells.delete(name);
  }

  /** Ring everything that is due at `now`, earliest first. */
  ring(now: Millis): void {
    const due = this.#deadlines.due(now).map((name) => [name, this.#bells.get(name)] as const);
    for (const [name, bell] of due) {
      // An earlier bell of this round may have cleared or moved this one.
      if (bell === undefined || this.#bells.get(name) !== bell) continue;
      this.#bells.delete(name);
      bell();
    }
  }
}
