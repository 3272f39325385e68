import { type Random, unit } from '@switchhook/sans-io';
import { RTP_HEADER, writeRtpHeader } from '../packet/rtp.ts';

/** The synchronisation source of what we send: its number, the numbering of its packets, and how many there were. */
export class SendingSource {
  readonly #random: Random;
  #ssrc = 0;
  #sequence = 0;
  #packets = 0;
  #octets = 0;
  /** The last window, kept since all packets of a stream are alike. */
  #sized: Uint8Array = new Uint8Array(0);

  constructor(random: Random) {
    this.#random = random;
    this.renew();
  }

  get ssrc(): number {
    return this.#ssrc;
  }

  get packets(): number {
    return this.#packets;
  }

  /** Of payload. */
  get octets(): number {
    return this.#octets;
  }

  /** RFC 3550 §5.1: a random number, of 32 bits. */
  random32(): number {
    return Math.floor(unit(this.#random) * 2 ** 32) >>> 0;
  }

  /** Go on under another number (RFC 3550 §8.2), numbering anew. */
  renew(): void {
    this.#ssrc = this.random32();
    // at most 2^15, so that losses at the start cannot hide a wrap from who counts roll-overs (RFC 3711 §3.3.1)
    this.#sequence = this.random32() & 0x7fff;
  }

  /** The next packet: its header written into `bytes`, which holds `payload` octets behind it. A window on `bytes`. */
  packet(bytes: Uint8Array, payload: number, marker: boolean, payloadType: number, timestamp: number): Uint8Array {
    writeRtpHeader(bytes, marker, payloadType, this.#sequence, timestamp, this.#ssrc);
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.#packets++;
    this.#octets += payload;
    const length = RTP_HEADER + payload;
    if (bytes.length === length) return bytes;
    if (this.#sized.length !== length || this.#sized.buffer !== bytes.buffer) this.#sized = bytes.subarray(0, length);
    return this.#sized;
  }
}
