import type { Datagram } from './ladder.ts';

const LINKTYPE_RAW = 101;
const UDP_BYTES = 8;
const UDP = 17;

interface Address {
  /** 4 or 16 octets. */
  readonly octets: readonly number[];
  readonly port: number;
}

interface Packet {
  readonly at: number;
  readonly from: Address;
  readonly to: Address;
  readonly bytes: Uint8Array;
}

/**
 * A capture file (pcap, microseconds, raw IPv4 and IPv6) that Wireshark and tshark read: each datagram once for each
 * arrival, with IP and UDP headers made for it, also where the message went over a stream. `epochMs` is the wall clock
 * at the recording's zero. Throws for an address that is no IP address.
 */
export function pcap(datagrams: Iterable<Datagram>, epochMs: number): Uint8Array {
  const packets: Packet[] = [];
  for (const datagram of datagrams) {
    const [from, to] = [addressOf(datagram.from), addressOf(datagram.to)];
    for (const at of datagram.arrivalsMs ?? [datagram.atMs]) packets.push({ at, from, to, bytes: datagram.bytes });
  }
  packets.sort((a, b) => a.at - b.at);
  const size = packets.reduce((sum, packet) => sum + 16 + headerBytes(packet) + packet.bytes.length, 24);
  const out = new Uint8Array(size);
  const view = new DataView(out.buffer);
  view.setUint32(0, 0xa1b2c3d4, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, 65_575, true);
  view.setUint32(20, LINKTYPE_RAW, true);
  let at = 24;
  packets.forEach((packet, index) => {
    const length = headerBytes(packet) + packet.bytes.length;
    const micros = Math.round((epochMs + packet.at) * 1000);
    view.setUint32(at, Math.floor(micros / 1_000_000), true);
    view.setUint32(at + 4, micros % 1_000_000, true);
    view.setUint32(at + 8, length, true);
    view.setUint32(at + 12, length, true);
    at += 16;
    out.set(packet.bytes, at + headerBytes(packet));
    if (isSix(packet)) ipv6(view, at, packet);
    else ipv4(view, at, packet, index);
    at += length;
  });
  return out;
}

function isSix({ from, to }: Packet): boolean {
  return from.octets.length === 16 || to.octets.length === 16;
}

function headerBytes(packet: Packet): number {
  return (isSix(packet) ? 40 : 20) + UDP_BYTES;
}

/** RFC 791 §3.1 and RFC 768; the UDP checksum is left out (0), as IPv4 allows. */
function ipv4(view: DataView, at: number, packet: Packet, index: number): void {
  view.setUint16(at, 0x4500);
  view.setUint16(at + 2, headerBytes(packet) + packet.bytes.length);
  view.setUint16(at + 4, index & 0xffff);
  view.setUint8(at + 8, 64);
  view.setUint8(at + 9, UDP);
  packet.from.octets.forEach((octet, i) => void view.setUint8(at + 12 + i, octet));
  packet.to.octets.forEach((octet, i) => void view.setUint8(at + 16 + i, octet));
  view.setUint16(at + 10, checksum(view, at, 20, 0));
  udp(view, at + 20, packet);
}

/** RFC 8200 §3; the UDP checksum may not be left out (§8.1). */
function ipv6(view: DataView, at: number, packet: Packet): void {
  const length = UDP_BYTES + packet.bytes.length;
  view.setUint8(at, 0x60);
  view.setUint16(at + 4, length);
  view.setUint8(at + 6, UDP);
  view.setUint8(at + 7, 64);
  mapped(packet.from).forEach((octet, i) => void view.setUint8(at + 8 + i, octet));
  mapped(packet.to).forEach((octet, i) => void view.setUint8(at + 24 + i, octet));
  udp(view, at + 40, packet);
  // the pseudo header: both addresses, length, next header
  const sum = checksum(view, at + 8, 32 + length, length + UDP);
  view.setUint16(at + 46, sum === 0 ? 0xffff : sum);
}

function udp(view: DataView, at: number, { from, to, bytes }: Packet): void {
  view.setUint16(at, from.port);
  view.setUint16(at + 2, to.port);
  view.setUint16(at + 4, UDP_BYTES + bytes.length);
}

/** RFC 1071 over `length` octets, which are padded with zero to an even number. */
function checksum(view: DataView, at: number, length: number, start: number): number {
  let sum = start;
  for (let i = 0; i + 1 < length; i += 2) sum += view.getUint16(at + i);
  if (length % 2 === 1) sum += view.getUint8(at + length - 1) << 8;
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}

/** An IPv4 address beside an IPv6 one is written as RFC 4291 §2.5.5.2 maps it. */
function mapped({ octets }: Address): readonly number[] {
  return octets.length === 16 ? octets : [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...octets];
}

/** `192.0.2.1:5060`, `2001:db8::1:5060` or `[2001:db8::1]:5060`: the port follows the last colon. */
function addressOf(text: string): Address {
  const colon = text.lastIndexOf(':');
  const host = text.slice(0, colon).replace(/^\[|\]$/g, '');
  const port = Number(text.slice(colon + 1));
  const octets = host.includes(':') ? six(host) : four(host);
  if (octets === undefined || !Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`not an IP address with a port: ${text}`);
  return { octets, port };
}

function four(host: string): number[] | undefined {
  const octets = /^\d+\.\d+\.\d+\.\d+$/.test(host) ? host.split('.').map(Number) : undefined;
  return octets?.every((octet) => octet < 256) === true ? octets : undefined;
}

/** RFC 4291 §2.2, a zone left aside. */
function six(host: string): number[] | undefined {
  const text = host.replace(/%.*$/, '').replace(/\d+\.\d+\.\d+\.\d+$/, (last) => {
    const [a = 0, b = 0, c = 0, d = 0] = four(last) ?? [];
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  });
  const [head = '', tail, more] = text.split('::');
  if (more !== undefined) return undefined;
  const words = (part: string) => (part === '' ? [] : part.split(':'));
  const [front, back] = [words(head), words(tail ?? '')];
  const gap = 8 - front.length - back.length;
  if (tail === undefined ? gap !== 0 : gap < 1) return undefined;
  const all = [...front, ...Array<string>(tail === undefined ? 0 : gap).fill('0'), ...back];
  if (!all.every((word) => /^[0-9a-f]{1,4}$/i.test(word))) return undefined;
  return all.flatMap((word) => [Number.parseInt(word, 16) >> 8, Number.parseInt(word, 16) & 0xff]);
}
