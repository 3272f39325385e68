import { AlsaError, errnoName } from './alsa-error.ts';
import { type AlsaLibrary, library, type Native, type Out } from './library.ts';
import { negotiate, type PcmOptions, type PcmParameters } from './parameters.ts';

/** Longest native wait: a thread inside an unbounded native call keeps `process.exit` from ending the process. */
export const MAX_WAIT_MS = 250;

/** One descriptor to put into a `poll` call of your own. */
export interface PollDescriptor {
  readonly fd: number;
  /** POLLIN, POLLOUT bits as the kernel has them. */
  readonly events: number;
}

/** Where a PCM is in its life, by libasound's names. */
export type PcmState =
  | 'open'
  | 'setup'
  | 'prepared'
  | 'running'
  | 'xrun'
  | 'draining'
  | 'paused'
  | 'suspended'
  | 'disconnected';

const STATES: readonly PcmState[] = [
  'open',
  'setup',
  'prepared',
  'running',
  'xrun',
  'draining',
  'paused',
  'suspended',
  'disconnected',
];
const STREAM = { playback: 0, capture: 1 } as const;
const NON_BLOCKING = 1;
const EAGAIN = -11;
const DRAIN_STEP_MS = 5;

/** Open and configure a PCM by name; throws AlsaError with what helps. */
export function openPcm(options: PcmOptions): Pcm {
  return new Pcm(options);
}

/** One direction of a sound card. Counts are frames; samples are interleaved. Any call may throw AlsaError. */
export class Pcm {
  readonly name: string;
  readonly stream: 'capture' | 'playback';
  /** What the card agreed to, which may differ from what was asked. */
  readonly parameters: PcmParameters;
  readonly #alsa: AlsaLibrary;
  readonly #delay: Out<number> = [0];
  #handle: Native | undefined;

  constructor(options: PcmOptions) {
    this.#alsa = library('snd_pcm_open', options.name);
    this.name = options.name;
    this.stream = options.stream;
    const cell: Out<Native | null> = [null];
    // A busy card blocks a blocking open for ever, so the open itself never blocks.
    const opened = this.#alsa.pcmOpen(cell, options.name, STREAM[options.stream], NON_BLOCKING);
    if (opened < 0) throw new AlsaError(errnoName(opened), 'snd_pcm_open', options.name);
    this.#handle = cell[0]!;
    try {
      this.parameters = negotiate(this.#alsa, this.#handle, options);
    } catch (error) {
      this.close();
      throw error;
    }
    this.#blocking = options.nonBlocking !== true;
  }

  readonly #blocking: boolean;

  /**
   * Read frames into `samples` (whole frames only). Returns how many: 0 when non-blocking and nothing is there yet,
   * fewer than asked when blocking and nothing came for MAX_WAIT_MS. An overrun throws `EPIPE`.
   */
  readi(samples: Int16Array): number {
    return this.#move('snd_pcm_readi', this.#alsa.pcmReadi, samples);
  }

  /** Write whole frames. Returns how many were taken; an underrun throws `EPIPE`. Blocks as `readi` does. */
  writei(samples: Int16Array): number {
    return this.#move('snd_pcm_writei', this.#alsa.pcmWritei, samples);
  }

  /** After `EPIPE` or `ESTRPIPE`: make the PCM ready again (capture is started too). False when the error is another. */
  recover(error: unknown): boolean {
    if (!(error instanceof AlsaError)) return false;
    if (error.code !== 'EPIPE' && error.code !== 'ESTRPIPE') return false;
    const handle = this.#open('snd_pcm_recover');
    // A resume that is not finished yet answers EAGAIN; prepare is the way out that never waits.
    if (error.code === 'EPIPE' || this.#alsa.pcmResume(handle) < 0) this.prepare();
    if (this.stream === 'capture') this.start();
    return true;
  }

  /** Frames between the application and the ear (playback) or the mouth and the application (capture). */
  delay(): number {
    this.#check('snd_pcm_delay', this.#alsa.pcmDelay(this.#open('snd_pcm_delay'), this.#delay));
    return this.#delay[0];
  }

  /** Frames that can be read or written now without waiting. */
  avail(): number {
    return this.#check('snd_pcm_avail_update', this.#alsa.pcmAvailUpdate(this.#open('snd_pcm_avail_update')));
  }

  /** Wait until a period is there; false when time is up. At most MAX_WAIT_MS. */
  wait(timeoutMs: number): boolean {
    if (!(timeoutMs >= 0 && timeoutMs <= MAX_WAIT_MS)) {
      throw new RangeError(`wait takes 0 to ${MAX_WAIT_MS} ms, not ${timeoutMs}`);
    }
    return this.#check('snd_pcm_wait', this.#alsa.pcmWait(this.#open('snd_pcm_wait'), Math.ceil(timeoutMs))) > 0;
  }

  /** Descriptors for a `poll` of your own. They stay the same until `close`. */
  pollDescriptors(): readonly PollDescriptor[] {
    const handle = this.#open('snd_pcm_poll_descriptors');
    const count = this.#check('snd_pcm_poll_descriptors_count', this.#alsa.pcmPollDescriptorsCount(handle));
    const raw = new Uint8Array(count * 8); // struct pollfd { int fd; short events; short revents; }
    const filled = this.#check('snd_pcm_poll_descriptors', this.#alsa.pcmPollDescriptors(handle, raw, count));
    const fds = new Int32Array(raw.buffer);
    const events = new Int16Array(raw.buffer);
    return Array.from({ length: filled }, (_, at) => ({ fd: fds[at * 2]!, events: events[at * 4 + 2]! }));
  }

  /** Where the PCM is in its life. */
  state(): PcmState {
    return STATES[this.#alsa.pcmState(this.#open('snd_pcm_state'))] ?? 'disconnected';
  }

  prepare(): void {
    this.#check('snd_pcm_prepare', this.#alsa.pcmPrepare(this.#open('snd_pcm_prepare')));
  }

  /** Start at once, without waiting for the start threshold. */
  start(): void {
    this.#check('snd_pcm_start', this.#alsa.pcmStart(this.#open('snd_pcm_start')));
  }

  /** Stop at once; what was not played is lost. */
  drop(): void {
    this.#check('snd_pcm_drop', this.#alsa.pcmDrop(this.#open('snd_pcm_drop')));
  }

  /**
   * Let what was written be heard, then stop. False when `limitMs` passed first (the rest is dropped).
   * snd_pcm_drain is not used: through sound-server plugins it was seen never to return.
   */
  async drain(limitMs: number): Promise<boolean> {
    const until = performance.now() + limitMs;
    if (this.state() === 'prepared' && this.stream === 'playback') this.start();
    for (;;) {
      const drained = this.#drained();
      if (drained || performance.now() >= until) {
        if (this.#handle !== undefined) this.drop();
        return drained;
      }
      await new Promise((resolve) => setTimeout(resolve, DRAIN_STEP_MS));
    }
  }

  /** Free the card. Harmless when done twice; every other call afterwards throws `ECLOSED`. */
  close(): void {
    if (this.#handle === undefined) return;
    this.#alsa.pcmClose(this.#handle);
    this.#handle = undefined;
  }

  #drained(): boolean {
    if (this.#handle === undefined) return true;
    const state = this.state();
    if (state !== 'running' && state !== 'draining') return true;
    if (this.stream === 'capture') return true;
    return this.#alsa.pcmDelay(this.#handle, this.#delay) < 0 || this.#delay[0] <= 0;
  }

  #move(operation: string, call: AlsaLibrary['pcmReadi'], samples: Int16Array): number {
    const handle = this.#open(operation);
    const channels = this.parameters.channels;
    if (samples.length % channels !== 0) throw new RangeError(`${samples.length} samples are no whole frames`);
    const frames = samples.length / channels;
    let done = 0;
    // The array is pinned by the argument for the length of each native call; libasound keeps no pointer to it.
    for (;;) {
      const rest = done === 0 ? samples : samples.subarray(done * channels);
      const moved = call(handle, rest, frames - done);
      if (moved > 0) done += moved;
      else if (moved < 0 && moved !== EAGAIN) {
        if (done > 0) return done;
        throw new AlsaError(errnoName(moved), operation, this.name);
      }
      if (done >= frames || !this.#blocking || frames === 0) return done;
      if (this.#alsa.pcmWait(handle, MAX_WAIT_MS) === 0) return done;
    }
  }

  #open(operation: string): Native {
    if (this.#handle === undefined) throw new AlsaError('ECLOSED', operation, this.name, 'the PCM was closed');
    return this.#handle;
  }

  #check(operation: string, result: number): number {
    if (result < 0) throw new AlsaError(errnoName(result), operation, this.name);
    return result;
  }
}
