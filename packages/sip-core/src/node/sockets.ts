import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { SipTransport, SipTransportListener } from '../transport/sip-transport.ts';
import type { Flow, TransportName } from '../user-agent/door.ts';
import { Datagrams } from './datagrams.ts';
import { Streams } from './streams.ts';

/** Where to bind; an absent transport is not opened. Port 0 = any. */
export interface SocketAddresses {
  readonly udp?: { readonly host: string; readonly port: number };
  readonly tcp?: { readonly host: string; readonly port: number };
}

/** Real UDP and TCP sockets as a `SipTransport`. TLS is not there yet: sending to it reports a failure. */
export class Sockets implements SipTransport {
  readonly local: Partial<Record<TransportName, { readonly host: string; readonly port: number }>>;
  readonly #udp: Datagrams | undefined;
  readonly #tcp: Streams | undefined;
  #listener: SipTransportListener | undefined;

  private constructor(udp: Datagrams | undefined, tcp: Streams | undefined) {
    this.#udp = udp;
    this.#tcp = tcp;
    this.local = { ...(udp && { udp: udp.local }), ...(tcp && { tcp: tcp.local }) };
  }

  /** Bind all, or reject with the first error and leave nothing open. */
  static async open(addresses: SocketAddresses): Promise<Sockets> {
    const udp = addresses.udp && (await Datagrams.bind(addresses.udp.host, addresses.udp.port));
    try {
      const tcp = addresses.tcp && (await Streams.bind(addresses.tcp.host, addresses.tcp.port));
      return new Sockets(udp, tcp);
    } catch (error) {
      udp?.close();
      throw error;
    }
  }

  listen(listener: SipTransportListener): void {
    this.#listener = listener;
    this.#udp?.listen(listener);
    this.#tcp?.listen(listener);
  }

  send(flow: Flow, bytes: Uint8Array): void {
    if (flow.transport === 'udp' && this.#udp !== undefined) this.#udp.send(flow, bytes);
    else if (flow.transport === 'tcp' && this.#tcp !== undefined) this.#tcp.send(flow, bytes);
    else queueMicrotask(() => this.#listener?.failed(flow, 'EPROTONOSUPPORT'));
  }

  end(flow: Flow): void {
    if (flow.transport === 'tcp') this.#tcp?.end(flow);
  }

  close(): void {
    this.#udp?.close();
    this.#tcp?.close();
  }
}

/** The address of ours that packets to `host` leave from: what Via and Contact should show when bound to a wildcard. */
export function localAddressTowards(host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.connect(9, host, () => {
      const { address } = socket.address();
      socket.close();
      resolve(address);
    });
  });
}
