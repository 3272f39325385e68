/** Whether `packet` is an RTCP compound by RFC 3550 A.2: version 2 throughout, types 200..207, lengths that add up. */
export function isRtcp(packet: Uint8Array): boolean {
  let at = 0;
  while (at + 4 <= packet.length) {
    const type = packet[at + 1]!;
    if (packet[at]! >> 6 !== 2 || type < 200 || type > 207) return false;
    at += 4 * (((packet[at + 2]! << 8) | packet[at + 3]!) + 1);
  }
  return at === packet.length && at > 0;
}
