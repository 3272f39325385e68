/** Why a datagram is no RTP packet. `rtcp` = a payload type in 64..95, which RFC 5761 §4 keeps for RTCP. */
export type RtpFault = 'short' | 'version' | 'rtcp' | 'csrc' | 'extension' | 'padding';

/** Octets of the header without CSRC list and extension. */
export const RTP_HEADER = 12;

/**
 * A reusable window on one RTP packet (RFC 3550 §5.1): `parse` fills it without allocating. It points into the bytes
 * that were parsed and holds nothing of its own; after a fault its fields mean nothing.
 */
export class RtpView {
  marker = false;
  payloadType = 0;
  sequence = 0;
  timestamp = 0;
  ssrc = 0;
  csrcCount = 0;
  /** Profile word of the header extension, -1 without one. */
  extensionProfile = -1;
  extensionOffset = 0;
  extensionLength = 0;
  /** Payload without padding: `payloadLength` octets from `payloadOffset`. May be 0. */
  payloadOffset = 0;
  payloadLength = 0;

  /** Read `bytes[0..length)`; undefined when it is a well-formed RTP packet. Never throws, whatever the bytes. */
  parse(bytes: Uint8Array, length = bytes.length): RtpFault | undefined {
    if (length < RTP_HEADER) return 'short';
    const first = bytes[0]!;
    if (first >> 6 !== 2) return 'version';
    const second = bytes[1]!;
    this.marker = second >= 0x80;
    const payloadType = second & 0x7f;
    if (payloadType >= 64 && payloadType < 96) return 'rtcp';
    this.payloadType = payloadType;
    this.sequence = (bytes[2]! << 8) | bytes[3]!;
    this.timestamp = ((bytes[4]! << 24) | (bytes[5]! << 16) | (bytes[6]! << 8) | bytes[7]!) >>> 0;
    this.ssrc = ((bytes[8]! << 24) | (bytes[9]! << 16) | (bytes[10]! << 8) | bytes[11]!) >>> 0;
    this.csrcCount = first & 0x0f;
    let at = RTP_HEADER + 4 * this.csrcCount;
    if (at > length) return 'csrc';
    this.extensionProfile = -1;
    this.extensionOffset = at;
    this.extensionLength = 0;
    if ((first & 0x10) !== 0) {
      if (at + 4 > length) return 'extension';
      this.extensionProfile = (bytes[at]! << 8) | bytes[at + 1]!;
      this.extensionLength = 4 * ((bytes[at + 2]! << 8) | bytes[at + 3]!);
      this.extensionOffset = at + 4;
      at = this.extensionOffset + this.extensionLength;
      if (at > length) return 'extension';
    }
    let end = length;
    if ((first & 0x20) !== 0) {
      // RFC 3550 §5.1: the last octet counts itself, so 0 is as wrong as one that reaches into the header
      const padding = bytes[length - 1]!;
      end = length - padding;
      if (at === length || padding === 0 || end < at) return 'padding';
    }
    this.payloadOffset = at;
    this.payloadLength = end - at;
    return undefined;
  }
}

/**
 * Write the 12 header octets of a packet without CSRC, extension and padding into the start of `into`; the payload
 * follows at `RTP_HEADER`. Numbers are taken modulo their field.
 */
export function writeRtpHeader(
  into: Uint8Array,
  marker: boolean,
  payloadType: number,
  sequence: number,
  timestamp: number,
  ssrc: number,
): void {
  if (into.length < RTP_HEADER) throw new Error(`an RTP header does not fit into ${into.length} octets`);
  into[0] = 0x80;
  into[1] = (marker ? 0x80 : 0) | (payloadType & 0x7f);
  into[2] = sequence >>> 8;
  into[3] = sequence;
  into[4] = timestamp >>> 24;
  into[5] = timestamp >>> 16;
  into[6] = timestamp >>> 8;
  into[7] = timestamp;
  into[8] = ssrc >>> 24;
  into[9] = ssrc >>> 16;
  into[10] = ssrc >>> 8;
  into[11] = ssrc;
}

/** Signed distance from sequence number `from` to `to` on the 16-bit circle: -32768..32767. */
export function sequenceDelta(from: number, to: number): number {
  return ((to - from) << 16) >> 16;
}

/** Signed distance from timestamp `from` to `to` on the 32-bit circle. */
export function timestampDelta(from: number, to: number): number {
  return (to - from) | 0;
}
