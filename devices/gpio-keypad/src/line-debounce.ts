import { type Core, Deadlines, type Millis } from '@switchhook/sans-io';

/** One reading of one input: true = closed contact, whatever the wiring (the shell has applied active-low). */
export interface LineLevel<Line extends string> {
  readonly line: Line;
  readonly closed: boolean;
}

/**
 * Contacts bounce for some milliseconds when they move. A level is believed once it has stood still for `debounceMs`;
 * a spike that goes back before that never happened. Levels before the first belief are believed as they stand:
 * `start` says what they are.
 */
export class LineDebounce<Line extends string> implements Core<LineLevel<Line>, LineLevel<Line>> {
  readonly #debounceMs: number;
  readonly #settled = new Map<Line, boolean>();
  readonly #seen = new Map<Line, boolean>();
  readonly #still = new Deadlines<Line>();

  constructor(debounceMs: number, start: ReadonlyMap<Line, boolean> = new Map()) {
    if (!(debounceMs >= 0)) throw new Error(`debounceMs must be 0 or more, not ${debounceMs}`);
    this.#debounceMs = debounceMs;
    for (const [line, closed] of start) this.#settled.set(line, closed);
  }

  get deadline(): Millis | undefined {
    return this.#still.next;
  }

  /** What is believed of a line now; open until told otherwise. */
  closed(line: Line): boolean {
    return this.#settled.get(line) ?? false;
  }

  receive({ line, closed }: LineLevel<Line>, now: Millis): readonly LineLevel<Line>[] {
    // First what stood still before: a reader that comes late gives a whole press at once.
    const believed = this.wake(now);
    if ((this.#seen.get(line) ?? this.closed(line)) === closed) return believed;
    this.#seen.set(line, closed);
    if (closed === this.closed(line)) this.#still.clear(line);
    else this.#still.set(line, now + this.#debounceMs);
    return [...believed, ...this.wake(now)];
  }

  wake(now: Millis): readonly LineLevel<Line>[] {
    return this.#still.due(now).map((line) => {
      const closed = this.#seen.get(line) ?? false;
      this.#settled.set(line, closed);
      return { line, closed };
    });
  }
}
