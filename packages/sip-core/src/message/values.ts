import { type CSeq, parseCSeq } from './cseq.ts';
import { type Event, parseEvent, parseSubscriptionState, type SubscriptionState } from './event.ts';
import type { SipMessage } from './message.ts';
import { type NameAddr, parseNameAddr, tagOf } from './name-addr.ts';
import { parseReplaces, type Replaces } from './replaces.ts';
import { trimmed, wholeNumber } from './token.ts';
import { parseFirstVia, type Via } from './via.ts';

function must<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`a message without a readable ${name} got past the parser or a builder`);
  return value;
}

/** The topmost Via. Always there in a parsed message. */
export function viaOf(message: SipMessage): Via {
  return must(message.headers.read('Via', parseFirstVia), 'Via');
}

/** Every readable Via, topmost first. */
export function viasOf(message: SipMessage): Via[] {
  return message.headers.readAll('Via', parseFirstVia);
}

/** From. Always there in a parsed message; its tag may be missing (RFC 2543 peers). */
export function fromOf(message: SipMessage): NameAddr {
  return must(message.headers.read('From', parseNameAddr), 'From');
}

/** To. Always there in a parsed message. */
export function toOf(message: SipMessage): NameAddr {
  return must(message.headers.read('To', parseNameAddr), 'To');
}

/** The tag of From. */
export function fromTagOf(message: SipMessage): string | undefined {
  return tagOf(fromOf(message));
}

/** The tag of To. */
export function toTagOf(message: SipMessage): string | undefined {
  return tagOf(toOf(message));
}

/** CSeq. Always there in a parsed message. */
export function cseqOf(message: SipMessage): CSeq {
  return must(message.headers.read('CSeq', parseCSeq), 'CSeq');
}

/** Call-ID. Always there in a parsed message. */
export function callIdOf(message: SipMessage): string {
  return must(message.headers.get('Call-ID'), 'Call-ID');
}

/** The readable Contact addresses; a lone `*` is not among them. */
export function contactsOf(message: SipMessage): NameAddr[] {
  return addressesOf(message, 'Contact');
}

/** The first Contact, undefined when there is none that can be read. */
export function contactOf(message: SipMessage): NameAddr | undefined {
  return contactsOf(message)[0];
}

/** The readable addresses of a listed header field: Route, Record-Route, P-Asserted-Identity, Diversion. */
export function addressesOf(message: SipMessage, name: string): NameAddr[] {
  return message.headers.readAll(name, parseNameAddr);
}

/** The first value of an address header field that stands once: Refer-To, Referred-By. */
export function addressOf(message: SipMessage, name: string): NameAddr | undefined {
  return message.headers.read(name, parseNameAddr);
}

/** Event, undefined when missing or unreadable. */
export function eventOf(message: SipMessage): Event | undefined {
  return message.headers.read('Event', parseEvent);
}

/** Subscription-State, undefined when missing or unreadable. */
export function subscriptionStateOf(message: SipMessage): SubscriptionState | undefined {
  return message.headers.read('Subscription-State', parseSubscriptionState);
}

/** Replaces, undefined when missing or unreadable (then `headers.has('Replaces')` still tells that it is there). */
export function replacesOf(message: SipMessage): Replaces | undefined {
  return message.headers.read('Replaces', parseReplaces);
}

/** The words of a token list such as Supported or Require, as written; undefined when the field is missing. */
export function tokensOf(message: SipMessage, name: string): string[] | undefined {
  const tokens = message.headers.list(name);
  return tokens.length > 0 || message.headers.has(name) ? tokens : undefined;
}

/** A whole number such as Max-Forwards or Expires, parameters and comments behind it ignored; undefined when unreadable. */
export function numberOf(message: SipMessage, name: string): number | undefined {
  const text = message.headers.get(name);
  if (text === undefined) return undefined;
  let end = 0;
  while (end < text.length && text[end] !== ';' && text[end] !== '(' && text[end] !== ' ') end++;
  const number = wholeNumber(trimmed(text, 0, end));
  return number < 0 ? undefined : Math.min(number, 0xffff_ffff);
}
