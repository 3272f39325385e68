import { isBlank, isToken } from './token.ts';

/** What is known of a header field's name. One object a name, so names compare by identity of `key`. */
export interface HeaderName {
  /** Lower-case long form: what names are compared by. */
  readonly key: string;
  /** The form in which it is written. */
  readonly written: string;
  /** A bit for names that may stand only once and for those that are counted, 0 for all others. */
  readonly bit: number;
  /** All spellings of a known name share one object; unknown names are compared by `key`. */
  readonly known: boolean;
}

/** Names that make a message unreadable when they stand twice; the first six also have to be there or matter most. */
const ONCE = [
  'From',
  'To',
  'Call-ID',
  'CSeq',
  'Content-Length',
  'Max-Forwards',
  'Content-Type',
  'Refer-To',
  'Referred-By',
  'Replaces',
  'Event',
  'Subscription-State',
  'Expires',
  'Session-Expires',
  'Min-SE',
  'RSeq',
  'RAck',
  'Target-Dialog',
  'Refer-Sub',
] as const;

/** Names whose values are counted against the limits when there are any. */
const COUNTED: readonly string[] = ['Via', 'Route', 'Record-Route', 'Contact'];

const OTHERS =
  'Accept Accept-Contact Accept-Encoding Accept-Language Alert-Info Allow Allow-Events Authentication-Info Authorization ' +
  'Call-Info Contact Content-Disposition Content-Encoding Content-Language Date Diversion Error-Info Flow-Timer ' +
  'History-Info Identity Identity-Info In-Reply-To Join MIME-Version Min-Expires Organization P-Asserted-Identity ' +
  'P-Preferred-Identity Path Priority Privacy Proxy-Authenticate Proxy-Authorization Proxy-Require Reason Record-Route ' +
  'Reject-Contact Remote-Party-ID Reply-To Request-Disposition Require Retry-After Route Server Service-Route SIP-ETag ' +
  'SIP-If-Match Subject Supported Timestamp Unsupported User-Agent Via Warning WWW-Authenticate X-Answer-After';

/** Compact forms (RFC 3261 §7.3.3 and the IANA registry). */
const COMPACT: Readonly<Record<string, string>> = {
  a: 'accept-contact',
  b: 'referred-by',
  c: 'content-type',
  d: 'request-disposition',
  e: 'content-encoding',
  f: 'from',
  i: 'call-id',
  j: 'reject-contact',
  k: 'supported',
  l: 'content-length',
  m: 'contact',
  n: 'identity-info',
  o: 'event',
  r: 'refer-to',
  s: 'subject',
  t: 'to',
  u: 'allow-events',
  v: 'via',
  x: 'session-expires',
  y: 'identity',
};

const byKey = new Map<string, HeaderName>();
for (const [i, written] of ONCE.entries()) {
  byKey.set(written.toLowerCase(), { key: written.toLowerCase(), written, bit: 1 << i, known: true });
}
for (const written of OTHERS.split(' ')) {
  const bit = 1 << (ONCE.length + COUNTED.indexOf(written));
  const counted = COUNTED.includes(written);
  byKey.set(written.toLowerCase(), { key: written.toLowerCase(), written, bit: counted ? bit : 0, known: true });
}
for (const [short, key] of Object.entries(COMPACT)) byKey.set(short, byKey.get(key)!);

/** Every spelling met so far, so that the usual ones cost one look-up. Bounded: a peer can invent spellings. */
const bySpelling = new Map<string, HeaderName>(byKey);
for (const name of new Set(byKey.values())) bySpelling.set(name.written, name);
const SPELLINGS = 1024;
/** Shorter pieces are copies of their text; longer ones would keep the whole message alive that they were cut from. */
const SHORT = 13;

/** What `spelling` names, or undefined when it is not a token. Unknown names are names too. */
export function headerName(spelling: string): HeaderName | undefined {
  const known = bySpelling.get(spelling);
  if (known !== undefined) return known;
  if (!isToken(spelling)) return undefined;
  const key = spelling.toLowerCase();
  const name = byKey.get(key) ?? { key, written: spelling, bit: 0, known: false };
  if (bySpelling.size < SPELLINGS && spelling.length < SHORT) bySpelling.set(spelling, name);
  return name;
}

/** The spelling last met for each mix of length and letters: most lines are named without cutting the name out. */
const RECENT = 512;
const recent: ({ readonly spelling: string; readonly name: HeaderName } | undefined)[] = new Array(RECENT).fill(
  undefined,
);

/**
 * What stands in `text` from `from` to `to`, as a header field's name; blanks before `to` are no part of it. `first` is
 * the code of its first character.
 */
export function headerNameAt(text: string, from: number, to: number, first: number): HeaderName | undefined {
  const length = to - from;
  const last = text.charCodeAt(to - 1);
  const slot = (length * 37 + first * 7 + last * 3) & (RECENT - 1);
  const held = recent[slot];
  if (held !== undefined && held.spelling.length === length && text.startsWith(held.spelling, from)) return held.name;
  if (isBlank(last)) {
    let end = to - 1;
    while (end > from && isBlank(text.charCodeAt(end - 1))) end--;
    return end === from ? undefined : headerNameAt(text, from, end, first);
  }
  const spelling = text.slice(from, to);
  const name = headerName(spelling);
  if (name?.known === true && (length < SHORT || spelling === name.written)) {
    recent[slot] = { spelling: length < SHORT ? spelling : name.written, name };
  }
  return name;
}

/** Whether two names name the same. */
export function sameName(a: HeaderName, b: HeaderName): boolean {
  return a === b || (!a.known && a.key === b.key);
}

/** The bits of the names that may stand only once. */
export const ONCE_BITS = 2 ** ONCE.length - 1;

/** The bits of the fields that every message must have (RFC 3261 §8.1.1). */
export const MANDATORY = 0b1111 | bitOf('via');

/** The bits of the names whose values are counted are greater than this. */
export const COUNTED_ABOVE = ONCE_BITS;

/** The bit of a known name. */
export function bitOf(key: string): number {
  return byKey.get(key)?.bit ?? 0;
}
