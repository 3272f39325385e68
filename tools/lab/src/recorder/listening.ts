import type { Datagram } from '@switchhook/ladder';
import type { Millis } from '@switchhook/sans-io';
import { aLaw, muLaw } from './g711.ts';
import { carries } from './recording.ts';

/** Samples a second of everything that the lab hears. */
export const RATE = 8000;

interface Packet {
  readonly arrivedMs: Millis;
  readonly key: string;
  readonly timestamp: number;
  readonly payloadType: number;
  readonly payload: Uint8Array;
}

/** How far a stream's timestamps may be from the arrival of its packets before it is placed anew, in ms. */
const SLIP_MS = 250;

/**
 * What arrived at `host` as sound from `startMs` to `endMs`, put together by time: each stream (source address and
 * SSRC) is laid out by its timestamps from where its first packet arrived; streams at the same time are added.
 */
export function heardAt(datagrams: Iterable<Datagram>, host: string, startMs: Millis, endMs: Millis): Int16Array {
  const out = new Int16Array(Math.max(Math.round(((endMs - startMs) * RATE) / 1000), 0));
  const origins = new Map<string, { readonly timestamp: number; readonly at: number }>();
  for (const packet of packetsTo(datagrams, host)) {
    const arrived = Math.round(((packet.arrivedMs - startMs) * RATE) / 1000);
    const origin = origins.get(packet.key);
    const placed = origin === undefined ? arrived : origin.at + ((packet.timestamp - origin.timestamp) | 0);
    const slipped = origin === undefined || Math.abs(placed - arrived) > (SLIP_MS * RATE) / 1000;
    if (slipped) origins.set(packet.key, { timestamp: packet.timestamp, at: arrived });
    const decode = packet.payloadType === 8 ? aLaw : muLaw;
    add(out, slipped ? arrived : placed, packet.payload, decode);
  }
  return out;
}

/** Moments at which `host` sent RTP. */
export function sentRtpAt(datagrams: Iterable<Datagram>, host: string): Millis[] {
  const moments: Millis[] = [];
  for (const d of datagrams) if (d.from.startsWith(`${host}:`) && carries(d.bytes) === 'rtp') moments.push(d.atMs);
  return moments;
}

function add(out: Int16Array, at: number, payload: Uint8Array, decode: (byte: number) => number): void {
  for (let i = 0; i < payload.length; i++) {
    const held = out[at + i];
    if (held === undefined) continue;
    out[at + i] = Math.max(-32768, Math.min(32767, held + decode(payload[i]!)));
  }
}

function packetsTo(datagrams: Iterable<Datagram>, host: string): Packet[] {
  const packets: Packet[] = [];
  for (const datagram of datagrams) {
    if (!datagram.to.startsWith(`${host}:`) || carries(datagram.bytes) !== 'rtp') continue;
    const arrivedMs = datagram.arrivalsMs === undefined ? datagram.atMs : datagram.arrivalsMs[0];
    const packet = arrivedMs === undefined ? undefined : readRtp(datagram, arrivedMs);
    if (packet !== undefined) packets.push(packet);
  }
  return packets.sort((a, b) => a.arrivedMs - b.arrivedMs);
}

/** RFC 3550 §5.1; only PCMU (0) and PCMA (8), no telephone events. */
function readRtp(datagram: Datagram, arrivedMs: Millis): Packet | undefined {
  const { bytes } = datagram;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const payloadType = bytes[1]! & 0x7f;
  if (payloadType !== 0 && payloadType !== 8) return undefined;
  let start = 12 + (bytes[0]! & 0x0f) * 4;
  if (bytes[0]! & 0x10) {
    if (bytes.length < start + 4) return undefined;
    start += 4 + view.getUint16(start + 2) * 4;
  }
  const end = bytes.length - (bytes[0]! & 0x20 ? bytes[bytes.length - 1]! : 0);
  if (end < start) return undefined;
  const key = `${datagram.from} ${view.getUint32(8)}`;
  return { arrivedMs, key, timestamp: view.getUint32(4), payloadType, payload: bytes.subarray(start, end) };
}
