import { Worker } from 'node:worker_threads';
import type { GpioSim } from './gpio-sim.ts';

/** A line as the wiring's thread needs it. */
export interface WiredLine {
  readonly name: string;
  readonly value: string;
  readonly pull: string;
}

/** What the thread is given. */
export interface Wires {
  readonly driven: readonly WiredLine[];
  readonly read: readonly WiredLine[];
  readonly lamps: readonly (WiredLine & { readonly lit: 0 | 1 })[];
  /** One cell a key, row by row, 1 = pressed; and one to stop by. */
  readonly keys: SharedArrayBuffer;
  /** The level to which the scanner drives a line. */
  readonly active: 0 | 1;
}

/** A lamp changed: `at` in ms since 1970. */
export interface LampEdge {
  readonly lamp: string;
  readonly at: number;
  readonly lit: boolean;
}

/** How a telephone's case is wired to a chip. */
export interface WiringPlan {
  /** Lines that the scanner drives one after the other. */
  readonly driven: readonly string[];
  /** Lines that it reads. */
  readonly read: readonly string[];
  /** What is printed on the keys: one list a driven line. */
  readonly keys: readonly (readonly string[])[];
  /** Lines of light-emitting diodes, with the level at which they shine. */
  readonly lamps: Readonly<Record<string, 0 | 1>>;
  readonly active?: 0 | 1;
}

/** The case of a telephone around a gpio-sim chip: a keypad whose keys are contacts, and lamps that are watched. */
export class Wiring {
  /** All that the lamps did, in the order of time. */
  readonly edges: LampEdge[] = [];
  readonly #plan: WiringPlan;
  readonly #cells: Int32Array;
  readonly #worker: Worker;

  constructor(chip: GpioSim, plan: WiringPlan) {
    this.#plan = plan;
    const keys = new SharedArrayBuffer(4 * (plan.driven.length * plan.read.length + 1));
    this.#cells = new Int32Array(keys);
    const wires: Wires = {
      driven: plan.driven.map((name) => chip.line(name)),
      read: plan.read.map((name) => chip.line(name)),
      lamps: Object.entries(plan.lamps).map(([name, lit]) => ({ ...chip.line(name), lit })),
      keys,
      active: plan.active ?? 0,
    };
    this.#worker = new Worker(
      new URL(`./wiring-worker.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url),
      {
        workerData: wires,
      },
    );
    this.#worker.on('message', (edge: LampEdge) => this.edges.push(edge));
    this.#worker.on('error', (error) => {
      throw error;
    });
  }

  /** Resolves when the wires are in place. */
  async ready(): Promise<this> {
    if (this.edges.length === 0) await new Promise((done) => this.#worker.once('message', done));
    return this;
  }

  /** Close the contact of a key. */
  press(key: string): void {
    Atomics.store(this.#cells, this.#cellOf(key), 1);
    this.#wake();
  }

  release(key: string): void {
    Atomics.store(this.#cells, this.#cellOf(key), 0);
    this.#wake();
  }

  /** Resolves when the wires are cut: after it the chip may be taken out. */
  async cut(): Promise<void> {
    const gone = new Promise((done) => this.#worker.once('exit', done));
    Atomics.store(this.#cells, this.#cells.length - 1, 1);
    this.#wake();
    await gone;
  }

  #wake(): void {
    Atomics.notify(this.#cells, this.#cells.length - 1);
  }

  #cellOf(key: string): number {
    const row = this.#plan.keys.findIndex((keys) => keys.includes(key));
    if (row < 0) throw new Error(`the keypad has no key ${key}`);
    return row * this.#plan.read.length + this.#plan.keys[row]!.indexOf(key);
  }
}
