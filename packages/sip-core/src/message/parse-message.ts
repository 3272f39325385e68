import { fault, type Parsed, parsed } from '@switchhook/sans-io';
import { parseCSeq } from './cseq.ts';
import { HeaderFields } from './header-fields.ts';
import { headerName, headerNameAt, MANDATORY, ONCE_BITS } from './header-names.ts';
import { limits } from './limits.ts';
import type { SipMessage, SipRequest } from './message.ts';
import type { MessageFault } from './message-fault.ts';
import { type NameAddr, parseNameAddr, tagOf } from './name-addr.ts';
import { decodeOctets, isAscii, octetText } from './octets.ts';
import { isCallId } from './replaces.ts';
import { hasControl, isBlank, isToken, wholeNumber } from './token.ts';
import { isUriText } from './uri.ts';
import { parseFirstVia } from './via.ts';

/** Where the octets came from: a datagram is one message, a stream's frame has exactly its length. */
export type MessageSource = 'datagram' | 'stream';

type StartLine =
  | { readonly kind: 'request'; readonly method: string; readonly uri: string }
  | { readonly kind: 'response'; readonly status: number; readonly reason: string };

/** Start line and header fields of a message, and where its body begins. */
interface Head {
  readonly start: StartLine;
  readonly headers: HeaderFields;
  /** The bits of the names that are there. */
  readonly seen: number;
  readonly bodyAt: number;
}

/**
 * Read one message. What comes out has everything that a transaction needs: Via, From, To, Call-ID and CSeq are there
 * and readable, no single-valued field stands twice, and a request's CSeq names its method. Other values are read when
 * asked for. The body is a view into `bytes`.
 */
export function parseMessage(bytes: Uint8Array, from: MessageSource): Parsed<SipMessage, MessageFault> {
  const indexed = indexMessage(bytes, from);
  if (!indexed.ok) return indexed;
  const wrong = messageFault(indexed.value);
  return wrong === undefined ? indexed : fault(wrong, 0);
}

/** Only the framing, the start line and the places of the header fields; no value has been looked at. */
export function indexMessage(bytes: Uint8Array, from: MessageSource): Parsed<SipMessage, MessageFault> {
  if (bytes.length > (from === 'datagram' ? limits.datagram : limits.streamMessage)) {
    return fault('message-too-long', bytes.length);
  }
  const { text, ascii } = octetText(bytes);
  const head = readHead(text, ascii, from);
  if (!head.ok) return head;
  const { start, headers, seen, bodyAt } = head.value;
  if ((seen & MANDATORY) !== MANDATORY) return fault('missing-header', bodyAt);
  const length = contentLength(headers);
  if (length === 'bad') return fault('content-length', bodyAt);
  const there = bytes.length - bodyAt;
  if (length === undefined && from === 'stream') return fault('content-length', bodyAt);
  // RFC 3261 §18.3: a datagram shorter than Content-Length is an error, octets beyond it are ignored.
  if (length !== undefined && length > there) return fault('truncated', bytes.length);
  const size = length ?? there;
  const body = size === 0 ? NO_BODY : bytes.subarray(bodyAt, bodyAt + size);
  return start.kind === 'request'
    ? parsed({ kind: 'request', method: start.method, uri: start.uri, headers, body })
    : parsed({ kind: 'response', status: start.status, reason: start.reason, headers, body });
}

/** The length that the header fields promise; `bad` when it is no whole number. */
export function contentLength(headers: HeaderFields): number | undefined | 'bad' {
  const written = headers.get('Content-Length');
  if (written === undefined) return undefined;
  const length = wholeNumber(written);
  return length < 0 ? 'bad' : length;
}

/** Read start line and header fields of `text`, in which one character is one octet. */
export function readHead(text: string, ascii: boolean, from: MessageSource): Parsed<Head, MessageFault> {
  let at = 0;
  // RFC 3261 §7.5: line ends before the start line are ignored.
  while (text.charCodeAt(at) === 0x0d || text.charCodeAt(at) === 0x0a) at++;
  if (at >= text.length) return fault('empty', at);
  let feed = text.indexOf('\n', at);
  if (feed < 0) return fault(text.length - at > limits.startLine ? 'start-line-too-long' : 'start-line', at);
  let end = text.charCodeAt(feed - 1) === 0x0d ? feed - 1 : feed;
  if (end - at > limits.startLine) return fault('start-line-too-long', at);
  const start = readStartLine(text.slice(at, end), ascii);
  if (!start.ok) return fault(start.fault, at + start.at);
  if (end === feed && from === 'stream') return fault('start-line', end);

  const headers = new HeaderFields();
  const nul = text.indexOf('\0') >= 0;
  let seen = 0;
  let count = 0;
  at = feed + 1;
  let first = text.charCodeAt(at);
  for (;;) {
    feed = text.indexOf('\n', at);
    if (feed < 0) return fault('header', at);
    // The usual line: its first CR is that of its end, and nothing in it needs a second look.
    let usual = ascii && !nul && text.indexOf('\r', at) === feed - 1;
    let bare = !usual && (text.charCodeAt(feed - 1) !== 0x0d || feed === at);
    end = bare ? feed : feed - 1;
    if (end === at) break;
    let folded = false;
    let next = text.charCodeAt(feed + 1);
    if (next <= 0x20)
      while (isBlank(next)) {
        feed = text.indexOf('\n', feed + 1);
        if (feed < 0) return fault('header', at);
        const alone = text.charCodeAt(feed - 1) !== 0x0d;
        bare ||= alone;
        end = alone ? feed : feed - 1;
        folded = true;
        usual = false;
        next = text.charCodeAt(feed + 1);
      }
    // Departs from RFC 3261 §7: LF alone ends a line in a datagram, because field peers send it; never on a stream.
    if (bare && from === 'stream') return fault('header', end);
    if (end - at > limits.headerLine) return fault('header-too-long', at);
    if (++count > limits.headerFields) return fault('too-many-headers', at);
    if (feed > limits.head) return fault('head-too-long', feed);
    const colon = text.indexOf(':', at);
    if (colon < 0 || colon > end) return fault('header', at);
    const name = colon === at ? undefined : headerNameAt(text, at, colon, first);
    first = next;
    if (name === undefined) return fault('header', at);
    if (name.bit !== 0) {
      if ((seen & name.bit & ONCE_BITS) !== 0) return fault('repeated-header', at);
      seen |= name.bit;
    }
    if (usual) headers.addLine(name, false, text, at, colon, end);
    else {
      let line = text.slice(at, end);
      if (bare && folded) line = withWholeLineEnds(line);
      if (line.indexOf('\r') >= 0 && strayReturn(line)) return fault('header', at);
      if (nul && line.indexOf('\0') >= 0 && !escapedNuls(line, name.key)) return fault('header', at);
      headers.addLine(name, !ascii && !isAscii(line), line, 0, colon - at, line.length);
    }
    at = feed + 1;
  }
  return parsed({ start: start.value, headers, seen, bodyAt: feed + 1 });
}

/** Folds that were written with LF alone get their CR. */
function withWholeLineEnds(line: string): string {
  return line
    .split('\n')
    .map((part) => (part.endsWith('\r') ? part.slice(0, -1) : part))
    .join('\r\n');
}

/** A CR that ends no line would end one for the next reader. */
function strayReturn(line: string): boolean {
  for (let i = line.indexOf('\r'); i >= 0; i = line.indexOf('\r', i + 1)) if (line[i + 1] !== '\n') return true;
  return false;
}

/** NUL may stand only as a quoted pair in an address (RFC 4475 §3.1.1.2). */
function escapedNuls(line: string, key: string): boolean {
  if (key !== 'from' && key !== 'to' && key !== 'contact') return false;
  for (let i = line.indexOf('\0'); i >= 0; i = line.indexOf('\0', i + 1)) if (line[i - 1] !== '\\') return false;
  return true;
}

function readStartLine(line: string, ascii: boolean): Parsed<StartLine, MessageFault> {
  const first = line.indexOf(' ');
  if (first < 1) return fault('start-line', 0);
  if (line.startsWith('SIP/2.0 ')) return readStatusLine(line, first, ascii);
  if (line.charCodeAt(first - 4) === 0x2f && line.slice(0, 4).toUpperCase() === 'SIP/') {
    if (line.slice(4, first) !== '2.0') return fault('version', 4);
    return readStatusLine(line, first, ascii);
  }
  const method = line.slice(0, first);
  if (!isToken(method)) return fault('start-line', 0);
  const usual = line.startsWith(' SIP/2.0', line.length - 8);
  const last = usual ? line.length - 8 : line.lastIndexOf(' ');
  if (last === first) return fault('start-line', first);
  const version = usual ? 'SIP/2.0' : line.slice(last + 1);
  if (!usual && version.toUpperCase() !== 'SIP/2.0') {
    return fault(version.slice(0, 4).toUpperCase() === 'SIP/' ? 'version' : 'start-line', last + 1);
  }
  const uri = line.slice(first + 1, last);
  if (!isUriText(uri)) return fault('start-line', first + 1);
  return parsed({ kind: 'request', method, uri });
}

function readStatusLine(line: string, blank: number, ascii: boolean): Parsed<StartLine, MessageFault> {
  const code = line.slice(blank + 1, blank + 4);
  const status = code.length === 3 ? wholeNumber(code) : -1;
  const after = line.charCodeAt(blank + 4);
  // Departs from RFC 3261 §7.2: the blank before an empty phrase may be missing, because field peers leave it out.
  if (status < 100 || status > 699 || (line.length > blank + 4 && after !== 0x20)) {
    return fault('status-code', blank + 1);
  }
  const phrase = line.slice(blank + 5);
  if (hasControl(phrase)) return fault('start-line', blank + 5);
  return parsed({ kind: 'response', status, reason: ascii ? phrase : decodeOctets(phrase) });
}

const NO_BODY = new Uint8Array(0);

/** Whether it was read, with a tag that is one or without. */
function isParty(address: NameAddr | undefined): boolean {
  if (address === undefined) return false;
  const tag = tagOf(address);
  return tag === undefined || (tag.length <= limits.tag && isToken(tag));
}

/** What is wrong with the values that every message must have, or undefined. */
function messageFault(message: SipMessage): MessageFault | undefined {
  const { headers } = message;
  if (headers.read('Via', parseFirstVia) === undefined) return 'via';
  if (!isParty(headers.read('From', parseNameAddr)) || !isParty(headers.read('To', parseNameAddr))) return 'address';
  if (!isCallId(headers.get('Call-ID')!)) return 'call-id';
  const cseq = headers.read('CSeq', parseCSeq);
  if (cseq === undefined) return 'cseq';
  if (message.kind === 'request' && cseq.method !== message.method) return 'method-mismatch';
  const { vias, routes, recordRoutes, contacts } = headers.crowd();
  if (vias > limits.vias) return 'too-many-vias';
  if (routes > limits.routes || recordRoutes > limits.routes || contacts > limits.contacts) return 'too-many-values';
  // RFC 3261 §8.1.1.8: an INVITE has exactly one Contact.
  if (contacts > 1 && message.kind === 'request' && message.method === 'INVITE') return 'repeated-header';
  return undefined;
}

/**
 * What can still be answered of a request that `parseMessage` refused: its Via fields, From, To, Call-ID and CSeq as
 * they came, enough for `responseTo`. Undefined when nothing may be sent: a response, an ACK, or a part is missing.
 */
export function salvage(bytes: Uint8Array): SipRequest | undefined {
  const { text, ascii } = octetText(bytes.subarray(0, limits.datagram));
  const lines = text.split('\n', limits.headerFields);
  let first = 0;
  while (first < lines.length && (lines[first] === '' || lines[first] === '\r')) first++;
  const startLine = lines[first] ?? '';
  const method = startLine.slice(0, Math.max(startLine.indexOf(' '), 0));
  if (!isToken(method) || method === 'ACK') return undefined;
  const headers = new HeaderFields();
  const wanted = new Set(['via', 'from', 'to', 'call-id', 'cseq']);
  for (let i = first + 1; i < lines.length; i++) {
    let line = withoutReturn(lines[i]!);
    if (line === '') break;
    while (i + 1 < lines.length && isBlank(lines[i + 1]!.charCodeAt(0))) line += `\r\n${withoutReturn(lines[++i]!)}`;
    const colon = line.indexOf(':');
    const name = headerName(line.slice(0, Math.max(colon, 0)).trim());
    if (name === undefined || !wanted.has(name.key) || line.length > limits.headerLine) continue;
    if (line.indexOf('\0') >= 0 || strayReturn(line)) continue;
    headers.addLine(name, !ascii && !isAscii(line), line, 0, colon, line.length);
    if (name.key !== 'via') wanted.delete(name.key);
  }
  if (wanted.size !== 1 || headers.read('Via', parseFirstVia) === undefined) return undefined;
  return { kind: 'request', method, uri: '', headers, body: new Uint8Array(0) };
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
