import { connect, createServer, type Server, type Socket } from 'node:net';
import type { SipTransportListener } from '../transport/sip-transport.ts';
import type { Flow } from '../user-agent/door.ts';
import { plainAddress } from './datagrams.ts';

const CONNECT_TIMEOUT_MS = 8000;
const MAX_CONNECTIONS = 64;
const MAX_CONNECTIONS_PER_ADDRESS = 8;
const MAX_UNSENT_BYTES = 1 << 20;

/** The TCP sockets: one listening port, connections numbered from 1 and reused by remote address. */
export class Streams {
  readonly local: { readonly host: string; readonly port: number };
  readonly #server: Server;
  readonly #connections = new Map<number, { readonly socket: Socket; readonly flow: Flow }>();
  #listener: SipTransportListener | undefined;
  #count = 0;

  private constructor(server: Server) {
    this.#server = server;
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error(`no TCP address: ${String(address)}`);
    this.local = { host: address.address, port: address.port };
    server.on('connection', (socket) => {
      const host = plainAddress(socket.remoteAddress ?? '');
      let held = 0;
      for (const { flow } of this.#connections.values()) if (flow.host === host) held++;
      if (host === '' || held >= MAX_CONNECTIONS_PER_ADDRESS || this.#connections.size >= MAX_CONNECTIONS) {
        socket.destroy();
        return;
      }
      this.#adopt(socket, host, socket.remotePort ?? 0);
    });
  }

  /** Listen; port 0 lets the system choose. Rejects with the system's error. */
  static bind(host: string, port: number): Promise<Streams> {
    return new Promise((resolve, reject) => {
      const server = createServer({ noDelay: true, keepAlive: true });
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        server.on('error', () => undefined);
        resolve(new Streams(server));
      });
    });
  }

  listen(listener: SipTransportListener): void {
    this.#listener = listener;
  }

  send(flow: Flow, bytes: Uint8Array): void {
    const known = flow.connection === undefined ? this.#find(flow) : this.#connections.get(flow.connection);
    // An answer whose connection has gone opens a new one to the same place (RFC 3261 §18.2.2).
    const { socket, flow: own } = known ?? this.#open(flow);
    if (socket.writableLength > MAX_UNSENT_BYTES) {
      queueMicrotask(() => this.#listener?.failed(own, 'EBACKLOG'));
      socket.destroy();
      return;
    }
    socket.write(bytes);
  }

  end(flow: Flow): void {
    if (flow.connection !== undefined) this.#connections.get(flow.connection)?.socket.destroy();
  }

  close(): void {
    this.#listener = undefined;
    for (const { socket } of this.#connections.values()) socket.destroy();
    this.#server.close();
  }

  #find(flow: Flow): { readonly socket: Socket; readonly flow: Flow } | undefined {
    for (const held of this.#connections.values()) {
      if (held.flow.host === flow.host && held.flow.port === flow.port && !held.socket.destroyed) return held;
    }
    return undefined;
  }

  #open(flow: Flow): { readonly socket: Socket; readonly flow: Flow } {
    const socket = connect({ host: flow.host, port: flow.port, noDelay: true, keepAlive: true });
    const timer = setTimeout(() => socket.destroy(new Error('ETIMEDOUT')), CONNECT_TIMEOUT_MS);
    timer.unref();
    socket.once('connect', () => clearTimeout(timer));
    socket.once('close', () => clearTimeout(timer));
    return this.#adopt(socket, flow.host, flow.port);
  }

  #adopt(socket: Socket, host: string, port: number): { readonly socket: Socket; readonly flow: Flow } {
    const connection = ++this.#count;
    const flow: Flow = { transport: 'tcp', host, port, connection };
    const held = { socket, flow };
    this.#connections.set(connection, held);
    socket.on('data', (bytes: Buffer) => this.#listener?.received(flow, bytes));
    socket.on('error', (error: NodeJS.ErrnoException) => this.#listener?.failed(flow, error.code ?? error.message));
    socket.on('close', () => {
      this.#connections.delete(connection);
      this.#listener?.closed(flow);
    });
    return held;
  }
}
