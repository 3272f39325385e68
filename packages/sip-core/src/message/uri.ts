import { fault, type Parsed, parsed } from '@switchhook/sans-io';
import { limits } from './limits.ts';
import { decodeOctets, encodeText } from './octets.ts';
import { isHost, PARAM_CHARS, PASSWORD_CHARS, portNumber, URI_HEADER_CHARS, USER_CHARS } from './token.ts';

/**
 * A URI. For `sip` and `sips` all parts are decoded (one level of %HH); any other scheme, `tel` included, keeps what
 * follows the colon in `opaque` and has an empty host.
 */
export interface SipUri {
  /** Lower-case. */
  readonly scheme: string;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** As written; IPv6 with its brackets. */
  readonly host: string;
  readonly port?: number | undefined;
  /** By lower-case name; undefined for a parameter without `=`. */
  readonly params: ReadonlyMap<string, string | undefined>;
  /** By name as written. */
  readonly headers: ReadonlyMap<string, string>;
  readonly opaque?: string | undefined;
}

export type UriFault = 'scheme' | 'host' | 'port' | 'param' | 'header' | 'character';

const NO_PARAMS: ReadonlyMap<string, string | undefined> = new Map();
const NO_HEADERS: ReadonlyMap<string, string> = new Map();

/** Read a URI without angle brackets. Blanks, quotes, angle brackets and control characters are refused. */
export function parseUri(text: string): Parsed<SipUri, UriFault> {
  const colon = text.indexOf(':');
  if (colon < 1) return fault('scheme', 0);
  const usual = text.startsWith('sip:');
  const scheme = usual ? 'sip' : text.slice(0, colon).toLowerCase();
  for (let i = usual ? colon : 0; i < colon; i++) {
    const code = scheme.charCodeAt(i);
    const letter = code >= 0x61 && code <= 0x7a;
    const other = (code >= 0x30 && code <= 0x39) || code === 0x2b || code === 0x2d || code === 0x2e;
    if (!letter && (i === 0 || !other)) return fault('scheme', i);
  }
  const odd = oddCharacter(text, colon);
  if (odd >= 0) return fault('character', odd);
  if (scheme !== 'sip' && scheme !== 'sips') {
    if (colon + 1 === text.length) return fault('host', colon);
    return parsed({ scheme, host: '', params: NO_PARAMS, headers: NO_HEADERS, opaque: text.slice(colon + 1) });
  }
  // RFC 3261 §25.1: the user part may hold `;` and `?`; the first unescaped `@` ends it, wherever it stands.
  const at = text.indexOf('@', colon);
  let user: string | undefined;
  let password: string | undefined;
  let i = colon + 1;
  if (at >= 0) {
    const divide = text.indexOf(':', i);
    if (divide >= 0 && divide < at) {
      user = unescapeUri(text.slice(i, divide));
      password = unescapeUri(text.slice(divide + 1, at));
    } else user = unescapeUri(text.slice(i, at));
    if (user === '') return fault('character', i);
    i = at + 1;
  }
  let end = i;
  while (end < text.length && text[end] !== ';' && text[end] !== '?') end++;
  const hostPort = text.slice(i, end);
  const bracket = hostPort.lastIndexOf(']');
  const portColon = hostPort.indexOf(':', bracket < 0 ? 0 : bracket);
  const host = portColon < 0 ? hostPort : hostPort.slice(0, portColon);
  if (!isHost(host)) return fault('host', i);
  let port: number | undefined;
  if (portColon >= 0) {
    port = portNumber(hostPort.slice(portColon + 1));
    if (port < 0) return fault('port', i + portColon);
  }
  const params = readParams(text, end);
  if (params === undefined) return fault('param', end);
  const query = text.indexOf('?', end);
  const headers = query < 0 ? NO_HEADERS : readHeaders(text.slice(query + 1));
  if (headers === undefined) return fault('header', query);
  return parsed({ scheme, user, password, host, port, params, headers });
}

function oddCharacter(text: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code <= 0x20 || code === 0x22 || code === 0x3c || code === 0x3e || code === 0x7f) return i;
  }
  return -1;
}

function readParams(text: string, at: number): ReadonlyMap<string, string | undefined> | undefined {
  if (text[at] !== ';') return NO_PARAMS;
  const query = text.indexOf('?', at);
  const params = new Map<string, string | undefined>();
  const parts = text.slice(at + 1, query < 0 ? text.length : query).split(';');
  if (parts.length > limits.params) return undefined;
  for (const part of parts) {
    const equals = part.indexOf('=');
    const name = unescapeUri(equals < 0 ? part : part.slice(0, equals)).toLowerCase();
    if (name === '') return undefined;
    if (!params.has(name)) params.set(name, equals < 0 ? undefined : unescapeUri(part.slice(equals + 1)));
  }
  return params;
}

function readHeaders(text: string): ReadonlyMap<string, string> | undefined {
  const headers = new Map<string, string>();
  const parts = text.split('&');
  if (parts.length > limits.uriHeaders) return undefined;
  for (const part of parts) {
    const equals = part.indexOf('=');
    if (equals < 1) return undefined;
    const name = unescapeUri(part.slice(0, equals));
    if (!headers.has(name)) headers.set(name, unescapeUri(part.slice(equals + 1)));
  }
  return headers;
}

/** The URI as text, everything escaped that has to be. Throws on a host that is none: our own bug. */
export function printUri(uri: SipUri): string {
  if (uri.opaque !== undefined) {
    if (oddCharacter(uri.opaque, 0) >= 0) throw new Error(`not a URI: ${JSON.stringify(uri.opaque)}`);
    return `${uri.scheme}:${uri.opaque}`;
  }
  if (!isHost(uri.host)) throw new Error(`not a host: ${JSON.stringify(uri.host)}`);
  let text = `${uri.scheme}:`;
  if (uri.user !== undefined) {
    text += escapeOutside(uri.user, USER_CHARS);
    if (uri.password !== undefined) text += `:${escapeOutside(uri.password, PASSWORD_CHARS)}`;
    text += '@';
  }
  text += uri.host;
  if (uri.port !== undefined) text += `:${uri.port}`;
  for (const [name, value] of uri.params) {
    text += `;${escapeOutside(name, PARAM_CHARS)}`;
    if (value !== undefined) text += `=${escapeOutside(value, PARAM_CHARS)}`;
  }
  let sign = '?';
  for (const [name, value] of uri.headers) {
    text += `${sign}${escapeOutside(name, URI_HEADER_CHARS)}=${escapeUriHeader(value)}`;
    sign = '&';
  }
  return text;
}

/** A header field's value as it stands in a URI behind `?` (RFC 3261 §19.1.2): one level of %HH, never `+` for blank. */
export function escapeUriHeader(text: string): string {
  return escapeOutside(text, URI_HEADER_CHARS);
}

/** Any text as the user part of a SIP URI. */
export function escapeUser(text: string): string {
  return escapeOutside(text, USER_CHARS);
}

const HEX = '0123456789ABCDEF';

function escapeOutside(text: string, plain: Uint8Array): string {
  let i = 0;
  while (i < text.length && text.charCodeAt(i) < 0x80 && plain[text.charCodeAt(i)] === 1) i++;
  if (i === text.length) return text;
  let escaped = '';
  for (const octet of encodeText(text)) {
    if (octet < 0x80 && plain[octet] === 1) escaped += String.fromCharCode(octet);
    else escaped += `%${HEX[octet >> 4]}${HEX[octet & 15]}`;
  }
  return escaped;
}

/** Decode each %HH once, the octets being UTF-8; a `%` without two digits stays. `%00` becomes U+0000, no end of text. */
export function unescapeUri(text: string): string {
  if (text.indexOf('%') < 0) return text;
  let octets = '';
  let wide = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) wide = true;
    const high = code === 0x25 ? hexDigit(text.charCodeAt(i + 1)) : -1;
    const low = high < 0 ? -1 : hexDigit(text.charCodeAt(i + 2));
    if (low < 0) octets += text[i];
    else {
      octets += String.fromCharCode(high * 16 + low);
      i += 2;
    }
  }
  return wide ? octets : decodeOctets(octets);
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** Parameters that make two URIs differ when only one has them (RFC 3261 §19.1.4). */
const DECISIVE = ['user', 'ttl', 'method', 'maddr', 'transport'];

/** Whether two URIs name the same resource (RFC 3261 §19.1.4). Unequal when either cannot be read. */
export function sameUri(a: string | SipUri, b: string | SipUri): boolean {
  const one = typeof a === 'string' ? parseUri(a) : parsed(a);
  const two = typeof b === 'string' ? parseUri(b) : parsed(b);
  if (!one.ok || !two.ok) return false;
  const x = one.value;
  const y = two.value;
  if (x.scheme !== y.scheme || x.opaque !== y.opaque) return false;
  if (x.user !== y.user || x.password !== y.password || x.port !== y.port) return false;
  if (x.host.toLowerCase() !== y.host.toLowerCase()) return false;
  for (const name of DECISIVE) if (x.params.has(name) !== y.params.has(name)) return false;
  for (const [name, value] of x.params) {
    if (y.params.has(name) && value?.toLowerCase() !== y.params.get(name)?.toLowerCase()) return false;
  }
  if (x.headers.size !== y.headers.size) return false;
  for (const [name, value] of x.headers) {
    let found = false;
    for (const [other, otherValue] of y.headers) {
      if (other.toLowerCase() === name.toLowerCase() && otherValue === value) found = true;
    }
    if (!found) return false;
  }
  return true;
}

/** Whether `text` can stand between angle brackets: a URI of any scheme without blanks, quotes or controls. */
export function isUriText(text: string): boolean {
  return text.indexOf(':') > 0 && oddCharacter(text, 0) < 0;
}
