import type { Datagram } from '@switchhook/ladder';

const LINKTYPE_RAW = 101;
const HEADERS = 28;

/**
 * A capture file (pcap, microseconds, raw IPv4) that Wireshark and tshark read: each datagram once for each arrival,
 * with IPv4 and UDP headers made for it. `epochMs` is the wall clock at the recording's zero.
 */
export function pcap(datagrams: Iterable<Datagram>, epochMs: number): Uint8Array {
  const packets: { readonly at: number; readonly datagram: Datagram }[] = [];
  for (const datagram of datagrams) {
    for (const at of datagram.arrivalsMs ?? [datagram.atMs]) packets.push({ at, datagram });
  }
  packets.sort((a, b) => a.at - b.at);
  const size = packets.reduce((sum, { datagram }) => sum + 16 + HEADERS + datagram.bytes.length, 24);
  const out = new Uint8Array(size);
  const view = new DataView(out.buffer);
  view.setUint32(0, 0xa1b2c3d4, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, 65_535, true);
  view.setUint32(20, LINKTYPE_RAW, true);
  let at = 24;
  packets.forEach(({ at: ms, datagram }, index) => {
    const length = HEADERS + datagram.bytes.length;
    const micros = Math.round((epochMs + ms) * 1000);
    view.setUint32(at, Math.floor(micros / 1_000_000), true);
    view.setUint32(at + 4, micros % 1_000_000, true);
    view.setUint32(at + 8, length, true);
    view.setUint32(at + 12, length, true);
    ipv4(view, at + 16, datagram, index);
    out.set(datagram.bytes, at + 16 + HEADERS);
    at += 16 + length;
  });
  return out;
}

/** RFC 791 §3.1 and RFC 768; the UDP checksum is left out (0), as IPv4 allows. */
function ipv4(view: DataView, at: number, datagram: Datagram, index: number): void {
  const length = HEADERS + datagram.bytes.length;
  view.setUint16(at, 0x4500);
  view.setUint16(at + 2, length);
  view.setUint16(at + 4, index & 0xffff);
  view.setUint8(at + 8, 64);
  view.setUint8(at + 9, 17);
  const [source, sourcePort] = address(datagram.from);
  const [target, targetPort] = address(datagram.to);
  view.setUint32(at + 12, source);
  view.setUint32(at + 16, target);
  let sum = 0;
  for (let i = 0; i < 20; i += 2) sum += view.getUint16(at + i);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  view.setUint16(at + 10, ~sum & 0xffff);
  view.setUint16(at + 20, sourcePort);
  view.setUint16(at + 22, targetPort);
  view.setUint16(at + 24, length - 20);
}

function address(text: string): [number, number] {
  const parts = /^(\d+)\.(\d+)\.(\d+)\.(\d+):(\d+)$/.exec(text);
  if (parts === null) throw new Error(`not an IPv4 address with a port: ${text}`);
  const [a, b, c, d, port] = parts.slice(1).map(Number) as [number, number, number, number, number];
  return [((a << 24) | (b << 16) | (c << 8) | d) >>> 0, port];
}
