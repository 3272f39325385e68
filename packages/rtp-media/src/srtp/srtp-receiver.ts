import { deriveKeys } from './key-derivation.ts';
import { makeProtection, type Protection } from './protection.ts';
import { ReplayWindow } from './replay-window.ts';
import { type MakeBlockCipher, SRTP_SUITES, type SrtpKeys, type SrtpSuite } from './suite.ts';
import { payloadOffset, sameTag, wordAt } from './wire.ts';

/** Why a packet counts for nothing. */
export type SrtpFault = 'srtp-short' | 'srtp-header' | 'srtp-mki' | 'srtp-replay' | 'srtp-forged' | 'srtp-clear';

/** Synchronisation sources that are remembered at once: one talks, others took its place or are on their way. */
const SOURCES = 8;

/**
 * Takes the protection off what arrives under one master key. A packet is believed only after its tag was checked:
 * forged ones change nothing. `Parsed` is not used here: this runs for each packet and allocates nothing.
 */
export class SrtpReceiver {
  readonly #suite: SrtpSuite;
  readonly #mki: Uint8Array;
  readonly #rtp: Protection;
  readonly #rtcp: Protection;
  readonly #tag = new Uint8Array(20);
  /** Oldest first. */
  readonly #windows = new Map<number, ReplayWindow>();
  readonly #rtcpWindows = new Map<number, ReplayWindow>();
  #fault: SrtpFault | undefined;

  constructor(keys: SrtpKeys, make: MakeBlockCipher) {
    const suite = SRTP_SUITES[keys.suite];
    this.#suite = suite;
    this.#mki = keys.mki ?? new Uint8Array(0);
    this.#rtp = makeProtection(suite, deriveKeys(keys, suite, 'rtp', make), make, 'rtp');
    this.#rtcp = makeProtection(suite, deriveKeys(keys, suite, 'rtcp', make), make, 'rtcp');
  }

  /** Why the last packet gave 0. */
  get fault(): SrtpFault | undefined {
    return this.#fault;
  }

  /**
   * The roll-over counter of each source as far as it is known; another key of the same stream goes on from there
   * (RFC 3711 §3.3.1: re-keying does not set it back).
   */
  get highest(): ReadonlyMap<number, number> {
    return new Map([...this.#windows].map(([ssrc, window]) => [ssrc, window.highest]));
  }

  /** Take protection off `packet` in place. Gives the length of the plain RTP packet, or 0: see `fault`. */
  unprotect(packet: Uint8Array, earlier?: ReadonlyMap<number, number>): number {
    const { cipher, tagLength } = this.#suite;
    const end = packet.length - tagLength - this.#mki.length;
    if (end < 12) return this.#refuse('srtp-short');
    const text = payloadOffset(packet, end);
    if (text === undefined) return this.#refuse('srtp-header');
    if (!this.#hasMki(packet, cipher === 'gcm' ? end + tagLength : end)) return this.#refuse('srtp-mki');
    const tagAt = cipher === 'gcm' ? end : end + this.#mki.length;
    const ssrc = wordAt(packet, 8) >>> 0;
    const sequence = (packet[2]! << 8) | packet[3]!;
    const known = this.#windows.get(ssrc);
    let index = estimate(known?.highest ?? earlier?.get(ssrc) ?? -1, sequence);
    if (known !== undefined && !known.admits(index)) return this.#refuse('srtp-replay');
    if (!this.#authentic(packet, text, end, ssrc, index, tagAt)) {
      // a far end that counts from 0 again with its new key
      if (known !== undefined || index === sequence) return this.#refuse('srtp-forged');
      index = sequence;
      if (!this.#authentic(packet, text, end, ssrc, index, tagAt)) return this.#refuse('srtp-forged');
    }
    this.#rtp.crypt(packet, text, end, packet, ssrc, index);
    (known ?? remembered(this.#windows, ssrc)).take(index);
    this.#fault = undefined;
    return end;
  }

  /** The plain RTCP compound, in place: a window on `packet`; undefined: see `fault`. */
  unprotectRtcp(packet: Uint8Array): Uint8Array | undefined {
    const { cipher, rtcpTagLength } = this.#suite;
    const end = packet.length - rtcpTagLength - 4 - this.#mki.length;
    if (end < 8) return this.#none('srtp-short');
    const wordPlace = cipher === 'gcm' ? end + rtcpTagLength : end;
    if (!this.#hasMki(packet, wordPlace + 4)) return this.#none('srtp-mki');
    const word = wordAt(packet, wordPlace);
    // UNENCRYPTED_SRTCP is never agreed on
    if (word >= 0) return this.#none('srtp-clear');
    const index = word & 0x7fff_ffff;
    const ssrc = wordAt(packet, 4) >>> 0;
    const window = this.#rtcpWindows.get(ssrc);
    if (window !== undefined && !window.admits(index)) return this.#none('srtp-replay');
    this.#rtcp.tag(packet, 8, end, ssrc, index, word, this.#tag);
    const tagAt = cipher === 'gcm' ? end : wordPlace + 4 + this.#mki.length;
    if (!sameTag(this.#tag, packet, tagAt, rtcpTagLength)) return this.#none('srtp-forged');
    this.#rtcp.crypt(packet, 8, end, packet, ssrc, index);
    (window ?? remembered(this.#rtcpWindows, ssrc)).take(index);
    this.#fault = undefined;
    return packet.subarray(0, end);
  }

  #authentic(packet: Uint8Array, text: number, end: number, ssrc: number, index: number, tagAt: number): boolean {
    this.#rtp.tag(packet, text, end, ssrc, index, Math.floor(index / 0x10000), this.#tag);
    return sameTag(this.#tag, packet, tagAt, this.#suite.tagLength);
  }

  #hasMki(packet: Uint8Array, at: number): boolean {
    return sameTag(this.#mki, packet, at, this.#mki.length);
  }

  #refuse(fault: SrtpFault): 0 {
    this.#fault = fault;
    return 0;
  }

  #none(fault: SrtpFault): undefined {
    this.#fault = fault;
    return undefined;
  }
}

/** RFC 3711 appendix A: the index nearest to the highest one so far. `highest` -1 = the roll-over counter is 0. */
export function estimate(highest: number, sequence: number): number {
  if (highest < 0) return sequence;
  const rollover = Math.floor(highest / 0x10000);
  const last = highest % 0x10000;
  if (last < 0x8000) {
    const before = sequence - last > 0x8000 && rollover > 0;
    return (rollover - (before ? 1 : 0)) * 0x10000 + sequence;
  }
  return (rollover + (last - 0x8000 > sequence ? 1 : 0)) * 0x10000 + sequence;
}

function remembered(windows: Map<number, ReplayWindow>, ssrc: number): ReplayWindow {
  const window = new ReplayWindow();
  windows.set(ssrc, window);
  if (windows.size > SOURCES) windows.delete(windows.keys().next().value!);
  return window;
}
