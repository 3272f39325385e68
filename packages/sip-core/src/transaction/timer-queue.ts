import type { Millis } from '@switchhook/sans-io';

/** One running timer: what it belongs to, and when it rings. */
export interface QueuedTimer<Owner, Name extends string> {
  readonly owner: Owner;
  readonly name: Name;
  readonly at: Millis;
  readonly order: number;
  running: boolean;
}

/**
 * The timers of many owners as a binary heap: starting one costs the logarithm of how many run, stopping one nothing
 * (it is dropped when it comes to the front). Timers due at the same moment ring in the order of their start.
 */
export class TimerQueue<Owner, Name extends string> {
  readonly #heap: QueuedTimer<Owner, Name>[] = [];
  #order = 0;
  #stopped = 0;

  /** How many timers run. */
  get size(): number {
    return this.#heap.length - this.#stopped;
  }

  /** When the next timer rings. */
  get next(): Millis | undefined {
    this.#dropStopped();
    return this.#heap[0]?.at;
  }

  start(owner: Owner, name: Name, at: Millis): QueuedTimer<Owner, Name> {
    const timer = { owner, name, at, order: this.#order++, running: true };
    this.#push(timer);
    return timer;
  }

  stop(timer: QueuedTimer<Owner, Name>): void {
    if (!timer.running) return;
    timer.running = false;
    this.#stopped++;
    // Most timers are stopped long before they ring: sweep once the dead outnumber the living.
    if (this.#stopped > 64 && this.#stopped > this.#heap.length / 2) this.#sweep();
  }

  /** Take out the first timer that is due at `now`, if any. */
  take(now: Millis): QueuedTimer<Owner, Name> | undefined {
    this.#dropStopped();
    const first = this.#heap[0];
    if (first === undefined || first.at > now) return undefined;
    this.#pop();
    first.running = false;
    return first;
  }

  #dropStopped(): void {
    while (this.#heap.length > 0 && !this.#heap[0]!.running) {
      this.#pop();
      this.#stopped--;
    }
  }

  #sweep(): void {
    const living = this.#heap.filter((timer) => timer.running);
    // In order of time an array is a heap.
    living.sort((a, b) => a.at - b.at || a.order - b.order);
    this.#heap.length = 0;
    for (const timer of living) this.#heap.push(timer);
    this.#stopped = 0;
  }

  #push(timer: QueuedTimer<Owner, Name>): void {
    const heap = this.#heap;
    let i = heap.push(timer) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(timer, heap[parent]!)) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = timer;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (!before(heap[child]!, last)) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
  }
}

function before<Owner, Name extends string>(a: QueuedTimer<Owner, Name>, b: QueuedTimer<Owner, Name>): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
