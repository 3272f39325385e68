import type { LineWish } from '../gpio/structs.ts';
import { type Learned, type LineReading, learnedFrom } from '../learn/learned.ts';
import { findChip, type GpioChip, LineRequest, lineOf, listChips } from './gpio-chip.ts';

const SCAN_MS = 25;
/** Equal readings one after the other that are believed. */
const STILL = 3;

/** What the person did, or why it cannot be told. */
export type Lesson = Learned | 'many';

/**
 * Watches lines to which contacts are soldered and nothing else: each is driven to 0 V in turn while the others are read against
 * their pull-ups, and whatever follows hangs together with it.
 */
export class LineLearner {
  readonly chip: GpioChip;
  readonly #names: readonly string[];
  readonly #lines: LineRequest;
  readonly #settleMs: number;
  #rest: LineReading | undefined;

  private constructor(chip: GpioChip, names: readonly string[], settleMs: number) {
    this.chip = chip;
    this.#names = names;
    this.#settleMs = settleMs;
    this.#lines = LineRequest.open(chip, this.#wishes(undefined));
  }

  /** Take these lines. Throws a DeviceError as `findChip` and `LineRequest.open` do. */
  static open(names: readonly string[], chip?: string, settleMs = 1): LineLearner {
    return new LineLearner(findChip(names, chip, listChips()), names, settleMs);
  }

  /** Take the present state for that of rest: nobody presses, the handset lies there. */
  async rest(signal: AbortSignal): Promise<void> {
    this.#rest = await this.#still(signal, () => true);
  }

  /** Resolves when a contact has moved and stands still. Rejects when `signal` says so. */
  async moved(signal: AbortSignal): Promise<Lesson> {
    const rest = this.#rest!;
    const reading = await this.#still(signal, (now) => learnedFrom(rest, now) !== 'none');
    const learned = learnedFrom(rest, reading);
    return learned === 'none' ? 'many' : learned;
  }

  /** Resolves when all is as at rest again. */
  async released(signal: AbortSignal): Promise<void> {
    const rest = this.#rest!;
    await this.#still(signal, (now) => learnedFrom(rest, now) === 'none');
  }

  close(): void {
    this.#lines.close();
  }

  async #still(signal: AbortSignal, wanted: (reading: LineReading) => boolean): Promise<LineReading> {
    let last = '';
    let times = 0;
    for (;;) {
      signal.throwIfAborted();
      const reading = await this.#scan();
      const text = JSON.stringify([[...reading.grounded], [...reading.joined]]);
      times = text === last ? times + 1 : 1;
      last = text;
      if (times >= STILL && wanted(reading)) return reading;
      await pause(SCAN_MS);
    }
  }

  async #scan(): Promise<LineReading> {
    const grounded = new Set(this.#low());
    const joined = new Set<string>();
    for (const [i, driven] of this.#names.entries()) {
      if (grounded.has(driven)) continue;
      this.#lines.configure(this.#wishes(i));
      await pause(this.#settleMs);
      for (const read of this.#low()) if (read !== driven && !grounded.has(read)) joined.add(`${driven} ${read}`);
    }
    this.#lines.configure(this.#wishes(undefined));
    await pause(this.#settleMs);
    return { grounded, joined };
  }

  /** All lines read against their pull-ups, but the one at `driven`, which is at 0 V. */
  #wishes(driven: number | undefined): LineWish[] {
    return this.#names.map((name, i): LineWish => {
      const { offset } = lineOf(this.chip, name)!; // findChip has seen it
      const common = { offset, activeLow: true, bias: 'pull-up' } as const;
      if (i === driven) return { ...common, direction: 'output', drive: 'open-drain', value: true };
      return { ...common, direction: 'input', edges: false };
    });
  }

  /** Lines at 0 V. */
  #low(): string[] {
    const values = this.#lines.get();
    return this.#names.filter((_, i) => values[i]);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
