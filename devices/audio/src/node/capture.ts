import type { AudioSource } from '@switchhook/rtp-media';
import { AlsaError, openPcm, type Pcm } from 'node-alsa';
import { BackOff } from '../back-off.ts';
import { FRAME_SAMPLES, SAMPLE_RATE } from '../frame.ts';

/** Ring of the capture PCM: a turn of the loop may come so late before sound is lost. */
const BUFFER_FRAMES = FRAME_SAMPLES * 8;
/** Seconds without a frame after which an open PCM counts as dead: at first, and once frames have come. */
const PATIENCE_AT_FIRST_S = 4;
const PATIENCE_S = 1;

/** Numbers for the journal. */
export interface PcmCounts {
  xruns: number;
  opened: number;
}

/** The microphone and the clock: one capture PCM, reopened when it fails or falls silent. */
export class Capture implements AudioSource {
  readonly counts: PcmCounts = { xruns: 0, opened: 0 };
  readonly #name: string;
  readonly #backOff = new BackOff();
  #pcm: Pcm | undefined;
  #pollFds: readonly number[] = [];
  #framesThisSecond = 0;
  #silentS = 0;
  #everHeard = false;
  /** Told by the next `tend`. */
  #fault: string | undefined;

  constructor(name: string) {
    this.#name = name;
    this.#open();
  }

  /** Empty while the PCM is not open. */
  get pollFds(): readonly number[] {
    return this.#pollFds;
  }

  /** Whole frames that can be read now. */
  available(): number {
    if (this.#pcm === undefined) return 0;
    try {
      return Math.floor(this.#pcm.avail() / FRAME_SAMPLES);
    } catch (error) {
      this.#failed(error);
      return 0;
    }
  }

  read(frame: Int16Array): boolean {
    if (this.#pcm === undefined) return false;
    try {
      const whole = this.#pcm.readi(frame) === frame.length;
      if (whole) this.#framesThisSecond++;
      return whole;
    } catch (error) {
      this.#failed(error);
      return false;
    }
  }

  /** Once a second. */
  tend(): string | undefined {
    if (this.#pcm === undefined) {
      if (this.#backOff.due()) this.#open();
    } else this.#watch();
    const fault = this.#fault;
    this.#fault = undefined;
    return fault;
  }

  close(): void {
    this.#pcm?.close();
    this.#pcm = undefined;
    this.#pollFds = [];
  }

  /** A sound server that was killed reports no error: frames just stop. */
  #watch(): void {
    if (this.#framesThisSecond > 0) {
      this.#everHeard = true;
      this.#silentS = 0;
      this.#backOff.succeeded();
    } else this.#silentS++;
    this.#framesThisSecond = 0;
    if (this.#silentS < (this.#everHeard ? PATIENCE_S : PATIENCE_AT_FIRST_S)) return;
    this.#fault = `capture "${this.#name}" gives no frames; reopening it`;
    this.close();
    this.#backOff.failed();
  }

  #open(): void {
    this.#silentS = 0;
    this.#framesThisSecond = 0;
    this.#everHeard = false;
    try {
      const pcm = openPcm({
        name: this.#name,
        stream: 'capture',
        rate: SAMPLE_RATE,
        channels: 1,
        periodFrames: FRAME_SAMPLES,
        bufferFrames: BUFFER_FRAMES,
        availMinFrames: FRAME_SAMPLES,
        nonBlocking: true,
      });
      this.#pcm = pcm;
      refuseOtherRate(pcm);
      pcm.start();
      this.#pollFds = pcm.pollDescriptors().map(({ fd }) => fd);
      this.counts.opened++;
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    try {
      if (this.#pcm?.recover(error) === true) {
        this.counts.xruns++;
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

/** Throws when a PCM cannot do the engine's rate: there is no resampler here, libasound's `plughw:` is one. */
export function refuseOtherRate(pcm: Pcm): void {
  const { rate } = pcm.parameters;
  if (rate === SAMPLE_RATE) return;
  throw new AlsaError('EINVAL', 'snd_pcm_hw_params', pcm.name, `runs at ${rate} Hz; use its plughw: name`);
}

/** The line of an AlsaError; any other error is our own bug and goes on. */
export function messageOf(error: unknown): string {
  if (error instanceof AlsaError) return error.message;
  throw error;
}
