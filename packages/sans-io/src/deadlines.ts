import type { Millis } from './core.ts';

/**
 * A table of named timers. Setting a name again moves it; a cleared or fired name is gone, so a late timer is a
 * no-op by construction. Names that are due at the same moment fire in the order in which they were set.
 */
export class Deadlines<Name extends string> {
  readonly #at = new Map<Name, Millis>();
  #next: Millis | undefined;

  /** The earliest moment in the table. */
  get next(): Millis | undefined {
    return this.#next;
  }

  /** How many timers run. */
  get size(): number {
    return this.#at.size;
  }

  /** Whether `name` runs. */
  has(name: Name): boolean {
    return this.#at.has(name);
  }

  /** When `name` is due, if it runs. */
  at(name: Name): Millis | undefined {
    return this.#at.get(name);
  }

  /** Start or move `name` to fire at `at`. */
  set(name: Name, at: Millis): void {
    if (!Number.isFinite(at)) throw new Error(`deadline ${name} must be a finite number of milliseconds, not ${at}`);
    const held = this.#at.get(name);
    if (held !== undefined) this.#at.delete(name);
    this.#at.set(name, at);
    if (held !== undefined && held === this.#next) this.#recompute();
    else if (this.#next === undefined || at < this.#next) this.#next = at;
  }

  /** Stop `name`; nothing happens when it does not run. */
  clear(name: Name): void {
    const held = this.#at.get(name);
    if (held === undefined) return;
    this.#at.delete(name);
    if (held === this.#next) this.#recompute();
  }

  /** Stop all. */
  clearAll(): void {
    this.#at.clear();
    this.#next = undefined;
  }

  /** Take out and return the names that are due at `now`, earliest first. */
  due(now: Millis): Name[] {
    if (this.#next === undefined || this.#next > now) return [];
    const due = [...this.#at].filter(([, at]) => at <= now).sort(([, a], [, b]) => a - b);
    for (const [name] of due) this.#at.delete(name);
    this.#recompute();
    return due.map(([name]) => name);
  }

  #recompute(): void {
    let next: Millis | undefined;
    for (const at of this.#at.values()) if (next === undefined || at < next) next = at;
    this.#next = next;
  }
}

/** The earlier of several optional moments. */
export function earliest(...moments: readonly (Millis | undefined)[]): Millis | undefined {
  let first: Millis | undefined;
  for (const at of moments) if (at !== undefined && (first === undefined || at < first)) first = at;
  return first;
}
