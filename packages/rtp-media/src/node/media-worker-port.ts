import { closeSync, writeSync } from 'node:fs';
import type { Transferable, Worker } from 'node:worker_threads';
import type { MediaCommand, MediaEvent, MediaPort } from '../engine/door.ts';
import type { Endpoint, MediaId } from '../session/plan.ts';
import type { SoundChoice } from './sound-choice.ts';
import { startWorker } from './start-worker.ts';
import type { FromMediaWorker, MediaWorkerData, ToMediaWorker } from './worker.ts';

/** How to start a media worker. `S` is what its entry file understands as its sound. */
export interface MediaWorkerOptions<S> extends MediaWorkerData<S> {
  /** The entry file: `soundWorkerUrl()` for device-free sounds; an app names its own. */
  readonly workerUrl: URL;
  /** The host that peers shall send to, where it differs from the one we bind to (`0.0.0.0`). */
  readonly advertise?: string;
  /** Ports inside `sound` that move to the worker. A `frames` choice is found without this. */
  readonly transfer?: readonly Transferable[];
}

/** From TypeScript source on a busy machine a worker takes seconds to start; from a build a fifth of one. */
const START_LIMIT_MS = 15_000;
const STOP_LIMIT_MS = 500;
/** Well below the 20 ms of a packet, and usually long enough for a request to be answered first. */
const WAKE_AFTER_MS = 4;
const WAKE = new Uint8Array(new BigUint64Array([1n]).buffer);

/** The entry file for device-free sounds, beside this file (beside the bundle, when this was bundled). */
export function soundWorkerUrl(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? './sound-worker.ts' : './sound-worker.js', import.meta.url);
}

/**
 * Start a media worker. Resolves once it ticks and has endpoints to give; rejects, in one line, when it cannot start.
 * Events that come before `onEvent` is set are kept for it.
 */
export async function startMediaWorker<S = SoundChoice>(options: MediaWorkerOptions<S>): Promise<MediaPort> {
  const { workerUrl, advertise, transfer, ...data } = options;
  const worker = startWorker(workerUrl, {
    name: 'media',
    workerData: data satisfies MediaWorkerData<S>,
    transferList: [...(transfer ?? []), ...framesPort(data.sound)],
  });
  const port = new MediaWorkerPort(worker, advertise ?? data.host);
  try {
    await port.started();
  } catch (error) {
    await port.close();
    throw error;
  }
  return port;
}

function framesPort(sound: unknown): Transferable[] {
  const choice = sound as Partial<SoundChoice> | undefined;
  return choice?.type === 'frames' && choice.port !== undefined ? [choice.port] : [];
}

/** The main thread's end of a media worker. */
class MediaWorkerPort implements MediaPort {
  readonly #worker: Worker;
  readonly #host: string;
  readonly #spares: number[] = [];
  readonly #early: MediaEvent[] = [];
  /** Commands that wait for their common message. */
  #outbox: MediaCommand[] = [];
  readonly #exited: Promise<void>;
  #handler: ((event: MediaEvent) => void) | undefined;
  #wakeFd: number | undefined;
  #state: 'starting' | 'running' | 'closing' | 'dead' = 'starting';
  #settle: { readonly resolve: () => void; readonly reject: (error: Error) => void } | undefined;

  constructor(worker: Worker, host: string) {
    this.#worker = worker;
    this.#host = host;
    worker.on('message', (message: FromMediaWorker) => this.#arrived(message));
    worker.on('error', (error: Error) => this.#died(error.message));
    this.#exited = new Promise((resolve) => {
      worker.once('exit', (code) => {
        this.#died(`the media worker ended with code ${code}`);
        // Only now: while its thread lives, the number must not be given to another file.
        if (this.#wakeFd !== undefined) closeSync(this.#wakeFd);
        this.#wakeFd = undefined;
        resolve();
      });
    });
  }

  get onEvent(): (event: MediaEvent) => void {
    return this.#handler ?? (() => {});
  }

  set onEvent(handler: (event: MediaEvent) => void) {
    this.#handler = handler;
    for (const event of this.#early.splice(0)) handler(event);
  }

  /** Resolves with the first `ready`. */
  started(): Promise<void> {
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error(`no media worker within ${START_LIMIT_MS} ms`)), START_LIMIT_MS);
      const settled = (act: () => void) => {
        clearTimeout(limit);
        this.#settle = undefined;
        act();
      };
      this.#settle = {
        resolve: () => settled(resolve),
        reject: (error) => settled(() => reject(error)),
      };
    });
  }

  open(session: MediaId): Endpoint | undefined {
    const port = this.#state === 'running' ? this.#spares.shift() : undefined;
    if (port === undefined) return undefined;
    this.send({ type: 'open', session, port });
    return { host: this.#host, port };
  }

  send(command: MediaCommand): void {
    if (this.#state !== 'running') return;
    this.#outbox.push(command);
    // Soon, not at once: a woken worker takes the processor from us while answers are still to be sent, and one message
    // and one wake-up do for several commands.
    if (this.#outbox.length === 1) setTimeout(() => this.#flush(), WAKE_AFTER_MS).unref();
  }

  async close(): Promise<void> {
    if (this.#state === 'starting' || this.#state === 'running') {
      this.#flush();
      this.#state = 'closing';
      this.#post({ type: 'stop' });
    }
    const limit = setTimeout(() => void this.#worker.terminate(), STOP_LIMIT_MS);
    await this.#exited;
    clearTimeout(limit);
  }

  #flush(): void {
    const commands = this.#outbox;
    if (commands.length === 0) return;
    this.#outbox = [];
    this.#post({ type: 'commands', commands });
  }

  #post(message: ToMediaWorker): void {
    this.#worker.postMessage(message);
    if (this.#wakeFd !== undefined) writeSync(this.#wakeFd, WAKE);
  }

  #arrived(message: FromMediaWorker): void {
    switch (message.type) {
      case 'wake-fd':
        this.#wakeFd = message.fd;
        return;
      case 'event':
        this.#happened(message.event);
        return;
      default:
        message satisfies never;
        throw new Error(`no such message: ${JSON.stringify(message)}`);
    }
  }

  #happened(event: MediaEvent): void {
    if (event.type === 'spare') this.#spares.push(event.port);
    if (event.type === 'ready' && this.#state === 'starting') {
      this.#state = 'running';
      this.#settle?.resolve();
    }
    if (this.#handler === undefined) this.#early.push(event);
    else this.#handler(event);
  }

  #died(message: string): void {
    const before = this.#state;
    if (before === 'dead') return;
    this.#state = 'dead';
    if (before === 'starting') this.#settle?.reject(new Error(message));
    else if (before === 'running') this.#happened({ type: 'fault', where: 'worker', message });
  }
}
