import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Samples a second of everything here, mono. */
export const RATE = 8000;

/** The phone's end of a cable of the snd-aloop card, one a substream: what it plays there comes out at the other end, and back. */
export const phoneEnd = (cable: number): string => `hw:CARD=Loopback,DEV=0,SUBDEV=${cable}`;
const otherEnd = (cable: number): string => `hw:CARD=Loopback,DEV=1,SUBDEV=${cable}`;

/** Sizes that a late test survives: aplay's and arecord's own would be smaller than a busy second. */
const SHAPE = ['-q', '-f', 'S16_LE', '-r', String(RATE), '-c', '1', '--period-size=160', '--buffer-size=4000'];

const AGAIN_MS = 100;

/** What an ear at the other end of the cable hears, recorded by arecord into a file. */
export class Ear {
  readonly #cable: number;
  readonly #file: string;
  #child: ChildProcess;
  #closed = false;

  constructor(cable: number, folder: string) {
    this.#cable = cable;
    this.#file = join(folder, `ear-${cable}.raw`);
    this.#child = this.#listen();
  }

  /** All that was heard so far. */
  heard(): Int16Array {
    const bytes = readFileSync(this.#file);
    return new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + (bytes.length & ~1)));
  }

  async close(): Promise<void> {
    this.#closed = true;
    await ended(this.#child);
  }

  /** arecord gives up when a busy machine lets it wait for long; an ear does not. */
  #listen(): ChildProcess {
    const file = openSync(this.#file, 'a');
    const child = spawn('arecord', [...SHAPE, '-D', otherEnd(this.#cable), '-t', 'raw'], {
      stdio: ['ignore', file, 'inherit'],
    });
    closeSync(file);
    child.once('exit', () => {
      setTimeout(() => {
        if (!this.#closed) this.#child = this.#listen();
      }, AGAIN_MS);
    });
    return child;
  }
}

/** Somebody who says one tone at the other end of the cable, by aplay, over and over. */
export class Mouth {
  readonly #cable: number;
  readonly #file: string;
  #child: ChildProcess;
  #closed = false;

  /** `seconds` is how long one breath lasts. */
  constructor(cable: number, folder: string, hz: number, seconds: number) {
    this.#cable = cable;
    this.#file = join(folder, `mouth-${cable}.raw`);
    const samples = Int16Array.from(
      { length: seconds * RATE },
      (_, i) => 8000 * Math.sin((2 * Math.PI * hz * i) / RATE),
    );
    writeFileSync(this.#file, new Uint8Array(samples.buffer));
    this.#child = this.#speak();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await ended(this.#child);
  }

  #speak(): ChildProcess {
    const words = [...SHAPE, '-D', otherEnd(this.#cable), '-t', 'raw', this.#file];
    const child = spawn('aplay', words, { stdio: 'ignore' });
    child.once('exit', () => {
      setTimeout(() => {
        if (!this.#closed) this.#child = this.#speak();
      }, AGAIN_MS);
    });
    return child;
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((done) => child.once('exit', done));
  child.kill('SIGKILL');
  await gone;
}
