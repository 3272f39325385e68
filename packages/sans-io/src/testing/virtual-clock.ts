import type { AlarmClock } from '../clock.ts';
import type { Millis } from '../core.ts';

interface Alarm {
  readonly at: Millis;
  readonly order: number;
  readonly ring: () => void;
  state: 'set' | 'taken-back' | 'rung';
}

/**
 * Time that passes only when it is told to. Alarms ring in order of their moment, then of their setting; an alarm set
 * for a moment that has passed rings at the next step, never inside `alarm` itself.
 */
export class VirtualClock implements AlarmClock {
  #now: Millis;
  #order = 0;
  readonly #heap: Alarm[] = [];
  #takenBack = 0;

  constructor(start: Millis = 0) {
    this.#now = start;
  }

  now(): Millis {
    return this.#now;
  }

  /** How many alarms are set. */
  get pending(): number {
    return this.#heap.length - this.#takenBack;
  }

  alarm(at: Millis, ring: () => void): () => void {
    const alarm: Alarm = { at: Math.max(at, this.#now), order: this.#order++, ring, state: 'set' };
    this.#push(alarm);
    return () => {
      if (alarm.state !== 'set') return;
      alarm.state = 'taken-back';
      this.#takenBack++;
    };
  }

  /** When the next alarm rings. */
  get next(): Millis | undefined {
    this.#dropTakenBack();
    return this.#heap[0]?.at;
  }

  /** Ring the next alarm, moving time to it. False when none is set. */
  step(): boolean {
    this.#dropTakenBack();
    const alarm = this.#pop();
    if (alarm === undefined) return false;
    alarm.state = 'rung';
    this.#now = alarm.at;
    alarm.ring();
    return true;
  }

  /** Let `span` pass, ringing every alarm on the way. */
  advance(span: Millis): void {
    this.runUntil(this.#now + span);
  }

  /** Ring every alarm up to and at `end`, then stand at `end`. */
  runUntil(end: Millis): void {
    for (let next = this.next; next !== undefined && next <= end; next = this.next) this.step();
    this.#now = Math.max(this.#now, end);
  }

  #dropTakenBack(): void {
    while (this.#heap[0]?.state === 'taken-back') {
      this.#pop();
      this.#takenBack--;
    }
  }

  #push(alarm: Alarm): void {
    const heap = this.#heap;
    let i = heap.push(alarm) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(alarm, heap[parent]!)) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = alarm;
  }

  #pop(): Alarm | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
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
    return first;
  }
}

function before(a: Alarm, b: Alarm): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
