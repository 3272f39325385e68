import { SAMPLE_RATE } from '../engine/sound.ts';
import { peakOf } from './generator.ts';

/** One note of the hold music. `hz` 0 = a rest. */
export interface Note {
  readonly hz: number;
  readonly ms: number;
}

/** The four pitches of the hold music (C, D, E and G of the fifth octave): whoever hears these in turn is on hold. */
export const HOLD_MELODY_HZ: readonly number[] = [523, 587, 659, 784];

const [C, D, E, G] = HOLD_MELODY_HZ as readonly [number, number, number, number];

/** The hold music: 16 notes of our own, 8.4 s, played round and round as soft plucked sines at most -20 dBm0 loud. */
export const HOLD_MELODY: readonly Note[] = [
  { hz: E, ms: 500 },
  { hz: G, ms: 500 },
  { hz: E, ms: 500 },
  { hz: C, ms: 500 },
  { hz: D, ms: 500 },
  { hz: E, ms: 500 },
  { hz: D, ms: 800 },
  { hz: 0, ms: 200 },
  { hz: G, ms: 500 },
  { hz: E, ms: 500 },
  { hz: D, ms: 500 },
  { hz: E, ms: 500 },
  { hz: C, ms: 500 },
  { hz: D, ms: 500 },
  { hz: C, ms: 1000 },
  { hz: 0, ms: 400 },
];

const PEAK = peakOf(-20);
/** Rise 10 ms, fall 20 ms, and in between a slow decay to a third. */
const RISE = SAMPLE_RATE / 100;
const FALL = SAMPLE_RATE / 50;

/** Plays the hold music without end; one player feeds every held session. */
export class MelodyPlayer {
  #index = 0;
  #at = 0;
  #phase = 0;

  /** Back to the first note. */
  rewind(): void {
    this.#index = 0;
    this.#at = 0;
    this.#phase = 0;
  }

  /** Overwrite the whole of `frame` with the next samples. */
  read(frame: Int16Array): void {
    for (let i = 0; i < frame.length; i++) {
      const note = HOLD_MELODY[this.#index]!;
      const length = (note.ms * SAMPLE_RATE) / 1000;
      const at = this.#at;
      if (note.hz === 0) frame[i] = 0;
      else {
        const decay = 1 - (at / length) * (2 / 3);
        const edge = Math.min(1, at / RISE, (length - at) / FALL);
        frame[i] = PEAK * decay * edge * Math.sin(this.#phase);
        this.#phase += (2 * Math.PI * note.hz) / SAMPLE_RATE;
      }
      if (++this.#at === length) {
        this.#at = 0;
        this.#phase = 0;
        this.#index = (this.#index + 1) % HOLD_MELODY.length;
      }
    }
  }
}
