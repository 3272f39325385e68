import { RTP_HEADER } from '../packet/rtp.ts';

/** Big-endian word as a signed number. */
export function wordAt(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
}

/** Where the payload of the RTP packet `bytes[0..end)` begins, CSRC list and extension passed over; undefined when it has none. */
export function payloadOffset(bytes: Uint8Array, end: number): number | undefined {
  if (end < RTP_HEADER || bytes[0]! >> 6 !== 2) return undefined;
  let at = RTP_HEADER + 4 * (bytes[0]! & 0x0f);
  if ((bytes[0]! & 0x10) !== 0) {
    if (at + 4 > end) return undefined;
    at += 4 + 4 * ((bytes[at + 2]! << 8) | bytes[at + 3]!);
  }
  return at > end ? undefined : at;
}

/** Whether `count` octets are the same; takes as long for any difference. */
export function sameTag(tag: Uint8Array, bytes: Uint8Array, at: number, count: number): boolean {
  let difference = 0;
  for (let i = 0; i < count; i++) difference |= tag[i]! ^ bytes[at + i]!;
  return difference === 0;
}
