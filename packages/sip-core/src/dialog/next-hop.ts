import { parseUri } from '../message/uri.ts';
import type { Flow, TransportName } from '../user-agent/door.ts';

/** Host of a Flow (no brackets) from the host of a URI. */
export function flowHost(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1).toLowerCase() : host.toLowerCase();
}

/** Host of a URI (IPv6 in brackets) from the host of a Flow. */
export function uriHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** Whether a URI's host is an address and needs no DNS. */
export function isNumericHost(host: string): boolean {
  return host.startsWith('[') || isIPv4(host);
}

/** Whether a host is a well-formed IPv4 or IPv6 address, with or without brackets. */
export function isAddress(host: string): boolean {
  const plain = flowHost(host);
  if (isIPv4(plain)) return true;
  const halves = plain.split('::');
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const mapped = isIPv4(groups.at(-1) ?? '') ? 1 : 0;
  if (!groups.slice(0, groups.length - mapped).every((group) => /^[0-9a-f]{1,4}$/.test(group))) return false;
  const count = groups.length + mapped;
  return halves.length === 1 ? count === 8 : halves.length === 2 && count < 8;
}

/** Whether an address is the machine's own. */
export function isLoopback(host: string): boolean {
  return host.startsWith('127.') || host === '::1';
}

/** Whether an address can only mean the machine it is used on, or no machine. */
export function isLocalOnly(host: string): boolean {
  const plain = flowHost(host);
  return isLoopback(plain) || plain.startsWith('0.') || plain === '::' || isManyCast(plain);
}

/**
 * Where a request of a dialog goes (RFC 3261 §12.2.1.1, §8.1.2): the address of its first route or target when that is
 * numeric, else the way its last message came. A loopback, wildcard or multicast address that a peer elsewhere gave us
 * is not followed.
 */
export function nextHop(uri: string, known: Flow, transports: ReadonlySet<TransportName>): Flow {
  const bare = uri.includes('<') ? uri.slice(uri.indexOf('<') + 1, uri.indexOf('>')) : uri;
  const read = parseUri(bare);
  if (!read.ok) return known;
  const host = flowHost(read.value.host);
  const asked = read.value.params.get('transport')?.toLowerCase() ?? (read.value.scheme === 'sips' ? 'tls' : undefined);
  const transport = isTransport(asked) && transports.has(asked) ? asked : known.transport;
  const port = read.value.port ?? (transport === 'tls' ? 5061 : 5060);
  if (transport === known.transport && host === known.host && port === known.port) return known;
  if (!isNumericHost(read.value.host)) return known;
  if (isManyCast(host) || (isLocalOnly(host) && !isLocalOnly(known.host))) return known;
  return { transport, host, port };
}

function isTransport(text: string | undefined): text is TransportName {
  return text === 'udp' || text === 'tcp' || text === 'tls';
}

function isIPv4(host: string): boolean {
  const parts = host.split('.');
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255);
}

function isManyCast(host: string): boolean {
  if (host.startsWith('ff') && host.includes(':')) return true;
  const first = isIPv4(host) ? Number.parseInt(host, 10) : 0;
  return first >= 224;
}
