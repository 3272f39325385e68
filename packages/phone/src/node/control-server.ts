import { chmodSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import type { AlarmClock } from '@switchhook/sans-io';
import { opinionScore } from '../control/opinion-score.ts';
import { LINE_LIMIT_BYTES } from '../control/protocol.ts';
import { ControlSession, type SessionIn } from '../control/session.ts';
import { explainTransfer } from '../explain/explain-transfer.ts';
import { clockSynchronised } from './clock-synchronised.ts';
import { Health } from './health.ts';
import { LineReader } from './line-reader.ts';
import type { Runtime } from './runtime.ts';

/** A client that does not read is cut off once so much waits for it. */
const QUEUE_LIMIT_BYTES = 1_048_576;
const CLIENT_LIMIT = 64;
/** The longest name that a unix socket may have: `sun_path` of Linux without its closing zero. */
const PATH_LIMIT_BYTES = 107;
const PROBE_MS = 500;

export interface ControlServerOptions {
  readonly runtime: Runtime;
  readonly clock: AlarmClock;
  readonly path: string;
  /** How the phone calls itself in `hello`. */
  readonly phone: string;
  readonly version: string;
  /** Ms since 1970. */
  readonly wall: () => number;
}

/** The control socket of one phone: whoever may open the file (mode 0660) may use the phone. */
export class ControlServer {
  readonly path: string;
  readonly #options: ControlServerOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #health: Health;
  #count = 0;

  private constructor(options: ControlServerOptions) {
    this.path = options.path;
    this.#options = options;
    this.#health = new Health(options.runtime, options.clock, options.version);
    this.#server = createServer((socket) => this.#welcome(socket));
  }

  /**
   * Listen at `path`, making its folder. A file left behind by a phone that has gone is removed; a live phone is left
   * alone and the error says so.
   */
  static async open(options: ControlServerOptions): Promise<ControlServer> {
    const { path } = options;
    if (Buffer.byteLength(path) > PATH_LIMIT_BYTES)
      throw cannotMake(path, `it is longer than ${PATH_LIMIT_BYTES} bytes`);
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
    } catch (error) {
      throw cannotMake(path, (error as NodeJS.ErrnoException).code);
    }
    if (isSocket(path)) {
      if (await answers(path))
        throw new Error(`another phone runs here: ${path} is in use (set control.socket to another path)`);
      rmSync(path);
    }
    const server = new ControlServer(options);
    await server.#listen();
    return server;
  }

  /** How many clients are connected. */
  get clients(): number {
    return this.#sockets.size;
  }

  /** Say goodbye to all and remove the file. */
  close(): Promise<void> {
    this.#health.close();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      for (const socket of this.#sockets) socket.destroy();
    });
  }

  #listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      const refused = (error: NodeJS.ErrnoException): void => reject(cannotMake(this.path, error.code));
      this.#server.once('error', refused);
      // The mode must hold from the first moment on: no client may slip in between listen and chmod.
      const mask = process.umask(0o117);
      this.#server.listen(this.path, () => {
        this.#server.off('error', refused);
        this.#server.on('error', () => {});
        chmodSync(this.path, 0o660);
        resolve();
      });
      process.umask(mask);
    });
  }

  #welcome(socket: Socket): void {
    if (this.#sockets.size >= CLIENT_LIMIT) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    const client = `client-${++this.#count}`;
    const { runtime, clock, phone, version, wall } = this.#options;
    const session = new ControlSession({
      client,
      phone,
      version,
      wall: (now) => wall() - clock.now() + now,
      synchronised: () => clockSynchronised(wall()),
      diagnose: () => this.#health.diagnose(),
      explain: (transferId, whole) => explainTransfer(runtime.state, transferId, whole),
    });
    const feed = (input: SessionIn): void => {
      for (const out of session.receive(input, clock.now())) {
        if (out.type === 'send') write(socket, out.line);
        else {
          const { ticket, intent, role } = out;
          runtime.submit(intent, { door: 'control', client, role }, (outcome) =>
            feed({ type: 'settled', ticket, outcome }),
          );
          feed({ type: 'submitted', ticket });
        }
      }
    };
    const unsubscribe = runtime.subscribe({
      snapshot: (snapshot) => feed({ type: 'state', snapshot }),
      notice: (notice) => feed({ type: 'notice', notice }),
      quality: (callId, quality) => {
        const { sentPackets, receivedPackets, lostPackets, jitterMs } = quality;
        const roundTripMs = quality.roundTripMs === undefined ? null : Math.round(quality.roundTripMs);
        const notice = { callId, sentPackets, receivedPackets, lostPackets, jitterMs, roundTripMs };
        feed({ type: 'media', notice: { ...notice, mos: opinionScore(quality) ?? null } });
      },
    });
    const reader = new LineReader(LINE_LIMIT_BYTES);
    socket.on('data', (chunk) => {
      const read = reader.feed(chunk as Buffer);
      if (!read.ok) {
        socket.destroy();
        return;
      }
      for (const text of read.lines) feed({ type: 'line', text });
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      unsubscribe();
      this.#sockets.delete(socket);
    });
    feed({ type: 'opened' });
    feed({ type: 'state', snapshot: runtime.snapshot() });
  }
}

function cannotMake(path: string, why: string | undefined): Error {
  const cause = why === 'EADDRINUSE' ? 'something else is there' : (why ?? 'unknown error');
  return new Error(
    `the control socket ${path} cannot be made (${cause}): set control.socket to a path that this user may write`,
  );
}

function write(socket: Socket, line: string): void {
  if (socket.destroyed) return;
  socket.write(`${line}\n`);
  if (socket.writableLength > QUEUE_LIMIT_BYTES) socket.destroy();
}

function isSocket(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isSocket() === true;
}

/** Whether somebody listens at `path`. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    const over = (live: boolean): void => {
      socket.destroy();
      resolve(live);
    };
    socket.setTimeout(PROBE_MS, () => over(true));
    socket.once('connect', () => over(true));
    socket.once('error', () => over(false));
  });
}
