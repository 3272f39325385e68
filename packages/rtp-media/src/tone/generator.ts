import { SAMPLE_RATE } from '../engine/sound.ts';
import type { Cadence, CadenceStep } from './cadence.ts';

/** 5 ms: every start and stop of a tone fades over this, so that no click is heard. */
const RAMP = SAMPLE_RATE / 200;
const TURN = 2 * Math.PI;

/** Peak sample value of a sine of `dbm0` dBm0: 0 dBm0 lies 3.14 dB below full scale (ITU-T G.711 §4). */
export function peakOf(dbm0: number): number {
  return 32767 * 10 ** ((dbm0 - 3.14) / 20);
}

/**
 * Plays one cadence: phases run on from step to step and over the silences, every edge fades over 5 ms, inside the
 * step's own time. Adds to the frame that it is given. Allocates only in `start`.
 */
export class ToneGenerator {
  #steps: Cadence = [];
  #peak = 0;
  #index = 0;
  /** Samples into the step. */
  #at = 0;
  #again = false;
  #phase = 0;
  #otherPhase = 0;
  #gain = 0;
  /** What the last sample was made of, to fade it out. */
  #fading: CadenceStep | undefined;
  #state: 'playing' | 'stopping' | 'stopped' = 'stopped';

  /** Nothing comes any more: stopped and faded out, or a cadence of "once" steps has ended. */
  get silent(): boolean {
    return this.#state === 'stopped';
  }

  /** Play `steps` from the beginning; the phase of a tone that still sounds runs on. */
  start(steps: Cadence, dbm0: number): void {
    this.#steps = steps;
    this.#peak = peakOf(dbm0);
    this.#index = 0;
    this.#at = 0;
    this.#again = false;
    this.#state = steps.length === 0 ? 'stopping' : 'playing';
  }

  /** Fade out within 5 ms. */
  stop(): void {
    if (this.#state === 'playing') this.#state = 'stopping';
  }

  /** Add the next samples to the whole of `frame`, times `volume`. */
  addTo(frame: Int16Array, volume = 1): void {
    if (this.#state === 'stopped') return;
    for (let i = 0; i < frame.length; i++) {
      const sample = frame[i]! + this.#next() * volume;
      frame[i] = sample > 32767 ? 32767 : sample < -32768 ? -32768 : sample;
    }
  }

  #next(): number {
    const step = this.#state === 'playing' ? this.#steps[this.#index]! : undefined;
    const length = step?.ms === undefined ? Number.POSITIVE_INFINITY : (step.ms * SAMPLE_RATE) / 1000;
    const sounds = step !== undefined && step.hz > 0;
    let wanted = sounds ? 1 : 0;
    if (sounds) {
      this.#fading = step;
      if (length - this.#at <= RAMP && !this.#joins()) wanted = 0;
    }
    this.#gain += Math.max(-1 / RAMP, Math.min(1 / RAMP, wanted - this.#gain));
    if (this.#gain < 1e-6) this.#gain = 0;
    const value = this.#fading === undefined || this.#gain === 0 ? 0 : this.#voice(this.#fading) * this.#gain;
    if (step !== undefined && ++this.#at >= length) this.#advance();
    if (this.#state === 'stopping' && this.#gain === 0) {
      this.#state = 'stopped';
      this.#fading = undefined;
      this.#phase = 0;
      this.#otherPhase = 0;
    }
    return value;
  }

  #voice(step: CadenceStep): number {
    this.#phase += (TURN * step.hz) / SAMPLE_RATE;
    if (this.#phase >= TURN) this.#phase -= TURN;
    if (step.otherHz > 0) {
      this.#otherPhase += (TURN * step.otherHz) / SAMPLE_RATE;
      if (this.#otherPhase >= TURN) this.#otherPhase -= TURN;
    }
    switch (step.mix) {
      case 'single':
        return this.#peak * Math.sin(this.#phase);
      case 'sum':
        return this.#peak * Math.SQRT1_2 * (Math.sin(this.#phase) + Math.sin(this.#otherPhase));
      case 'modulated':
        return this.#peak * Math.sin(this.#phase) * 0.5 * (1 + Math.sin(this.#otherPhase));
      default:
        step.mix satisfies never;
        throw new Error(`no such mix: ${String(step.mix)}`);
    }
  }

  /** Whether the step after this one sounds: then the tone changes without a gap and its phase runs on. */
  #joins(): boolean {
    const next = this.#following();
    return next >= 0 && this.#steps[next]!.hz > 0;
  }

  /** Index of the step after this one, -1 at the end. The second time round leaves out every "once" step. */
  #following(): number {
    const steps = this.#steps;
    for (let i = this.#index + 1; i < steps.length; i++) if (!this.#again || !steps[i]!.once) return i;
    for (let i = 0; i < steps.length; i++) if (!steps[i]!.once) return i;
    return -1;
  }

  #advance(): void {
    const next = this.#following();
    this.#at = 0;
    if (next === -1) this.#state = 'stopping';
    else {
      if (next <= this.#index) this.#again = true;
      this.#index = next;
    }
  }
}
