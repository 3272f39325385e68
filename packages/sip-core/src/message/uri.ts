import { type Parsed, parsed } from '@switchhook/sans-io';
import { plainUri } from './plain-uri.ts';
import { isHost, PARAM_CHARS, PASSWORD_CHARS, URI_HEADER_CHARS, USER_CHARS } from './token.ts';
import { escapeOutside, escapeUriHeader, oddCharacter } from './uri-text.ts';
import { cutHost, cutParams, USUAL_URI } from './usual-shapes.ts';

export { escapeUriHeader, escapeUser, isUriText, unescapeUri } from './uri-text.ts';

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

/** Read a URI without angle brackets. Blanks, quotes, angle brackets and control characters are refused. */
export function parseUri(text: string): Parsed<SipUri, UriFault> {
  return usualUri(text) ?? plainUri(text);
}

const NO_HEADERS: ReadonlyMap<string, string> = new Map();

function usualUri(text: string): Parsed<SipUri, UriFault> | undefined {
  if (!USUAL_URI.test(text)) return undefined;
  const at = text.indexOf('@');
  const user = at < 0 ? undefined : text.slice(4, at);
  const { host, port, end } = cutHost(text, at < 0 ? 4 : at + 1);
  if (host.length > 255 || (port !== undefined && port > 65_535)) return undefined;
  const params = cutParams(text, end);
  if (params === undefined) return undefined;
  return parsed({ scheme: 'sip', user, password: undefined, host, port, params, headers: NO_HEADERS });
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
