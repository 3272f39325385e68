import { deriveKeys } from './key-derivation.ts';
import { makeProtection, type Protection, TAG_MAX } from './protection.ts';
import { type MakeBlockCipher, SRTP_SUITES, type SrtpKeys, type SrtpSuite } from './suite.ts';
import { payloadOffset, wordAt } from './wire.ts';

/** Most packets under one master key (RFC 3711 §9.2). */
export const RTP_LIFETIME = 2 ** 48;
export const RTCP_LIFETIME = 2 ** 31;
/** E bit of the word behind an SRTCP packet (RFC 3711 §3.4). */
const ENCRYPTED = 0x8000_0000 | 0;

/** Protects what one stream sends, RTP and RTCP, under one master key. */
export class SrtpSender {
  readonly #suite: SrtpSuite;
  readonly #mki: Uint8Array;
  readonly #rtp: Protection;
  readonly #rtcp: Protection;
  readonly #tag = new Uint8Array(20);
  #ssrc = -1;
  #rollover = 0;
  #sequence = 0;
  #sent = 0;
  #rtcpIndex = 0;

  constructor(keys: SrtpKeys, make: MakeBlockCipher) {
    const suite = SRTP_SUITES[keys.suite];
    this.#suite = suite;
    this.#mki = keys.mki ?? new Uint8Array(0);
    this.#rtp = makeProtection(suite, deriveKeys(keys, suite, 'rtp', make), make, 'rtp');
    this.#rtcp = makeProtection(suite, deriveKeys(keys, suite, 'rtcp', make), make, 'rtcp');
  }

  /** Octets that protection adds to an RTP packet. */
  get overhead(): number {
    return this.#suite.tagLength + this.#mki.length;
  }

  /**
   * The RTP packet `packet[0..length)` protected into `into`, which is `overhead` longer at least. Gives the length, or 0
   * when the key has served its time and must not be used again (RFC 3711 §9.2).
   */
  protect(packet: Uint8Array, length: number, into: Uint8Array): number {
    const text = payloadOffset(packet, length);
    if (text === undefined) throw new Error('a packet of ours that is no RTP packet');
    if (this.#sent >= RTP_LIFETIME) return 0;
    this.#sent++;
    const ssrc = wordAt(packet, 8) >>> 0;
    const index = this.#index(ssrc, (packet[2]! << 8) | packet[3]!);
    for (let i = 0; i < text; i++) into[i] = packet[i]!;
    this.#rtp.crypt(packet, text, length, into, ssrc, index);
    this.#rtp.tag(into, text, length, ssrc, index, this.#rollover, this.#tag);
    // MKI stands before the tag (RFC 3711 §3.1); with an AEAD the tag belongs to the cipher text (RFC 7714 §8.2)
    if (this.#suite.cipher === 'gcm') return this.#put(into, this.#put(into, length, this.#tag, TAG_MAX), this.#mki);
    return this.#put(into, this.#put(into, length, this.#mki), this.#tag, this.#suite.tagLength);
  }

  /** The RTCP compound `packet` protected, as a new array; undefined when the key has served its time. */
  protectRtcp(packet: Uint8Array): Uint8Array | undefined {
    if (this.#rtcpIndex + 1 >= RTCP_LIFETIME) return undefined;
    const index = ++this.#rtcpIndex;
    const ssrc = wordAt(packet, 4) >>> 0;
    const { cipher, rtcpTagLength } = this.#suite;
    const into = new Uint8Array(packet.length + 4 + rtcpTagLength + this.#mki.length);
    into.set(packet);
    this.#rtcp.crypt(packet, 8, packet.length, into, ssrc, index);
    const word = ENCRYPTED | index;
    this.#rtcp.tag(into, 8, packet.length, ssrc, index, word, this.#tag);
    let at = packet.length;
    if (cipher === 'gcm') at = this.#put(into, at, this.#tag, rtcpTagLength);
    for (let i = 0; i < 4; i++) into[at++] = word >>> (24 - 8 * i);
    at = this.#put(into, at, this.#mki);
    if (cipher === 'cm') this.#put(into, at, this.#tag, rtcpTagLength);
    return into;
  }

  #index(ssrc: number, sequence: number): number {
    if (ssrc !== this.#ssrc) {
      this.#ssrc = ssrc;
      this.#rollover = 0;
    } else if (sequence < this.#sequence) this.#rollover = (this.#rollover + 1) >>> 0;
    this.#sequence = sequence;
    return this.#rollover * 0x10000 + sequence;
  }

  #put(into: Uint8Array, at: number, bytes: Uint8Array, count = bytes.length): number {
    for (let i = 0; i < count; i++) into[at + i] = bytes[i]!;
    return at + count;
  }
}
