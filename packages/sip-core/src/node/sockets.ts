import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { SipTransport, SipTransportListener } from '../transport/sip-transport.ts';
import type { Flow, TransportName } from '../user-agent/door.ts';
import { Datagrams } from './datagrams.ts';
import { Streams } from './streams.ts';
import { tcpKind } from './tcp.ts';
import { type TlsSettings, tlsKind } from './tls.ts';

/** Where to bind; an absent transport is not opened. Port 0 = any. */
export interface SocketAddresses {
  readonly udp?: { readonly host: string; readonly port: number };
  readonly tcp?: { readonly host: string; readonly port: number };
  /** Without a certificate of ours nothing listens, and messages come over the connections that we open. */
  readonly tls?: { readonly host: string; readonly port: number } & TlsSettings;
}

/** Real UDP, TCP and TLS sockets as a `SipTransport`. */
export class Sockets implements SipTransport {
  readonly local: Partial<Record<TransportName, { readonly host: string; readonly port: number }>>;
  readonly #udp: Datagrams | undefined;
  readonly #streams: Partial<Record<TransportName, Streams>>;
  #listener: SipTransportListener | undefined;

  private constructor(udp: Datagrams | undefined, streams: Partial<Record<TransportName, Streams>>) {
    this.#udp = udp;
    this.#streams = streams;
    const { tcp, tls } = streams;
    this.local = { ...(udp && { udp: udp.local }), ...(tcp && { tcp: tcp.local }), ...(tls && { tls: tls.local }) };
  }

  /** Bind all, or reject with the first error and leave nothing open. */
  static async open({ udp, tcp, tls }: SocketAddresses): Promise<Sockets> {
    const datagrams = udp && (await Datagrams.bind(udp.host, udp.port));
    const streams: Partial<Record<TransportName, Streams>> = {};
    let connections = 0;
    const count = () => ++connections;
    try {
      if (tcp !== undefined) streams.tcp = new Streams(await tcpKind(tcp.host, tcp.port), count);
      if (tls !== undefined) streams.tls = new Streams(await tlsKind(tls.host, tls.port, tls), count);
      return new Sockets(datagrams, streams);
    } catch (error) {
      datagrams?.close();
      for (const each of Object.values(streams)) each.close();
      throw error;
    }
  }

  listen(listener: SipTransportListener): void {
    this.#listener = listener;
    this.#udp?.listen(listener);
    for (const each of Object.values(this.#streams)) each.listen(listener);
  }

  send(flow: Flow, bytes: Uint8Array): void {
    const way = flow.transport === 'udp' ? this.#udp : this.#streams[flow.transport];
    if (way !== undefined) way.send(flow, bytes);
    else queueMicrotask(() => this.#listener?.failed(flow, 'EPROTONOSUPPORT'));
  }

  end(flow: Flow): void {
    this.#streams[flow.transport]?.end(flow);
  }

  close(): void {
    this.#udp?.close();
    for (const each of Object.values(this.#streams)) each.close();
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
