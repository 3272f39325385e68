import type { CallId } from '@switchhook/sip-core';

/** Where a softphone's frames go and come from: rtp-media's `FramesLink`, or something else in tests. */
export interface FrameEnds {
  /** False: not taken, `onDrain` will tell. */
  write(frame: Int16Array): boolean;
  onFrame: (frame: Int16Array) => void;
  onDrain: () => void;
}

/** Heard frames that nobody has taken yet, 1 s; older ones are dropped. */
const HEARD_LIMIT = 50;

interface Listener {
  readonly heard: Int16Array[];
  wake: (() => void) | undefined;
}

/** The one microphone and earpiece of a softphone, lent to whichever call is connected. */
export class SoftphoneAudio {
  readonly #ends: FrameEnds;
  readonly #listeners = new Map<CallId, Set<Listener>>();
  readonly #over = new Set<CallId>();
  #waiting: (() => void)[] = [];
  #connected: readonly CallId[] = [];

  constructor(ends: FrameEnds) {
    this.#ends = ends;
    ends.onFrame = (frame) => this.#heard(frame);
    ends.onDrain = () => this.#wakeWriters();
  }

  /** The call that has the ear now, or those of a conference: each of their readers hears all, all hear each writer. */
  connect(calls: readonly CallId[]): void {
    this.#connected = calls;
    this.#wakeWriters();
  }

  /** The call has ended: its readers finish, its writers are refused. */
  end(call: CallId): void {
    this.#over.add(call);
    for (const listener of this.#listeners.get(call) ?? []) listener.wake?.();
    this.#wakeWriters();
  }

  /** Speak one frame into `call`: resolves when it was taken, waits while another call has the microphone. */
  async write(call: CallId, frame: Int16Array): Promise<void> {
    for (;;) {
      if (this.#over.has(call)) throw new Error(`call ${call} has ended`);
      if (this.#connected.includes(call) && this.#ends.write(frame)) return;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** What `call` says, frame by frame, until it ends. */
  async *frames(call: CallId): AsyncGenerator<Int16Array, void, void> {
    const listener: Listener = { heard: [], wake: undefined };
    const listeners = this.#listeners.get(call) ?? new Set();
    this.#listeners.set(call, listeners.add(listener));
    try {
      for (;;) {
        const frame = listener.heard.shift();
        if (frame !== undefined) yield frame;
        else if (this.#over.has(call)) return;
        else {
          await new Promise<void>((resolve) => {
            listener.wake = resolve;
          });
        }
      }
    } finally {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(call);
    }
  }

  #heard(frame: Int16Array): void {
    for (const call of this.#connected) {
      for (const listener of this.#listeners.get(call) ?? []) {
        listener.heard.push(frame);
        if (listener.heard.length > HEARD_LIMIT) listener.heard.shift();
        listener.wake?.();
      }
    }
  }

  #wakeWriters(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}
