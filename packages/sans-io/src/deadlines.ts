import type { Millis } from './core.ts';

interface Entry<Name> {
  readonly name: Name;
  readonly at: Millis;
  /** Counts the settings, so that equal moments keep their order. */
  readonly order: number;
}

/**
 * A table of named timers. Setting a name again moves it; a cleared or fired name is gone, so a late timer is a
 * no-op by construction. Names that are due at the same moment fire in the order in which they were set.
 *
 * A binary heap holds the moments: each act costs the logarithm of how many run. A moved or cleared entry stays in the
 * heap until it comes to the front or the dead outnumber the living.
 */
export class Deadlines<Name extends string> {
  readonly #running = new Map<Name, Entry<Name>>();
  #heap: Entry<Name>[] = [];
  #order = 0;

  /** The earliest moment in the table. */
  get next(): Millis | undefined {
    return this.#first()?.at;
  }

  /** How many timers run. */
  get size(): number {
    return this.#running.size;
  }

  /** Whether `name` runs. */
  has(name: Name): boolean {
    return this.#running.has(name);
  }

  /** When `name` is due, if it runs. */
  at(name: Name): Millis | undefined {
    return this.#running.get(name)?.at;
  }

  /** Start or move `name` to fire at `at`. */
  set(name: Name, at: Millis): void {
    if (!Number.isFinite(at)) throw new Error(`deadline ${name} must be a finite number of milliseconds, not ${at}`);
    const entry = { name, at, order: this.#order++ };
    this.#running.set(name, entry);
    this.#push(entry);
    this.#sweep();
  }

  /** Stop `name`; nothing happens when it does not run. */
  clear(name: Name): void {
    this.#running.delete(name);
    this.#sweep();
  }

  /** Stop all. */
  clearAll(): void {
    this.#running.clear();
    this.#heap = [];
  }

  /** Take out and return the names that are due at `now`, earliest first. */
  due(now: Millis): Name[] {
    const due: Name[] = [];
    for (let first = this.#first(); first !== undefined && first.at <= now; first = this.#first()) {
      this.#running.delete(first.name);
      due.push(first.name);
    }
    return due;
  }

  /** The first entry that still runs; the dead before it are dropped. */
  #first(): Entry<Name> | undefined {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (this.#running.get(first.name) === first) return first;
      this.#pop();
    }
    return undefined;
  }

  #sweep(): void {
    if (this.#heap.length < 64 || this.#heap.length < 2 * this.#running.size) return;
    // In order of time an array is a heap.
    this.#heap = [...this.#running.values()].sort((a, b) => a.at - b.at || a.order - b.order);
  }

  #push(entry: Entry<Name>): void {
    const heap = this.#heap;
    let i = heap.push(entry) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(entry, heap[parent]!)) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let i = 0;
    for (let child = 1; child < heap.length; child = 2 * i + 1) {
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, last)) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
  }
}

function before(a: Entry<string>, b: Entry<string>): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** The earlier of several optional moments. */
export function earliest(...moments: readonly (Millis | undefined)[]): Millis | undefined {
  let first: Millis | undefined;
  for (const at of moments) if (at !== undefined && (first === undefined || at < first)) first = at;
  return first;
}
