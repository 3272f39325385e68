import type { Dialog } from '../dialog/dialog.ts';
import { flowHost } from '../dialog/next-hop.ts';
import { parseReason } from '../message/event.ts';
import type { SipMessage, SipRequest } from '../message/message.ts';
import { parseUri } from '../message/uri.ts';
import type { EndCause, Flow } from '../user-agent/door.ts';
import type { Seat } from '../user-agent/seat.ts';
import type { Inbound, ReplyParts, Services } from '../user-agent/services.ts';
import { unknownRequirements } from './capabilities.ts';
import { contactUri } from './peer.ts';
import { SDP } from './session-body.ts';

/** The INVITE usage of a dialog: who gets its requests, REFER and NOTIFY excepted. */
export interface InviteUsage {
  /** False once it has been ended and only waits for its last answers. */
  readonly isUp: boolean;
  /** The CSeq has been checked. */
  receive(inbound: Inbound): void;
  /** ACK of a 2xx. */
  receiveAck(ack: SipRequest, cseq: number): void;
  /** Another call has taken this one's place (RFC 3891 §3). */
  replaced(): void;
}

/** A 2xx in a dialog, with Contact, a session description when there is one, and `more` header fields. */
export function acceptance(
  dialog: Dialog,
  body?: string,
  more: readonly (readonly [string, string])[] = [],
): ReplyParts {
  return {
    localTag: dialog.identity.localTag,
    contact: dialog.contact,
    headers: more.length === 0 ? dialog.seat.capabilities : [...dialog.seat.capabilities, ...more],
    ...(body === undefined ? {} : { body: { type: SDP, text: body } }),
  };
}

/** Refuse what requires an extension that we do not know (RFC 3261 §8.2.2.3). True when it was refused. */
export function refuseUnknownRequirements(
  services: Services,
  inbound: Inbound,
  seat: Seat | undefined,
  localTag?: string,
): boolean {
  const unknown = unknownRequirements(inbound.request, seat?.account);
  if (unknown.length === 0) return false;
  services.reply(inbound, 420, {
    headers: [['Unsupported', unknown.join(', ')]],
    ...(localTag === undefined ? {} : { localTag }),
  });
  return true;
}

/**
 * Target refresh (RFC 3261 §12.2.1.2, §12.2.2) with guards: never one of our own Contacts, and from messages of the
 * subscription (`narrow`) only when its host is the old one's or the packet's source. True when it changed.
 */
export function refreshTarget(
  services: Services,
  dialog: Dialog,
  message: SipMessage,
  from: Flow,
  narrow: boolean,
): boolean {
  const uri = contactUri(message.headers);
  if (uri === undefined || uri === dialog.target) return false;
  const read = parseUri(uri);
  if (!read.ok || !read.value.scheme.startsWith('sip')) return false;
  if (services.isOwnContact(uri)) {
    services.note('own-contact', uri, from);
    return false;
  }
  if (narrow) {
    const old = parseUri(dialog.target);
    const host = flowHost(read.value.host);
    if (host !== from.host && !(old.ok && host === flowHost(old.value.host))) {
      services.note('foreign-contact', uri, from);
      return false;
    }
  }
  return dialog.retarget(uri);
}

/** The Reason of a message, as an end cause carries it (RFC 3326). */
export function reasonOf(message: SipMessage): Pick<EndCause, 'reason'> {
  const value = message.headers.list('Reason')[0];
  const read = value === undefined ? undefined : parseReason(value);
  if (read?.ok !== true) return {};
  const { protocol, cause, text } = read.value;
  return { reason: { protocol, ...(cause === undefined ? {} : { cause }), ...(text === undefined ? {} : { text }) } };
}
