import type { Millis, Token } from '@switchhook/sans-io';
import type { SilentFailure } from '../call/end-cause.ts';
import type { Dialog } from '../dialog/dialog.ts';
import type { DialogBook } from '../dialog/dialog-book.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';
import type { CallId, EndCause, Flow, UserAgentEvent } from './door.ts';
import type { Seat } from './seat.ts';
import type { Crypto } from './settings.ts';
import type { Timers } from './timers.ts';

/** A request that reached us, with its server transaction. */
export interface Inbound {
  readonly request: SipRequest;
  /** Where it came from. */
  readonly flow: Flow;
  /** Name of the server transaction. */
  readonly transaction: string;
}

/** What a response of ours carries besides what it copies from the request. */
export interface ReplyParts {
  readonly phrase?: string;
  readonly localTag?: string;
  readonly contact?: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: { readonly type: string; readonly text: string };
}

/** A request to be sent in a client transaction. */
export interface Order {
  readonly seat: Seat;
  readonly flow: Flow;
  /** The request without Via; called anew for each digest round, with the next CSeq each time (RFC 3261 §22.2). */
  readonly compose: () => SipRequest;
  /** 1xx, INVITE only. */
  readonly provisional?: (response: SipResponse, sent: SipRequest, from: Flow) => void;
  /** The final response after all digest rounds. For INVITE every 2xx comes, retransmissions included. */
  readonly final: (response: SipResponse, sent: SipRequest, from: Flow) => void;
  /** `detail`: what the sockets say of it, a code of the system or a sentence for people. */
  readonly failed: (why: SilentFailure, detail?: string) => void;
  /** False = do not answer a challenge any more (a cancelled call). */
  readonly wanted?: () => boolean;
}

/** A request of ours on its way. */
export interface OpenRequest {
  /** As last sent. */
  readonly sent: SipRequest;
  /** INVITE only: send CANCEL in its name (RFC 3261 §9.1). The caller has seen a 1xx. */
  cancel(reason?: string): void;
}

/** What the parts of the user agent ask of the whole. */
export interface Services {
  readonly now: Millis;
  readonly t1: Millis;
  readonly t2: Millis;
  readonly crypto: Crypto;
  readonly timers: Timers;
  readonly dialogs: DialogBook;
  emit(event: UserAgentEvent): void;
  note(word: string, detail?: string, flow?: Flow): void;
  request(order: Order): OpenRequest;
  /** Send outside any transaction: the ACK of a 2xx. The message gets a Via. */
  transmit(request: SipRequest, flow: Flow): void;
  /** Send a double CRLF: it keeps a NAT's binding or a connection open (RFC 5626 §3.5, §4.4). */
  keepAlive(flow: Flow): void;
  /** End a stream. */
  close(flow: Flow): void;
  /** Answer in the server transaction; returns the response as sent, for retransmission. */
  reply(inbound: Inbound, status: number, parts?: ReplyParts): SipResponse;
  /** Send a 2xx to INVITE again (RFC 3261 §13.3.1.4). */
  repeat(inbound: Inbound, response: SipResponse): void;
  /** A call is over: its name is forgotten and `ended` is emitted, once. */
  ended(call: CallId, cause: EndCause): void;
  /** Keep the ids of a call's ended dialog for 32 s (RFC 3891 §3: a late Replaces is told 603). */
  bury(dialog: Dialog): void;
  /** Whether `uri` leads back to ourselves. */
  isOwnContact(uri: string): boolean;
  /** A new name for something that the far end began. */
  mint<Kind extends 'call' | 'refer' | 'offer'>(kind: Kind): Token<Kind>;
}
