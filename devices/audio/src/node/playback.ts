import type { AudioSink } from '@switchhook/rtp-media';
import { openPcm, type Pcm } from 'node-alsa';
import { BackOff } from '../back-off.ts';
import { FRAME_SAMPLES, SAMPLE_RATE } from '../frame.ts';
import { messageOf, type PcmCounts, refuseOtherRate } from './capture.ts';

/** Room beyond the prefill, in engine frames: frames that come in a burst. */
const ROOM_FRAMES = 4;
const DEFAULT_PREFILL_FRAMES = 2;
/** So many frames offered within a second and none taken: the PCM is dead. */
const DEAD_FRAMES = 10;
const SILENCE = new Int16Array(FRAME_SAMPLES);

/** Numbers for the journal. */
export interface PlaybackCounts extends PcmCounts {
  /** Frames left out because the card was behind: its clock is slower than the microphone's. */
  dropped: number;
}

/** A speaker: one playback PCM that follows the microphone's clock, refilled after an underrun, reopened when it fails. */
export class Playback implements AudioSink {
  readonly counts: PlaybackCounts = { xruns: 0, opened: 0, dropped: 0 };
  readonly #name: string;
  readonly #prefillFrames: number;
  readonly #backOff = new BackOff();
  #pcm: Pcm | undefined;
  #fault: string | undefined;
  #offeredThisSecond = 0;
  #takenThisSecond = 0;

  constructor(name: string, prefillFrames = DEFAULT_PREFILL_FRAMES) {
    this.#name = name;
    this.#prefillFrames = prefillFrames;
    this.#open();
  }

  write(frame: Int16Array): void {
    if (this.#pcm === undefined) return;
    try {
      this.#put(this.#pcm, frame);
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Once a second. */
  tend(): string | undefined {
    if (this.#pcm !== undefined) this.#watch();
    else if (this.#backOff.due()) this.#open();
    const fault = this.#fault;
    this.#fault = undefined;
    return fault;
  }

  close(): void {
    this.#pcm?.close();
    this.#pcm = undefined;
  }

  /** A card that was pulled out reports no error here: it just has no room any more. While it is held, it cannot come back. */
  #watch(): void {
    const dead = this.#offeredThisSecond >= DEAD_FRAMES && this.#takenThisSecond === 0;
    this.#offeredThisSecond = 0;
    this.#takenThisSecond = 0;
    if (!dead) {
      this.#backOff.succeeded();
      return;
    }
    this.#fault = `playback "${this.#name}" takes no frames; reopening it`;
    this.close();
    this.#backOff.failed();
  }

  #put(pcm: Pcm, frame: Int16Array): void {
    this.#offeredThisSecond++;
    if (pcm.avail() < frame.length) {
      this.counts.dropped++;
      return;
    }
    pcm.writei(frame);
    this.#takenThisSecond++;
  }

  #open(): void {
    try {
      const pcm = openPcm({
        name: this.#name,
        stream: 'playback',
        rate: SAMPLE_RATE,
        channels: 1,
        periodFrames: FRAME_SAMPLES,
        bufferFrames: FRAME_SAMPLES * (this.#prefillFrames + ROOM_FRAMES),
        startThresholdFrames: FRAME_SAMPLES * (this.#prefillFrames + 1),
        nonBlocking: true,
      });
      this.#pcm = pcm;
      refuseOtherRate(pcm);
      this.#prefill(pcm);
      this.counts.opened++;
    } catch (error) {
      this.#failed(error);
    }
  }

  #prefill(pcm: Pcm): void {
    for (let frames = this.#prefillFrames; frames > 0; frames--) pcm.writei(SILENCE);
  }

  #failed(error: unknown): void {
    try {
      if (this.#pcm?.recover(error) === true) {
        this.counts.xruns++;
        this.#prefill(this.#pcm);
        return;
      }
    } catch {
      // The recovery failed too: the first error says why.
    }
    this.#fault = messageOf(error);
    this.close();
    this.#backOff.failed();
  }
}
