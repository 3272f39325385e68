//             keys queued           duration over       3rd end packet       gap over
//    idle ───────────────► tone ──────────────► end ───────────────► gap ───────────► idle / next key
//      │                                                                                  ▲
//      └────────────────► pause (",": 2 s) ────────────────────────────────────────────────┘
import { FRAME_MS, FRAME_SAMPLES } from '../engine/sound.ts';
import { eventOf } from './event.ts';

/** Shortest tone and shortest gap [RFC 4733 §2.5.1.1; Q.24], ms. */
export const TONE_MIN_MS = 40;
const TONE_MAX_MS = 60_000;
/** RFC 4733 §2.5.1.4: the end goes out three times. */
const ENDS = 3;
const GAP_FRAMES = 1;
const PAUSE_FRAMES = 2000 / FRAME_MS;
/** Keys waiting; more are dropped. */
const QUEUE = 64;
/** RFC 4733 §2.5.1.3: a longer event goes on in a new segment. */
const SEGMENT = 0xffff;

interface Key {
  /** Event code, -1 = pause. */
  readonly code: number;
  readonly samples: number;
}

/** Turns keys into one step per 20 ms: the sender of RFC 4733 packets and the in-band generator both follow it. */
export class DigitSender {
  readonly #queue: Key[] = [];
  #key: Key | undefined;
  #frames = 0;
  #ends = 0;
  #segment = 0;

  /** What this frame carries. `tone` and `end` are packets; in-band sound is only in `tone` and the first `end`. */
  phase: 'idle' | 'tone' | 'end' | 'gap' | 'pause' = 'idle';
  code = 0;
  /** The first packet of the key: the M bit, and the moment whose timestamp all its packets carry. */
  first = false;
  /** The frame in which the key ends: the sound stops after it. */
  closing = false;
  /** Samples since the start of the segment, this frame included. */
  duration = 0;
  /** Samples from the key's first sample to the segment's. */
  segmentOffset = 0;

  /** Whether keys are being sent or wait. */
  get busy(): boolean {
    return this.#key !== undefined || this.#queue.length > 0;
  }

  /** Queue `digits` (0-9 * # A-D, `!` = flash, `,` = 2 s pause; others are passed over), each `durationMs` long. */
  enqueue(digits: string, durationMs: number): void {
    const ms = Math.min(TONE_MAX_MS, Math.max(TONE_MIN_MS, durationMs));
    const samples = Math.ceil(ms / FRAME_MS) * FRAME_SAMPLES;
    for (const digit of digits) {
      const code = digit === ',' ? -1 : eventOf(digit);
      if ((code >= 0 || digit === ',') && this.#queue.length < QUEUE) this.#queue.push({ code, samples });
    }
  }

  /** Forget what waits and break off what sounds. True when there was something. */
  cancel(): boolean {
    const was = this.busy;
    this.#queue.length = 0;
    this.#key = undefined;
    this.phase = 'idle';
    this.closing = false;
    return was;
  }

  /** One frame on: the fields then say what it carries. */
  step(): void {
    this.first = false;
    this.closing = false;
    const phase = this.phase;
    switch (phase) {
      case 'idle':
        this.#next();
        return;
      case 'tone':
        this.#tone();
        return;
      case 'end':
        if (++this.#ends >= ENDS) {
          this.phase = 'gap';
          this.#frames = 0;
        }
        return;
      case 'gap':
        if (++this.#frames >= GAP_FRAMES) this.#next();
        return;
      case 'pause':
        if (++this.#frames >= PAUSE_FRAMES) this.#next();
        return;
      default:
        phase satisfies never;
        throw new Error(`no such phase: ${String(phase)}`);
    }
  }

  #next(): void {
    const key = this.#queue.shift();
    this.#key = key;
    this.#frames = 0;
    if (key === undefined) {
      this.phase = 'idle';
      return;
    }
    if (key.code < 0) {
      this.phase = 'pause';
      return;
    }
    this.phase = 'tone';
    this.code = key.code;
    this.first = true;
    this.duration = 0;
    this.#segment = 0;
    this.#tone();
  }

  #tone(): void {
    const elapsed = ++this.#frames * FRAME_SAMPLES;
    // the frame after a full segment starts the next one where the last ended
    if (this.duration === SEGMENT) this.#segment += SEGMENT;
    this.segmentOffset = this.#segment;
    this.duration = Math.min(SEGMENT, elapsed - this.#segment);
    if (elapsed < this.#key!.samples) return;
    this.phase = 'end';
    this.#ends = 0;
    this.closing = true;
  }
}
