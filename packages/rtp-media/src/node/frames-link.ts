import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { FRAME_SAMPLES } from '../engine/sound.ts';

/** To the media loop: a microphone frame, or how many speaker frames were heard so far. */
export type FramesToLoop =
  | { readonly type: 'frame'; readonly frame: Int16Array }
  | { readonly type: 'heard'; readonly count: number };

/** From the media loop: how many microphone frames it took so far, and a speaker frame. */
export interface FramesToOwner {
  readonly taken: number;
  readonly frame: Int16Array | undefined;
}

/** Microphone frames on their way (200 ms): beyond this `write` refuses. */
export const FRAMES_AHEAD = 10;

/**
 * The owner's end of a `frames` sound: 20 ms frames of 160 samples (8 kHz, mono, 16 bit) both ways between the media
 * worker and this thread. Give `choice` to `startMediaWorker`, once.
 */
export class FramesLink {
  readonly choice: { readonly type: 'frames'; readonly port: MessagePort };
  /** One speaker frame; it is yours to keep. Frames nobody handles are lost, and after a second of not being handled dropped by the worker. */
  onFrame: (frame: Int16Array) => void = () => {};
  /** There is room again after `write` refused. */
  onDrain: () => void = () => {};
  readonly #port: MessagePort;
  #written = 0;
  #taken = 0;
  #heard = 0;
  #refused = false;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.choice = { type: 'frames', port: port2 };
    this.#port = port1;
    port1.on('message', (message: FramesToOwner) => this.#arrived(message));
    port1.unref();
  }

  /** Microphone frames that were written and not yet taken. */
  get ahead(): number {
    return this.#written - this.#taken;
  }

  /** Queue one microphone frame (copied). False: it was not taken, `onDrain` will tell when there is room. */
  write(frame: Int16Array): boolean {
    if (frame.length !== FRAME_SAMPLES)
      throw new RangeError(`a frame has ${FRAME_SAMPLES} samples, not ${frame.length}`);
    if (this.ahead >= FRAMES_AHEAD) {
      this.#refused = true;
      return false;
    }
    this.#written++;
    this.#post({ type: 'frame', frame: frame.slice() });
    return true;
  }

  close(): void {
    this.#port.close();
  }

  #arrived({ taken, frame }: FramesToOwner): void {
    this.#taken = taken;
    if (frame !== undefined) {
      this.#heard++;
      this.#post({ type: 'heard', count: this.#heard });
      this.onFrame(frame);
    }
    if (this.#refused && this.ahead < FRAMES_AHEAD) {
      this.#refused = false;
      this.onDrain();
    }
  }

  #post(message: FramesToLoop): void {
    this.#port.postMessage(message);
  }
}
