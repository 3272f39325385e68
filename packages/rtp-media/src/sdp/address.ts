import type { Endpoint } from '../session/plan.ts';

/**
 * What an address that somebody wrote into SDP is good for. `unspecified` is the old way to hold (RFC 2543 B.5);
 * `hostile` must never become a send target; `name` is no number, and nothing here resolves names.
 */
export type AddressKind = 'unicast' | 'loopback' | 'unspecified' | 'hostile' | 'name';

const V4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

/** The four octets of a dotted address, or undefined. */
function octetsOf(host: string): readonly number[] | undefined {
  const match = V4.exec(host);
  if (match === null) return undefined;
  const octets = match.slice(1).map(Number);
  return octets.every((octet) => octet <= 255) ? octets : undefined;
}

function kindOfV4(octets: readonly number[]): AddressKind {
  const first = octets[0]!;
  if (octets.every((octet) => octet === 0)) return 'unspecified';
  if (first === 127) return 'loopback';
  // 0/8 "this network", 224/4 multicast, 240/4 reserved with the limited broadcast address
  return first === 0 || first >= 224 ? 'hostile' : 'unicast';
}

/** The eight words of an IPv6 address (RFC 4291 §2.2), or undefined. Zone ids are refused. */
function wordsOf(host: string): readonly number[] | undefined {
  if (!/^[0-9a-f:.]+$/i.test(host) || !host.includes(':')) return undefined;
  let text = host;
  const tail = text.slice(text.lastIndexOf(':') + 1);
  if (tail.includes('.')) {
    const octets = octetsOf(tail);
    if (octets === undefined) return undefined;
    const word = (i: number): string => (octets[i]! * 256 + octets[i + 1]!).toString(16);
    text = `${text.slice(0, -tail.length)}${word(0)}:${word(2)}`;
  }
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const groups = (half: string): string[] => (half === '' ? [] : half.split(':'));
  const head = groups(halves[0]!);
  const rest = groups(halves[1] ?? '');
  const gap = 8 - head.length - rest.length;
  if (halves.length === 1 ? gap !== 0 : gap < 1) return undefined;
  const all = [...head, ...Array<string>(halves.length === 1 ? 0 : gap).fill('0'), ...rest];
  if (!all.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return all.map((group) => Number.parseInt(group, 16));
}

function kindOfV6(words: readonly number[]): AddressKind {
  const zeros = words.findIndex((word) => word !== 0);
  if (zeros === -1) return 'unspecified';
  if (zeros === 7 && words[7] === 1) return 'loopback';
  const mapped = zeros === 5 && words[5] === 0xffff;
  if (mapped || zeros >= 6) return kindOfV4([words[6]! >> 8, words[6]! & 255, words[7]! >> 8, words[7]! & 255]);
  return words[0]! >> 8 === 0xff ? 'hostile' : 'unicast';
}

/** What `host` is good for. */
export function kindOf(host: string): AddressKind {
  const octets = octetsOf(host);
  if (octets !== undefined) return kindOfV4(octets);
  const words = wordsOf(host);
  if (words !== undefined) return kindOfV6(words);
  // "1.2.3" and "1.2.3.999" are not names either: some resolvers read them as numbers
  return /^[\d.]+$/.test(host) || host === '' ? 'hostile' : 'name';
}

/** One spelling for one address: lower case, no zeros left out differently, v4-mapped IPv6 as plain IPv4. */
export function canonicalHost(host: string): string {
  const words = host.includes(':') ? wordsOf(host) : undefined;
  if (words === undefined) {
    const octets = octetsOf(host);
    return octets === undefined ? host.toLowerCase() : octets.join('.');
  }
  if (words.slice(0, 5).every((word) => word === 0) && words[5] === 0xffff) {
    return [words[6]! >> 8, words[6]! & 255, words[7]! >> 8, words[7]! & 255].join('.');
  }
  return words.map((word) => word.toString(16)).join(':');
}

/** Whether both mean the same place. */
export function sameEndpoint(a: Endpoint, b: Endpoint): boolean {
  return a.port === b.port && (a.host === b.host || canonicalHost(a.host) === canonicalHost(b.host));
}

/**
 * What SDP's address and port amount to for us: a place to send to, `hold` (nowhere for now), or `bad` (sip-core §10:
 * never send there). Loopback is a place only for somebody who sits on loopback himself; ports under 1024 other than the
 * two that mean "hold" are refused, so that nobody can aim us at DNS or NTP.
 */
export function sendTarget(host: string | undefined, port: number, own: Endpoint): Endpoint | 'hold' | 'bad' {
  if (host === undefined) return port === 0 ? 'hold' : 'bad';
  const kind = kindOf(host);
  switch (kind) {
    case 'unspecified':
      return 'hold';
    case 'hostile':
    case 'name':
      return port === 0 ? 'hold' : 'bad';
    case 'loopback':
      if (kindOf(own.host) !== 'loopback') return port === 0 ? 'hold' : 'bad';
      break;
    case 'unicast':
      break;
    default:
      kind satisfies never;
      throw new Error(`no such address kind: ${String(kind)}`);
  }
  // port 0: no stream; port 9: the "discard" black hole of old third-party call control
  if (port === 0 || port === 9) return 'hold';
  if (port < 1024) return 'bad';
  const target: Endpoint = { host: canonicalHost(host), port };
  return sameEndpoint(target, own) ? 'bad' : target;
}
