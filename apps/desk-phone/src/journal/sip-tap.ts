import { type Flow, type SipTransport, StreamFramer, type TransportName } from '@switchhook/sip-core';

/** One SIP message as it passed the sockets. */
export interface PassingMessage {
  /** We sent it. */
  readonly out: boolean;
  readonly transport: TransportName;
  /** The far end, `host:port`. */
  readonly remote: string;
  /** Not to be kept without a copy. */
  readonly bytes: Uint8Array;
}

/** Who looks at what passes. A throw of it is our own mistake: it costs the journal, never the call. */
export interface SipWatcher {
  message(message: PassingMessage): void;
  broken(bug: unknown): void;
}

/** `host:port`, an IPv6 address in brackets. */
export function addressOf({ host, port }: { readonly host: string; readonly port: number }): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The same transport, with somebody who sees every message that it carries; streams are cut into messages first. */
export function tapped(transport: SipTransport, watcher: SipWatcher): SipTransport {
  const framers = new Map<number, StreamFramer>();
  let broken = false;
  const pass = (out: boolean, flow: Flow, bytes: Uint8Array): void => {
    watcher.message({ out, transport: flow.transport, remote: addressOf(flow), bytes });
  };
  const guarded = (look: () => void): void => {
    if (broken) return;
    try {
      look();
    } catch (bug) {
      broken = true;
      framers.clear();
      watcher.broken(bug);
    }
  };
  const arrived = (flow: Flow, bytes: Uint8Array): void => {
    if (flow.connection === undefined) {
      pass(false, flow, bytes);
      return;
    }
    const framer = framers.get(flow.connection) ?? new StreamFramer();
    framers.set(flow.connection, framer);
    for (const item of framer.push(bytes)) if (item.type === 'message') pass(false, flow, item.bytes);
  };
  return {
    get local() {
      return transport.local;
    },
    listen: (listener) =>
      transport.listen({
        received: (flow, bytes) => {
          guarded(() => arrived(flow, bytes));
          listener.received(flow, bytes);
        },
        closed: (flow) => {
          if (flow.connection !== undefined) framers.delete(flow.connection);
          listener.closed(flow);
        },
        failed: (flow, why) => listener.failed(flow, why),
      }),
    send: (flow, bytes) => {
      guarded(() => pass(true, flow, bytes));
      transport.send(flow, bytes);
    },
    end: (flow) => {
      if (flow.connection !== undefined) framers.delete(flow.connection);
      transport.end(flow);
    },
    close: () => {
      framers.clear();
      transport.close();
    },
  };
}
