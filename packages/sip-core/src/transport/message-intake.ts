import { responseTo } from '../message/build.ts';
import type { SipMessage } from '../message/message.ts';
import { faultStatus, type MessageFault } from '../message/message-fault.ts';
import { parseMessage, salvage } from '../message/parse-message.ts';
import { printMessage } from '../message/print-message.ts';
import { markReceived } from '../message/received.ts';
import { StreamFramer } from '../message/stream-framer.ts';
import { viasOf } from '../message/values.ts';
import { parseFirstVia } from '../message/via.ts';
import { responseFlow } from '../transaction/matching.ts';
import type { Flow } from '../user-agent/door.ts';

/** What octets from the network come to. */
export type IntakeItem =
  | { readonly type: 'message'; readonly message: SipMessage }
  /** Send this back over the same flow: the far end asked whether we live (RFC 5626 §4.4.1). */
  | { readonly type: 'pong'; readonly bytes: Uint8Array }
  /** The far end has answered our own question. */
  | { readonly type: 'lives' }
  | {
      readonly type: 'refused';
      readonly fault: MessageFault | 'two-vias';
      /** The stream cannot be read any further. */
      readonly fatal: boolean;
      /** What may be answered, statelessly, where the source is one that we answer at all. */
      readonly answer?: { readonly flow: Flow; readonly bytes: Uint8Array };
    };

const CRLF = new Uint8Array([13, 10]);

/** Octets to messages: datagrams as they are, streams through one framer a connection. */
export class MessageIntake {
  readonly #framers = new Map<string, StreamFramer>();

  /** Take a datagram or a chunk of a stream. */
  take(flow: Flow, bytes: Uint8Array): IntakeItem[] {
    if (flow.transport === 'udp') return isKeepAlive(bytes) ? [] : [read(flow, bytes)];
    const name = streamName(flow);
    let framer = this.#framers.get(name);
    if (framer === undefined) {
      framer = new StreamFramer();
      this.#framers.set(name, framer);
    }
    const items: IntakeItem[] = [];
    for (const item of framer.push(bytes)) {
      switch (item.type) {
        case 'message':
          items.push(read(flow, item.bytes));
          break;
        case 'ping':
          items.push({ type: 'pong', bytes: CRLF });
          break;
        case 'pong':
          items.push({ type: 'lives' });
          break;
        case 'fault':
          items.push({ type: 'refused', fault: item.fault, fatal: true, ...answerTo(flow, item.bytes, item.fault) });
          break;
        default:
          throw new Error(`no such stream item: ${JSON.stringify(item satisfies never)}`);
      }
    }
    return items;
  }

  /** Octets of a stream that wait for the rest of their message. */
  pending(flow: Flow): number {
    return this.#framers.get(streamName(flow))?.pending ?? 0;
  }

  /** The stream has gone. */
  forget(flow: Flow): void {
    this.#framers.delete(streamName(flow));
  }
}

function read(flow: Flow, bytes: Uint8Array): IntakeItem {
  const source = flow.transport === 'udp' ? 'datagram' : 'stream';
  const message = parseMessage(bytes, source);
  if (!message.ok) {
    return { type: 'refused', fault: message.fault, fatal: false, ...answerTo(flow, bytes, message.fault) };
  }
  // RFC 3261 §8.1.3.3: a response with more than one Via went astray.
  const { value } = message;
  if (value.kind === 'response' && value.headers.count('Via', 1) > 1 && viasOf(value).length > 1) {
    return { type: 'refused', fault: 'two-vias', fatal: false };
  }
  return { type: 'message', message: value };
}

function answerTo(flow: Flow, bytes: Uint8Array, fault: MessageFault): { answer?: { flow: Flow; bytes: Uint8Array } } {
  const request = salvage(bytes);
  // The topmost Via says where to; one that cannot be read gets no answer.
  if (request?.headers.read('Via', parseFirstVia) === undefined) return {};
  const marked = markReceived(request, flow.host, flow.port);
  return { answer: { flow: responseFlow(marked, flow), bytes: printMessage(responseTo(marked, faultStatus(fault))) } };
}

/** CRLFs and NULs that keep a NAT open. */
function isKeepAlive(bytes: Uint8Array): boolean {
  return bytes.every((octet) => octet === 13 || octet === 10 || octet === 0);
}

/** What a stream is called: its connection's number, else its address. */
export function streamName(flow: Flow): string {
  return flow.connection === undefined
    ? `${flow.transport} ${flow.host} ${flow.port}`
    : `${flow.transport} ${flow.connection}`;
}
