import { createSocket, type Socket, type SocketOptions } from 'node:dgram';
import { lookup as lookupName } from 'node:dns';
import { isIP, isIPv6 } from 'node:net';
import type { SipTransportListener } from '../transport/sip-transport.ts';
import type { Flow } from '../user-agent/door.ts';

const RECEIVE_BUFFER_BYTES = 1 << 20;

/** An address, which is what nearly every flow has, is its own answer and sent to at once; a name is looked up. */
const lookup: SocketOptions['lookup'] = (host, options, found) => {
  const family = isIP(host);
  if (family === 0) lookupName(host, options, found);
  else found(null, host, family);
};

/** The UDP socket: signalling in and out over one port, as RFC 3581 needs. */
export class Datagrams {
  readonly local: { readonly host: string; readonly port: number };
  readonly #socket: Socket;
  #listener: SipTransportListener | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    const { address, port } = socket.address();
    this.local = { host: address, port };
    socket.on('message', (bytes, from) => {
      this.#listener?.received({ transport: 'udp', host: plainAddress(from.address), port: from.port }, bytes);
    });
    socket.on('error', () => undefined);
  }

  /** Bind; port 0 lets the system choose. Rejects with the system's error (EADDRINUSE, EACCES). */
  static bind(host: string, port: number): Promise<Datagrams> {
    return new Promise((resolve, reject) => {
      const type = isIPv6(host) ? 'udp6' : 'udp4';
      const socket = createSocket({ type, recvBufferSize: RECEIVE_BUFFER_BYTES, lookup });
      socket.once('error', reject);
      socket.bind(port, host, () => {
        socket.off('error', reject);
        resolve(new Datagrams(socket));
      });
    });
  }

  listen(listener: SipTransportListener): void {
    this.#listener = listener;
  }

  send(flow: Flow, bytes: Uint8Array): void {
    this.#socket.send(bytes, flow.port, flow.host, (error) => {
      if (error !== null) this.#listener?.failed(flow, (error as NodeJS.ErrnoException).code ?? error.message);
    });
  }

  close(): void {
    this.#listener = undefined;
    this.#socket.close();
  }
}

/** An IPv4 address that a dual-stack socket shows as `::ffff:192.0.2.1`, plain. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address;
}
