import type { Millis } from '@switchhook/sans-io';
import type { Codec } from '../codec/registry.ts';
import { BRIDGE_MAX, Concealment } from '../concealment/concealment.ts';
import { PITCH_MAX, PITCH_MIN } from '../concealment/pitch.ts';
import { FRAME_MS, FRAME_SAMPLES, SAMPLE_RATE } from '../engine/sound.ts';
import { timestampDelta } from '../packet/rtp.ts';
import { DelayTarget } from './delay-target.ts';

/** What became of a packet. `stray` = its timestamp fits nowhere; a second one like it starts the buffer anew. */
export type PutResult = 'stored' | 'late' | 'duplicate' | 'stray' | 'restarted' | 'empty' | 'too-long';

const PER_MS = SAMPLE_RATE / 1000;
/** About one second, addressed by RTP timestamp. */
const RING = 8192;
const MASK = RING - 1;
/** Sound further ahead than this, or further back, is another stream. */
const AHEAD = 0.65 * SAMPLE_RATE;
const BEHIND = 0.5 * SAMPLE_RATE;
/** Longest packet, 200 ms. */
const PACKET = 1600;
/** Played sound is kept this long, for jumps back. */
const KEPT = 1000;
const FADE = 40;
/** A talk spurt that is later than this, or so many late packets in a row, mean that the far end's clock was set back. */
const SPURT_LATE = 0.2 * SAMPLE_RATE;
const LATE_RUN = 5;

/** States of one sample in the ring. */
const EMPTY = 0;
const REAL = 1;
const MADE = 2;

/**
 * Adaptive playout of one RTP stream. Packets are decoded at once into a ring that is addressed by their timestamp, so
 * order, packet length and payload type do not matter; `pull` takes 20 ms at the pace of the sound card, hides gaps and
 * moves the playout point by whole pitch periods towards the delay that `DelayTarget` asks for.
 */
export class JitterBuffer {
  readonly #samples = new Int16Array(RING);
  readonly #state = new Uint8Array(RING);
  readonly #concealment = new Concealment();
  readonly #target = new DelayTarget();
  readonly #scratch = new Int16Array(BRIDGE_MAX + 2 * FRAME_SAMPLES);
  #running = false;
  /** Timestamp of the next sample to play. */
  #play = 0;
  /** The same, counted on without wrap since the stream began. */
  #total = 0;
  #lastPull: Millis = 0;
  #strays = 0;
  #lateRun = 0;
  #pullsUntilJump = 0;
  #late = 0;
  #duplicates = 0;
  #restarts = 0;
  #concealedSamples = 0;

  /** Packets that came after their time. */
  get late(): number {
    return this.#late;
  }

  get duplicates(): number {
    return this.#duplicates;
  }

  /** How often the stream began anew (timestamp jump or new source). */
  get restarts(): number {
    return this.#restarts;
  }

  /** Frames' worth of sound that was made up. */
  get concealedFrames(): number {
    return Math.round(this.#concealedSamples / FRAME_SAMPLES);
  }

  /** The delay that the arrivals call for. */
  get targetMs(): number {
    return this.#target.targetMs;
  }

  /** The delay that the fastest packet gets now, ms. */
  get delayMs(): number {
    return this.#running ? this.#lastPull + FRAME_MS - this.#total / PER_MS - this.#target.fastest : 0;
  }

  /** Another stream will follow: drop what is stored. Counters stay. */
  reset(): void {
    this.#running = false;
    this.#strays = 0;
    this.#lateRun = 0;
    this.#state.fill(EMPTY);
    this.#target.reset();
    this.#concealment.reset();
  }

  /** Store `count` octets of `codec` at `octets[from]`, the first of which belongs to `timestamp`. */
  put(
    codec: Codec,
    octets: Uint8Array,
    from: number,
    count: number,
    timestamp: number,
    marker: boolean,
    now: Millis,
  ): PutResult {
    if (count === 0) return 'empty';
    if (count > PACKET) return 'too-long';
    let result: PutResult = 'stored';
    if (!this.#running) this.#start(timestamp, now);
    let delta = timestampDelta(this.#play, timestamp);
    const spurt = marker && delta < -SPURT_LATE;
    if (delta > AHEAD || delta < -BEHIND || spurt || this.#lateRun >= LATE_RUN) {
      // a lone stray is noise; two in a row, or a talk spurt that says so, are a stream that began anew
      if (++this.#strays < 2 && !spurt && this.#lateRun < LATE_RUN) return 'stray';
      this.#restarts++;
      this.#strays = 0;
      this.#lateRun = 0;
      this.#state.fill(EMPTY);
      this.#target.reset();
      this.#start(timestamp, now);
      delta = timestampDelta(this.#play, timestamp);
      result = 'restarted';
    } else this.#strays = 0;
    this.#target.arrived(now - (this.#total + delta) / PER_MS, now);
    if (delta + count <= 0) {
      this.#late++;
      this.#lateRun++;
      this.#target.late(-delta / PER_MS);
      return 'late';
    }
    this.#lateRun = 0;
    const first = (timestamp + Math.max(0, -delta)) & MASK;
    const last = (timestamp + count - 1) & MASK;
    if (this.#state[first] === REAL && this.#state[last] === REAL) {
      this.#duplicates++;
      return 'duplicate';
    }
    const skip = delta < 0 ? -delta : 0;
    this.#store(codec, octets, from + skip, count - skip, first);
    return result;
  }

  /** The next 20 ms into `frame` (160 samples). False when it is silence because nothing came. */
  pull(frame: Int16Array, now: Millis): boolean {
    if (!this.#running) {
      this.#lastPull = now;
      frame.fill(0);
      return false;
    }
    // before the moment moves on: the delay is measured towards this very pull
    this.#adapt();
    this.#lastPull = now;
    let sounds = false;
    for (let at = 0; at < FRAME_SAMPLES; ) {
      const real = this.#state[(this.#play + at) & MASK] !== EMPTY;
      const end = this.#runEnd(at, real);
      if (real) {
        for (let i = at; i < end; i++) frame[i] = this.#samples[(this.#play + i) & MASK]!;
        this.#concealment.rejoin(frame, at, end);
        this.#concealment.remember(frame, at, end);
        sounds = true;
      } else if (this.#bridge(at)) continue;
      else {
        this.#concealment.extend(frame, at, end);
        if (!this.#concealment.faded) {
          this.#concealedSamples += end - at;
          sounds = true;
          this.#concealment.remember(frame, at, end);
          // kept, so that a jump back finds what was heard
          for (let i = at; i < end; i++) {
            const place = (this.#play + i) & MASK;
            this.#samples[place] = frame[i]!;
            this.#state[place] = MADE;
          }
        }
      }
      at = end;
    }
    this.#advance(FRAME_SAMPLES);
    return sounds;
  }

  #start(timestamp: number, now: Millis): void {
    this.#running = true;
    this.#total = 0;
    // the first pull may come up to a frame later; its moment is what counts
    this.#play = (timestamp - this.#target.targetMs * PER_MS) >>> 0;
    this.#lastPull = Math.max(this.#lastPull, now - FRAME_MS);
    this.#state.fill(EMPTY);
  }

  #store(codec: Codec, octets: Uint8Array, from: number, count: number, first: number): void {
    const part = Math.min(count, RING - first);
    codec.decode(octets, from, part, this.#samples, first);
    this.#state.fill(REAL, first, first + part);
    if (part === count) return;
    codec.decode(octets, from + part, count - part, this.#samples, 0);
    this.#state.fill(REAL, 0, count - part);
  }

  #runEnd(at: number, real: boolean): number {
    let end = at + 1;
    while (end < FRAME_SAMPLES && (this.#state[(this.#play + end) & MASK] !== EMPTY) === real) end++;
    return end;
  }

  /** Fill the gap at `at` in the ring when what follows it is there already. */
  #bridge(at: number): boolean {
    if (this.#concealment.active || !this.#concealment.primed) return false;
    let gap = 1;
    while (gap <= BRIDGE_MAX && this.#state[(this.#play + at + gap) & MASK] === EMPTY) gap++;
    if (gap > BRIDGE_MAX) return false;
    const scratch = this.#scratch;
    let known = 0;
    for (; known < FRAME_SAMPLES; known++) {
      const place = (this.#play + at + gap + known) & MASK;
      if (this.#state[place] === EMPTY) break;
      scratch[gap + known] = this.#samples[place]!;
    }
    if (known < 80) return false;
    this.#concealment.bridge(scratch, gap, known);
    for (let i = 0; i < gap + known; i++) {
      const place = (this.#play + at + i) & MASK;
      this.#samples[place] = scratch[i]!;
      if (i < gap) this.#state[place] = MADE;
    }
    this.#concealedSamples += gap;
    return true;
  }

  /** Move the playout point when the delay is wrong: freely in silence, by a pitch period with a cross-fade in sound. */
  #adapt(): void {
    const excess = this.delayMs - this.#target.targetMs;
    if (!Number.isFinite(excess)) return;
    if (this.#concealment.faded) {
      if (Math.abs(excess) > FRAME_MS / 2) this.#advance(this.#emptyUpTo(Math.round(excess * PER_MS)));
      return;
    }
    if (this.#pullsUntilJump > 0) {
      this.#pullsUntilJump--;
      return;
    }
    if (excess > FRAME_MS) this.#pullsUntilJump = this.#jump(1) ? (excess > 60 ? 2 : 10) : 0;
    else if (excess < -FRAME_MS / 5) this.#pullsUntilJump = this.#jump(-1) ? 3 : 0;
  }

  /** `count`, or fewer where stored sound comes first. */
  #emptyUpTo(count: number): number {
    for (let i = 0; i < count; i++) if (this.#state[(this.#play + i) & MASK] !== EMPTY) return i;
    return count;
  }

  /** Leave out (1) or repeat (-1) one pitch period. False when the sound that this needs is not there. */
  #jump(way: 1 | -1): boolean {
    const most = PITCH_MAX;
    const farthest = way > 0 ? most + 2 * FADE : 2 * FADE - 1;
    if (this.#state[this.#play & MASK] === EMPTY || this.#state[(this.#play + farthest) & MASK] === EMPTY) return false;
    if (way < 0 && this.#state[(this.#play - most) & MASK] === EMPTY) return false;
    let best = PITCH_MIN;
    let score = -Infinity;
    for (let lag = PITCH_MIN; lag <= most; lag++) {
      let cross = 0;
      let energy = 1;
      for (let i = 0; i < 2 * FADE; i += 2) {
        const other = this.#samples[(this.#play + way * lag + i) & MASK]!;
        cross += this.#samples[(this.#play + i) & MASK]! * other;
        energy += other * other;
      }
      const value = cross / Math.sqrt(energy);
      if (value > score) {
        score = value;
        best = lag;
      }
    }
    for (let i = 0; i < FADE; i++) {
      const place = (this.#play + way * best + i) & MASK;
      const old = this.#samples[(this.#play + i) & MASK]!;
      this.#scratch[i] = old + (this.#samples[place]! - old) * ((i + 1) / (FADE + 1));
    }
    for (let i = 0; i < FADE; i++) this.#samples[(this.#play + way * best + i) & MASK] = this.#scratch[i]!;
    this.#advance(way * best);
    return true;
  }

  #advance(count: number): void {
    // what lies further back than KEPT makes room for what comes
    for (let i = 0; i < count; i++) this.#state[(this.#play - KEPT + i) & MASK] = EMPTY;
    this.#play = (this.#play + count) >>> 0;
    this.#total += count;
  }
}
