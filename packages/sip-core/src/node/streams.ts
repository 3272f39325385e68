import type { Server, Socket } from 'node:net';
import type { SipTransportListener } from '../transport/sip-transport.ts';
import type { Flow } from '../user-agent/door.ts';
import { plainAddress } from './datagrams.ts';

const CONNECT_TIMEOUT_MS = 8000;
const MAX_CONNECTIONS = 64;
const MAX_CONNECTIONS_PER_ADDRESS = 8;
const MAX_UNSENT_BYTES = 1 << 20;

/** What makes a kind of streams: TCP, or TLS over it. */
export interface StreamKind {
  readonly transport: 'tcp' | 'tls';
  /** Who takes connections, which listens already; undefined = we only open them. */
  readonly server: Server | undefined;
  /** The server's event that brings a connection on which messages may come. */
  readonly accepted: 'connection' | 'secureConnection';
  readonly local: { readonly host: string; readonly port: number };
  /** Begin a connection. */
  connect(flow: Flow): Socket;
  /** The socket's event after which messages may go. */
  readonly ready: 'connect' | 'secureConnect';
  /** Why a connection failed: the system's code, or a sentence for people where there is something to mend. */
  explain(error: NodeJS.ErrnoException, flow: Flow): string;
}

interface Connection {
  readonly socket: Socket;
  readonly flow: Flow;
  /** What waits for the connection to be ready; undefined = it is. */
  waiting: Uint8Array[] | undefined;
}

/** Stream sockets of one kind: connections numbered by `count` and reused by remote address. */
export class Streams {
  readonly local: StreamKind['local'];
  readonly #kind: StreamKind;
  readonly #count: () => number;
  readonly #connections = new Map<number, Connection>();
  #listener: SipTransportListener | undefined;

  constructor(kind: StreamKind, count: () => number) {
    this.#kind = kind;
    this.#count = count;
    this.local = kind.local;
    kind.server?.on(kind.accepted, (socket: Socket) => {
      const host = plainAddress(socket.remoteAddress ?? '');
      let held = 0;
      for (const { flow } of this.#connections.values()) if (flow.host === host) held++;
      if (host === '' || held >= MAX_CONNECTIONS_PER_ADDRESS || this.#connections.size >= MAX_CONNECTIONS) {
        socket.destroy();
        return;
      }
      this.#adopt(socket, host, socket.remotePort ?? 0, true);
    });
  }

  listen(listener: SipTransportListener): void {
    this.#listener = listener;
  }

  send(flow: Flow, bytes: Uint8Array): void {
    const known = flow.connection === undefined ? this.#find(flow) : this.#connections.get(flow.connection);
    // An answer whose connection has gone opens a new one to the same place (RFC 3261 §18.2.2).
    const { socket, flow: own, waiting } = known ?? this.#open(flow);
    const unsent = socket.writableLength + (waiting ?? []).reduce((sum, each) => sum + each.length, 0);
    if (unsent > MAX_UNSENT_BYTES) {
      queueMicrotask(() => this.#listener?.failed(own, 'EBACKLOG'));
      socket.destroy();
    } else if (waiting === undefined) socket.write(bytes);
    else waiting.push(bytes);
  }

  end(flow: Flow): void {
    if (flow.connection !== undefined) this.#connections.get(flow.connection)?.socket.destroy();
  }

  close(): void {
    this.#listener = undefined;
    for (const { socket } of this.#connections.values()) socket.destroy();
    this.#kind.server?.close();
  }

  #find(flow: Flow): Connection | undefined {
    for (const held of this.#connections.values()) {
      if (held.flow.host === flow.host && held.flow.port === flow.port && !held.socket.destroyed) return held;
    }
    return undefined;
  }

  #open(flow: Flow): Connection {
    const socket = this.#kind.connect(flow);
    const held = this.#adopt(socket, flow.host, flow.port, false);
    const timer = setTimeout(() => socket.destroy(new Error('ETIMEDOUT')), CONNECT_TIMEOUT_MS);
    timer.unref();
    socket.once('close', () => clearTimeout(timer));
    socket.once(this.#kind.ready, () => {
      clearTimeout(timer);
      if (socket.destroyed) return;
      const { waiting = [] } = held;
      held.waiting = undefined;
      for (const bytes of waiting) socket.write(bytes);
    });
    return held;
  }

  #adopt(socket: Socket, host: string, port: number, ready: boolean): Connection {
    const connection = this.#count();
    const flow: Flow = { transport: this.#kind.transport, host, port, connection };
    const held: Connection = { socket, flow, waiting: ready ? undefined : [] };
    this.#connections.set(connection, held);
    socket.on('data', (bytes: Buffer) => {
      // Nothing that came before the other side was known to be the right one counts.
      if (held.waiting === undefined) this.#listener?.received(flow, bytes);
    });
    socket.on('error', (error) => this.#listener?.failed(flow, this.#kind.explain(error, flow)));
    socket.on('close', () => {
      this.#connections.delete(connection);
      this.#listener?.closed(flow);
    });
    return held;
  }
}

/** Connections leave from where we are bound: the other side finds us again by that address. A wildcard leaves it to the system. */
export function from(host: string): { readonly localAddress?: string } {
  return host === '0.0.0.0' || host === '::' ? {} : { localAddress: host };
}

/** Listen on a server; port 0 lets the system choose. Rejects with the system's error. */
export function listening<S extends Server>(server: S, host: string, port: number): Promise<StreamKind['local']> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      server.on('error', () => undefined);
      const address = server.address();
      if (address === null || typeof address === 'string')
        throw new Error(`no address of a server: ${String(address)}`);
      resolve({ host: address.address, port: address.port });
    });
  });
}
