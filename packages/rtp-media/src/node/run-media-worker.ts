import { randomBytes } from 'node:crypto';
import { receiveMessageOnPort } from 'node:worker_threads';
import { MediaEngine } from '../engine/engine.ts';
import type { Sound } from '../engine/sound.ts';
import { nodeBlockCipher } from './block-cipher.ts';
import type { MediaIo } from './media-io.ts';
import { MediaLoop } from './media-loop.ts';
import { PortPool } from './port-pool.ts';
import { RtcpReporter } from './rtcp.ts';
import { type FromMediaWorker, mediaWorkerData, mediaWorkerPort, type ToMediaWorker } from './worker.ts';

/**
 * The media worker's life: to be called once by a worker's entry file, which alone knows which sound there is. Returns
 * when the main thread says stop; closes `sound` and `io` then. An entry file is three lines:
 *
 *     const data = mediaWorkerData<MySoundChoice>();
 *     await runMediaWorker(openMediaIo(data), openMySound(data.sound));
 */
export async function runMediaWorker(io: MediaIo, sound: Sound): Promise<void> {
  const data = mediaWorkerData<unknown>();
  const port = mediaWorkerPort();
  const post = (message: FromMediaWorker): void => port.postMessage(message);
  const tell = (event: Extract<FromMediaWorker, { type: 'event' }>['event']): void => post({ type: 'event', event });

  // Descriptors made by native calls outlive a thread that breaks down; their ports would stay taken.
  process.once('exit', () => io.close());
  if (io.wakeFd !== undefined) post({ type: 'wake-fd', fd: io.wakeFd });
  const pool = new PortPool(io, data.ports, randomBytes(4).readUInt32BE(), (spare) =>
    tell({ type: 'spare', port: spare }),
  );
  await pool.fill();
  if (pool.size === 0) {
    const { from, to } = data.ports;
    tell({ type: 'fault', where: 'socket', message: `no free port pair at ${data.host} in ${from}-${to}` });
  }
  const reporter = new RtcpReporter(
    data.cname ?? `switchhook@${data.host}`,
    () => randomBytes(4).readUInt32BE() / 2 ** 32,
    performance.timeOrigin,
  );
  const loop = new MediaLoop({
    io,
    sound,
    pool,
    reporter,
    tell,
    engine: (out) =>
      new MediaEngine({
        random: { bytes: (count) => randomBytes(count) },
        out,
        cipher: nodeBlockCipher,
        ...(data.country === undefined ? {} : { country: data.country }),
      }),
  });
  tell({ type: 'ready', clock: loop.clock, loop: io.loop, note: io.note });

  // Loading takes up to 0.1 s of this thread: after start-up, which it must not delay, and before anybody can be in a call.
  let loading = true;
  void reporter
    .load()
    .catch((error: unknown) => tell({ type: 'fault', where: 'worker', message: `no RTCP: ${String(error)}` }))
    .finally(() => {
      loading = false;
    });
  const inbox = new Inbox(io);
  for (let message = inbox.next(); message?.type !== 'stop'; message = inbox.next()) {
    if (message !== undefined) for (const command of message.commands) loop.perform(command);
    else {
      await loop.turn();
      // An import takes many turns of Node's own loop, which the poll loop otherwise seldom gives.
      if (loading) await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }
  loop.close();
  sound.close();
  io.close();
  port.close();
}

/** Commands in order. A thread that sits in `ppoll` fetches them itself; one on Node's loop is handed them. */
class Inbox {
  readonly #handed: ToMediaWorker[] = [];
  readonly #fetches: boolean;

  constructor(io: MediaIo) {
    this.#fetches = io.loop === 'poll';
    if (this.#fetches) return;
    mediaWorkerPort().on('message', (message: ToMediaWorker) => {
      this.#handed.push(message);
      io.wake();
    });
  }

  next(): ToMediaWorker | undefined {
    if (!this.#fetches) return this.#handed.shift();
    return receiveMessageOnPort(mediaWorkerPort())?.message as ToMediaWorker | undefined;
  }
}
