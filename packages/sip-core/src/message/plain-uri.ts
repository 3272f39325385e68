import { fault, type Parsed, parsed } from '@switchhook/sans-io';
import { limits } from './limits.ts';
import { ParamList } from './param-list.ts';
import { isHost, portNumber } from './token.ts';
import type { SipUri, UriFault } from './uri.ts';
import { oddCharacter, unescapeUri } from './uri-text.ts';

const NO_PARAMS = new ParamList(undefined);
const NO_HEADERS: ReadonlyMap<string, string> = new Map();

/** `parseUri` by the letter, for any URI: what is unusual or wrong is read by it. */
export function plainUri(text: string): Parsed<SipUri, UriFault> {
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

function readParams(text: string, at: number): ParamList | undefined {
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
  return ParamList.of(params);
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
