import type { Flow, TransportName } from '../user-agent/door.ts';

/** Who listens to a `SipTransport`. */
export interface SipTransportListener {
  /** One datagram, or a chunk of a stream. */
  received(flow: Flow, bytes: Uint8Array): void;
  /** A stream ended; `flow.connection` names it. */
  closed(flow: Flow): void;
  /** Something given to `send` could not leave. */
  failed(flow: Flow, why: string): void;
}

/**
 * The sockets of one user agent as a port: real ones from `node/`, or an in-process network in the lab. A transport
 * never calls its listener from inside `send`.
 */
export interface SipTransport {
  /** Where the sockets are bound, one a transport. */
  readonly local: Partial<Record<TransportName, { readonly host: string; readonly port: number }>>;
  /** Told of everything that arrives, from now on. */
  listen(listener: SipTransportListener): void;
  /** A stream flow without `connection` opens one to its address, or reuses one. */
  send(flow: Flow, bytes: Uint8Array): void;
  /** End one stream. */
  end(flow: Flow): void;
  /** End everything. */
  close(): void;
}
