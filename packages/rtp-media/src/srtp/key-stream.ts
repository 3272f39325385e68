import type { BlockCipher } from './suite.ts';

/** Packets whose key stream is made at one go. */
const BATCH = 64;
/** Blocks reserved for a packet at first: 20 ms of G.711 and the block that masks an AEAD tag. */
const USUAL_BLOCKS = 11;

/** Writes the first counter block of one packet into `into[at..at+16)`. */
export type FirstCounter = (into: Uint8Array, at: number, ssrc: number, index: number) => void;

/**
 * Counter-mode key stream. A call of a native cipher costs as much as ten packets are long, and packet indices are
 * known beforehand: so the stream of 64 packets is made by one call.
 */
export class KeyStream {
  readonly #cipher: BlockCipher;
  readonly #first: FirstCounter;
  #blocks = USUAL_BLOCKS;
  #batch: Uint8Array = new Uint8Array(0);
  #ssrc = -1;
  /** Index of the first packet of the batch. */
  #from = 0;
  /** Stream of one packet that lies before the batch. */
  #stream: Uint8Array = this.#batch;
  #at = 0;

  constructor(cipher: BlockCipher, first: FirstCounter) {
    this.#cipher = cipher;
    this.#first = first;
  }

  /** Where the stream lies after `seek`. */
  get bytes(): Uint8Array {
    return this.#stream;
  }

  /** Make `blocks` blocks of packet `index` readable in `bytes`; the result says from where. */
  seek(ssrc: number, index: number, blocks: number): number {
    if (blocks > this.#blocks) {
      this.#blocks = blocks;
      this.#ssrc = -1;
    }
    if (ssrc === this.#ssrc && index < this.#from && this.#from - index <= BATCH) {
      this.#stream = this.#cipher.encrypt(this.#counters(ssrc, index, 1, blocks));
      return 0;
    }
    if (ssrc !== this.#ssrc || index < this.#from || index >= this.#from + BATCH) {
      this.#batch = this.#cipher.encrypt(this.#counters(ssrc, index, BATCH, this.#blocks));
      this.#ssrc = ssrc;
      this.#from = index;
    }
    this.#stream = this.#batch;
    this.#at = (index - this.#from) * this.#blocks * 16;
    return this.#at;
  }

  #counters(ssrc: number, index: number, packets: number, blocks: number): Uint8Array {
    const counters = new Uint8Array(packets * blocks * 16);
    for (let packet = 0; packet < packets; packet++) {
      const start = packet * blocks * 16;
      this.#first(counters, start, ssrc, index + packet);
      const first = (counters[start + 14]! << 8) | counters[start + 15]!;
      for (let block = 1; block < blocks; block++) {
        const at = start + block * 16;
        counters.copyWithin(at, start, start + 14);
        counters[at + 14] = (first + block) >>> 8;
        counters[at + 15] = first + block;
      }
    }
    return counters;
  }
}

/** RFC 3711 §4.1.1 for RTP and RTCP: salt, SSRC and the packet's index of 48 (RTCP: 31) bits. */
export function counterMode(salt: Uint8Array): FirstCounter {
  return (into, at, ssrc, index) => {
    into.set(salt, at);
    xorWord(into, at + 4, ssrc);
    xorIndex(into, at + 8, index);
    into[at + 14] = 0;
    into[at + 15] = 0;
  };
}

/** RFC 7714 §8.1 (RTP) and §9.1 (RTCP): the salted nonce, then a counter that begins with 1, the block of the tag. */
export function galoisCounterMode(salt: Uint8Array): FirstCounter {
  return (into, at, ssrc, index) => {
    into.set(salt, at);
    xorWord(into, at + 2, ssrc);
    xorIndex(into, at + 6, index);
    into[at + 15] = 1;
  };
}

function xorWord(into: Uint8Array, at: number, word: number): void {
  into[at]! ^= word >>> 24;
  into[at + 1]! ^= word >>> 16;
  into[at + 2]! ^= word >>> 8;
  into[at + 3]! ^= word;
}

/** 48 bits: beyond what shifts can do. */
function xorIndex(into: Uint8Array, at: number, index: number): void {
  const high = Math.floor(index / 0x1_0000_0000);
  into[at]! ^= high >>> 8;
  into[at + 1]! ^= high;
  xorWord(into, at + 2, index >>> 0);
}
