import { isIP } from 'node:net';
import type { Endpoint } from '../session/plan.ts';

/** Linux address families. */
export const AF_INET = 2;
export const AF_INET6 = 10;
/** Room for either kind. */
export const SOCKADDR_BYTES = 28;

/** `struct sockaddr_in` or `sockaddr_in6` of a numeric host; undefined when `host` is not numeric. */
export function socketAddress(host: string, port: number): Uint8Array | undefined {
  const family = isIP(host);
  if (family === 0) return undefined;
  const bytes = new Uint8Array(family === 4 ? 16 : SOCKADDR_BYTES);
  new Uint16Array(bytes.buffer, 0, 1)[0] = family === 4 ? AF_INET : AF_INET6; // host byte order
  bytes[2] = port >> 8;
  bytes[3] = port & 0xff;
  if (family === 4) bytes.set(host.split('.').map(Number), 4);
  else bytes.set(ipv6Octets(host), 8);
  return bytes;
}

/** The endpoint in a kernel-filled address. */
export function endpointOf(bytes: Uint8Array): Endpoint {
  const family = new Uint16Array(bytes.buffer, bytes.byteOffset, 1)[0];
  const port = (bytes[2]! << 8) | bytes[3]!;
  if (family === AF_INET) return { host: bytes.subarray(4, 8).join('.'), port };
  const groups: string[] = [];
  for (let at = 8; at < 24; at += 2) groups.push(((bytes[at]! << 8) | bytes[at + 1]!).toString(16));
  return { host: shortest(groups), port };
}

function ipv6Octets(host: string): Uint8Array {
  const bare = host.split('%', 1)[0]!;
  const dotted = bare.includes('.') ? bare.slice(bare.lastIndexOf(':') + 1) : undefined;
  const tail = dotted?.split('.').map(Number);
  const text =
    tail === undefined
      ? bare
      : `${bare.slice(0, -dotted!.length)}${((tail[0]! << 8) | tail[1]!).toString(16)}:${((tail[2]! << 8) | tail[3]!).toString(16)}`;
  const [head = '', rest] = text.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = rest === undefined || rest === '' ? [] : rest.split(':');
  const groups = [...front, ...new Array<string>(8 - front.length - back.length).fill('0'), ...back];
  return Uint8Array.from(
    groups.flatMap((group) => {
      const value = Number.parseInt(group, 16);
      return [value >> 8, value & 0xff];
    }),
  );
}

/** RFC 5952 §4.2: the longest run of zero groups becomes `::`. */
function shortest(groups: readonly string[]): string {
  let best = 0;
  let bestAt = -1;
  for (let at = 0; at < groups.length; at++) {
    let end = at;
    while (groups[end] === '0') end++;
    if (end - at > best && end - at > 1) {
      best = end - at;
      bestAt = at;
    }
    at = Math.max(at, end);
  }
  if (bestAt < 0) return groups.join(':');
  return `${groups.slice(0, bestAt).join(':')}::${groups.slice(bestAt + best).join(':')}`;
}
