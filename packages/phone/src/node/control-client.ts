import { createConnection, type Socket } from 'node:net';
import {
  type Acknowledgement,
  type CommandLine,
  type Hello,
  LINE_LIMIT_BYTES,
  type Publication,
} from '../control/protocol.ts';
import { LineReader } from './line-reader.ts';

/** What a command may carry besides its arguments. */
export interface RequestOptions {
  /** Our name for the command; a fresh number by default. */
  readonly id?: string;
  readonly ifSeq?: number;
  /** ISO 8601 UTC. */
  readonly expiresAt?: string;
  readonly role?: string;
  /** Told when the phone has taken the command and its outcome is still to come. */
  readonly onAccepted?: (answer: Acknowledgement & { readonly phase: 'accepted' }) => void;
}

/** A final answer: never `accepted`. */
export type FinalAnswer = Acknowledgement & { readonly phase: 'done' | 'failed' };

/** One connection to a phone's control socket. */
export interface ControlClient {
  readonly hello: Hello;
  /** Send a command; resolves with its final answer, rejects when the connection is lost first. */
  request(cmd: string, args?: Readonly<Record<string, unknown>>, options?: RequestOptions): Promise<FinalAnswer>;
  /** Be told of every publication after `hello` (subscribe to topics by `request('subscribe', …)`). */
  onPublication: (publication: Publication) => void;
  /** Told once, when the connection has ended by whomever. */
  onClose: (why: Error | undefined) => void;
  close(): void;
}

interface Waiting {
  readonly resolve: (answer: FinalAnswer) => void;
  readonly reject: (why: Error) => void;
  readonly onAccepted: RequestOptions['onAccepted'];
}

/** Connect to the phone whose socket lies at `path`. Rejects in words for a person when no phone answers there. */
export function connectControl(path: string, options: { readonly timeoutMs?: number } = {}): Promise<ControlClient> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    const timeoutMs = options.timeoutMs ?? 3000;
    socket.setTimeout(timeoutMs, () => fail(new Error(`the phone at ${path} says nothing`)));
    const fail = (why: Error) => {
      socket.destroy();
      reject(why);
    };
    const connection = new Connection(socket, (hello) => {
      socket.setTimeout(0);
      socket.off('error', refused);
      resolve(Object.assign(connection, { hello }));
    });
    const refused = (error: NodeJS.ErrnoException): void => fail(new Error(describeConnect(path, error.code)));
    socket.once('error', refused);
    socket.once('close', () => reject(new Error(`the phone at ${path} closed the connection`)));
  });
}

class Connection implements Omit<ControlClient, 'hello'> {
  onPublication: (publication: Publication) => void = () => {};
  onClose: (why: Error | undefined) => void = () => {};
  readonly #socket: Socket;
  readonly #onHello: (hello: Hello) => void;
  readonly #waiting = new Map<string, Waiting>();
  #count = 0;
  #closed = false;

  constructor(socket: Socket, onHello: (hello: Hello) => void) {
    this.#socket = socket;
    this.#onHello = onHello;
    const reader = new LineReader(LINE_LIMIT_BYTES * 4);
    let last: Error | undefined;
    socket.on('data', (chunk) => {
      const feed = reader.feed(chunk as Buffer);
      if (!feed.ok) return void socket.destroy(new Error('the phone sent a line that is too long'));
      for (const line of feed.lines) this.#take(line);
    });
    socket.on('error', (error) => {
      last = error;
    });
    socket.once('close', () => this.#end(last));
  }

  request(
    cmd: string,
    args: Readonly<Record<string, unknown>> = {},
    options: RequestOptions = {},
  ): Promise<FinalAnswer> {
    const { onAccepted, id = `q${++this.#count}`, ...rest } = options;
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(new Error('the connection to the phone is closed'));
      const line: CommandLine = { v: 1, id, cmd, args, ...rest };
      this.#waiting.set(id, { resolve, reject, onAccepted });
      this.#socket.write(`${JSON.stringify(line)}\n`);
    });
  }

  close() {
    this.#socket.end();
  }

  #take(line: string) {
    const value = readObject(line);
    if (value === undefined) return;
    if (value['type'] === 'hello') return this.#onHello(value as unknown as Hello);
    if (typeof value['type'] === 'string') return this.onPublication(value as unknown as Publication);
    const answer = value as unknown as Acknowledgement;
    const waiting = this.#waiting.get(answer.id);
    if (waiting === undefined) return;
    if (answer.phase === 'accepted') return waiting.onAccepted?.(answer);
    this.#waiting.delete(answer.id);
    waiting.resolve(answer);
  }

  #end(why: Error | undefined): void {
    this.#closed = true;
    const error = why ?? new Error('the phone closed the connection');
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
    this.onClose(why);
  }
}

function readObject(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function describeConnect(path: string, code: string | undefined): string {
  switch (code) {
    case 'ENOENT':
      return `no phone runs here: ${path} does not exist (start one with: switchhook phone)`;
    case 'ECONNREFUSED':
      return `no phone answers at ${path}: it was left behind by one that has gone`;
    case 'EACCES':
    case 'EPERM':
      return `no permission to use ${path}: add yourself to the group of the socket`;
    default:
      return `cannot connect to ${path}: ${code ?? 'unknown error'}`;
  }
}
