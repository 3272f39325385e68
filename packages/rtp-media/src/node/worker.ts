import { isMainThread, type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { MediaCommand, MediaEvent } from '../engine/door.ts';
import type { CountryName } from '../tone/countries.ts';
import { openDgramIo } from './dgram-io.ts';
import type { MediaIo } from './media-io.ts';
import { openPollIo } from './poll-io.ts';
import type { PortRange } from './port-pool.ts';

/** What a media worker is born with. `S` is how its entry file is told which sound to open. */
export interface MediaWorkerData<S> {
  /** Numeric local address that RTP binds to. */
  readonly host: string;
  readonly ports: PortRange;
  readonly sound: S;
  /** `poll` where it works, else `dgram`; default that choice, `dgram` to force the second. */
  readonly loop?: 'poll' | 'dgram';
  /** SCHED_FIFO for the loop's thread where the system allows it; default true. */
  readonly realtime?: boolean;
  /** Whose supervisory tones. */
  readonly country?: CountryName;
  /** RFC 3550 §6.5.1 CNAME in our reports; default `switchhook@<host>`. */
  readonly cname?: string;
}

/** Main thread to worker. */
export type ToMediaWorker =
  | { readonly type: 'commands'; readonly commands: readonly MediaCommand[] }
  | { readonly type: 'stop' };

/** Worker to main thread. `wake-fd` comes first and only from the poll loop. */
export type FromMediaWorker =
  | { readonly type: 'wake-fd'; readonly fd: number }
  | { readonly type: 'event'; readonly event: MediaEvent };

/** What the entry file of a media worker was started with; throws when this is no worker. */
export function mediaWorkerData<S>(): MediaWorkerData<S> {
  if (isMainThread) throw new Error('a media worker entry file was loaded in the main thread');
  return workerData as MediaWorkerData<S>;
}

/** The line to the main thread; throws when this is no worker. */
export function mediaWorkerPort(): MessagePort {
  if (parentPort === null) throw new Error('a media worker entry file was loaded in the main thread');
  return parentPort;
}

/** The best loop that this machine has, as the worker's data ask for it. */
export function openMediaIo(data: MediaWorkerData<unknown>): MediaIo {
  if (data.loop === 'dgram') return openDgramIo(data.host, 'node:dgram, as asked');
  const io = openPollIo({ host: data.host, realtime: data.realtime ?? true });
  return typeof io === 'string' ? openDgramIo(data.host, `node:dgram (${io})`) : io;
}
