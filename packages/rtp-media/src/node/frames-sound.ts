import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { AudioSink, AudioSource } from '../engine/sound.ts';
import { FRAME_SAMPLES } from '../engine/sound.ts';
import type { FramesToLoop, FramesToOwner } from './frames-link.ts';
import { SilenceSound } from './tone-sound.ts';

/** Frames the other thread has not acknowledged: beyond this (1 s) it is not listening and frames are dropped. */
const UNHEARD_LIMIT = 50;

/** Microphone and speaker in another thread; see `FramesLink`. */
export class FramesSound extends SilenceSound {
  override readonly microphone: AudioSource;
  override readonly speaker: AudioSink;
  readonly #port: MessagePort;
  readonly #queue: Int16Array[] = [];
  #taken = 0;
  #told = 0;
  #heard = 0;

  constructor(port: MessagePort) {
    super();
    this.#port = port;
    this.microphone = { read: (frame) => this.#read(frame) };
    this.speaker = { write: (frame) => this.#write(frame) };
  }

  override close(): void {
    this.#port.close();
  }

  #read(frame: Int16Array): boolean {
    for (let got = receiveMessageOnPort(this.#port); got !== undefined; got = receiveMessageOnPort(this.#port)) {
      const message = got.message as FramesToLoop;
      if (message.type === 'frame') this.#queue.push(message.frame);
      else this.#heard = message.count;
    }
    const next = this.#queue.shift();
    if (next === undefined) return false;
    this.#taken++;
    frame.set(next.subarray(0, FRAME_SAMPLES));
    return true;
  }

  #write(frame: Int16Array): void {
    const listening = this.#told - this.#heard < UNHEARD_LIMIT;
    if (listening) this.#told++;
    const message: FramesToOwner = { taken: this.#taken, frame: listening ? frame.slice() : undefined };
    // Even to a thread that does not listen: `taken` is what lets it go on talking.
    if (listening || this.#taken !== this.#toldTaken) this.#port.postMessage(message);
    this.#toldTaken = this.#taken;
  }

  #toldTaken = 0;
}
