import { PITCH_MAX, PitchFinder } from './pitch.ts';

/** What is remembered of the sound that was played: 60 ms. */
const HISTORY = 480;
/** Samples that the pitch search compares. */
const WINDOW = 120;
/** The repeated period stays at full level for 20 ms and is gone after 80 ms. */
const FULL = 160;
const GONE = 640;
/** Cross-fade back to real sound: 5 ms. */
const REJOIN = 40;
/** Longest gap that is bridged when its end is known: 60 ms. */
export const BRIDGE_MAX = 480;

/**
 * Hides lost G.711 sound by pitch repetition in the manner of ITU-T G.711 appendix I, without its added delay. Where the
 * sound after the gap is already known, `bridge` makes the repetition arrive there in phase and at the right level.
 * One object a stream; it allocates nothing after construction.
 */
export class Concealment {
  readonly #history = new Int16Array(HISTORY);
  /** `#history` as it was when the loss began: what is repeated. */
  readonly #past = new Float64Array(HISTORY);
  readonly #pitch = new PitchFinder();
  readonly #forward = new Float64Array(BRIDGE_MAX + 2 * PITCH_MAX + 2 * REJOIN);
  #known = 0;
  #period = PITCH_MAX;
  /** Length of the repeated part: one period, later two, then three. */
  #loop = PITCH_MAX;
  #cursor = 0;
  /** Samples since the loss began; -1 = no loss. */
  #elapsed = -1;
  #rejoin = 0;
  #seam = 0;

  /** Whether a loss is being hidden, or the cross-fade after one is not over yet. */
  get active(): boolean {
    return this.#elapsed >= 0;
  }

  /** Whether anything was heard that could be continued. */
  get primed(): boolean {
    return this.#known > 0;
  }

  /** Whether the repetition has died away: what follows is silence, not concealment. */
  get faded(): boolean {
    return this.#elapsed >= GONE || (this.#elapsed >= 0 && this.#known === 0);
  }

  /** Forget everything: another stream begins. */
  reset(): void {
    this.#history.fill(0);
    this.#known = 0;
    this.#elapsed = -1;
    this.#rejoin = 0;
  }

  /** Samples `from..to` of `frame` were played. */
  remember(frame: Int16Array, from: number, to: number): void {
    const count = to - from;
    const history = this.#history;
    history.copyWithin(0, count);
    for (let i = 0; i < count; i++) history[HISTORY - count + i] = frame[from + i]!;
    this.#known = Math.min(HISTORY, this.#known + count);
  }

  /** Fill `frame[from..to)` with a continuation of what was played. */
  extend(frame: Int16Array, from: number, to: number): void {
    if (this.#elapsed < 0 || this.#rejoin > 0) this.#begin();
    if (this.#known === 0 || this.#elapsed >= GONE) {
      this.#elapsed += this.#known === 0 ? 0 : to - from;
      frame.fill(0, from, to);
      return;
    }
    for (let i = from; i < to; i++) frame[i] = this.#next();
  }

  /** Real sound is back in `frame[from..to)`: fade from the repetition into it. */
  rejoin(frame: Int16Array, from: number, to: number): void {
    if (this.#elapsed < 0) return;
    for (let i = from; i < to && this.#rejoin < REJOIN; i++) {
      const weight = ++this.#rejoin / (REJOIN + 1);
      const old = this.#known === 0 ? 0 : this.#next();
      frame[i] = old + (frame[i]! - old) * weight;
    }
    if (this.#rejoin >= REJOIN) {
      this.#elapsed = -1;
      this.#rejoin = 0;
    }
  }

  /**
   * Fill `sound[0..gap)`, knowing what comes after it: `sound[gap..gap+known)` is real (the first 5 ms of it are faded
   * into). `gap` at most `BRIDGE_MAX`, `known` at least 80.
   */
  bridge(sound: Int16Array, gap: number, known: number): void {
    this.#begin();
    const forward = this.#forward;
    const half = this.#period >> 1;
    const compare = Math.min(known & ~1, 80);
    const total = Math.min(forward.length, gap + half + compare + REJOIN);
    // the repetition at full level: here the end of the loss is known, so it need not die away
    for (let i = 0; i < total; i++) forward[i] = this.#raw();
    const shift = this.#voiced
      ? this.#alignment(sound, gap, compare, Math.min(half, gap >> 1, total - gap - compare))
      : 0;
    const level = this.#levelAfter(sound, gap, shift, compare);
    const pace = (gap + shift) / gap;
    const fade = Math.min(REJOIN, known);
    for (let i = 0; i < gap + fade; i++) {
      const at = i < gap ? i * pace : i + shift;
      const whole = Math.min(total - 2, Math.floor(at));
      const value = forward[whole]! + (forward[whole + 1]! - forward[whole]!) * (at - whole);
      const made = value * (1 + (level - 1) * Math.min(1, i / gap));
      const weight = i < gap ? 0 : (i - gap + 1) / (fade + 1);
      const mixed = made + ((i < gap ? 0 : sound[i]!) - made) * weight;
      sound[i] = mixed > 32767 ? 32767 : mixed < -32768 ? -32768 : mixed;
    }
    this.#elapsed = -1;
  }

  get #voiced(): boolean {
    return this.#pitch.likeness > 0.5;
  }

  #begin(): void {
    this.#past.set(this.#history);
    this.#elapsed = 0;
    this.#rejoin = 0;
    this.#cursor = 0;
    if (this.#known === 0) return;
    this.#period = this.#pitch.find(this.#past, HISTORY, WINDOW);
    // noise repeated at a short period would buzz: repeat as much as there is
    this.#loop = this.#voiced ? this.#period : this.#period * Math.max(1, Math.floor(320 / this.#period));
    this.#seam = this.#past[HISTORY - 1]! - this.#past[HISTORY - 1 - this.#loop]!;
  }

  #next(): number {
    const elapsed = this.#elapsed;
    const value = this.#raw();
    if (elapsed < FULL) return value;
    return elapsed >= GONE ? 0 : value * (1 - (elapsed - FULL) / (GONE - FULL));
  }

  /** The next sample of the repetition at full level. */
  #raw(): number {
    const past = this.#past;
    const loop = this.#loop;
    const blend = this.#period >> 2;
    const at = HISTORY - loop + this.#cursor;
    let value = past[at]!;
    // the last quarter period of the loop fades into what precedes the loop, so that its end meets its beginning
    const tail = this.#cursor - (loop - blend);
    if (tail >= 0 && at >= loop) value += (past[at - loop]! - value) * ((tail + 1) / (blend + 1));
    // the very first samples start where the sound broke off
    if (this.#elapsed < blend) value += this.#seam * (1 - (this.#elapsed + 1) / (blend + 1));
    this.#elapsed++;
    if (++this.#cursor >= loop) {
      this.#cursor = 0;
      const periods = this.#elapsed < 80 ? 1 : this.#elapsed < 160 ? 2 : 3;
      const wanted = Math.max(loop, periods * this.#period);
      if (wanted + blend <= HISTORY - blend) this.#loop = wanted;
    }
    return value;
  }

  /** How many samples later (or earlier) the repetition looks most like the real sound after the gap. */
  #alignment(sound: Int16Array, gap: number, compare: number, most: number): number {
    const forward = this.#forward;
    let best = 0;
    let score = -Infinity;
    let energy = 1;
    for (let i = 0; i < compare; i += 2) energy += forward[gap - most + i]! ** 2;
    for (let shift = -most; shift <= most; shift += 2) {
      let cross = 0;
      for (let i = 0; i < compare; i += 2) cross += forward[gap + shift + i]! * sound[gap + i]!;
      const value = cross / Math.sqrt(energy) - Math.abs(shift) * 1e-3;
      if (value > score) {
        score = value;
        best = shift;
      }
      energy += forward[gap + shift + compare]! ** 2 - forward[gap + shift]! ** 2;
    }
    return best;
  }

  #levelAfter(sound: Int16Array, gap: number, shift: number, compare: number): number {
    let made = 1;
    let real = 1;
    for (let i = 0; i < compare; i++) {
      made += this.#forward[gap + shift + i]! ** 2;
      real += sound[gap + i]! ** 2;
    }
    return Math.min(1.5, Math.sqrt(real / made));
  }
}
