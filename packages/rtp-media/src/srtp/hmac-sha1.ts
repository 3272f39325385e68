const BLOCK = 64;
const DIGEST_WORDS = 5;

const K1 = 0x5a827999;
const K2 = 0x6ed9eba1;
const K3 = 0x8f1bbcdc | 0;
const K4 = 0xca62c1d6 | 0;

const schedule = new Int32Array(80);

/** One round of SHA-1 (FIPS 180-4 §6.1.2) over `bytes[at..at+64)` on `hash`. */
function compress(hash: Int32Array, bytes: Uint8Array, at: number): void {
  const w = schedule;
  for (let i = 0; i < 16; i++) {
    const p = at + 4 * i;
    w[i] = (bytes[p]! << 24) | (bytes[p + 1]! << 16) | (bytes[p + 2]! << 8) | bytes[p + 3]!;
  }
  for (let i = 16; i < 80; i++) {
    const x = w[i - 3]! ^ w[i - 8]! ^ w[i - 14]! ^ w[i - 16]!;
    w[i] = (x << 1) | (x >>> 31);
  }
  let a = hash[0]!;
  let b = hash[1]!;
  let c = hash[2]!;
  let d = hash[3]!;
  let e = hash[4]!;
  // four loops instead of one with a choice inside: the choice costs more than a round
  for (let i = 0; i < 20; i++) {
    const t = (((a << 5) | (a >>> 27)) + ((b & c) | (~b & d)) + e + K1 + w[i]!) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = t;
  }
  for (let i = 20; i < 40; i++) {
    const t = (((a << 5) | (a >>> 27)) + (b ^ c ^ d) + e + K2 + w[i]!) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = t;
  }
  for (let i = 40; i < 60; i++) {
    const t = (((a << 5) | (a >>> 27)) + ((b & c) | (b & d) | (c & d)) + e + K3 + w[i]!) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = t;
  }
  for (let i = 60; i < 80; i++) {
    const t = (((a << 5) | (a >>> 27)) + (b ^ c ^ d) + e + K4 + w[i]!) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = t;
  }
  hash[0] = (hash[0]! + a) | 0;
  hash[1] = (hash[1]! + b) | 0;
  hash[2] = (hash[2]! + c) | 0;
  hash[3] = (hash[3]! + d) | 0;
  hash[4] = (hash[4]! + e) | 0;
}

const INITIAL = Int32Array.of(0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476, 0xc3d2e1f0 | 0);

/**
 * HMAC-SHA1 (RFC 2104) under one key, with the two key blocks hashed beforehand: what is left for a packet is the packet.
 * It allocates nothing. The key has at most 64 octets, as all of SRTP's have.
 */
export class HmacSha1 {
  readonly #inner = INITIAL.slice();
  readonly #outer = INITIAL.slice();
  readonly #hash = new Int32Array(DIGEST_WORDS);
  readonly #block = new Uint8Array(BLOCK);

  constructor(key: Uint8Array) {
    if (key.length > BLOCK) throw new Error(`an HMAC key of ${key.length} octets, at most ${BLOCK} are taken`);
    const block = this.#block;
    block.fill(0x36);
    for (let i = 0; i < key.length; i++) block[i]! ^= key[i]!;
    compress(this.#inner, block, 0);
    block.fill(0x5c);
    for (let i = 0; i < key.length; i++) block[i]! ^= key[i]!;
    compress(this.#outer, block, 0);
  }

  /** The first `count` (at most 20) octets of the HMAC of `bytes[from..to)` followed by the 32 bits of `suffix`, into `tag`. */
  sign(bytes: Uint8Array, from: number, to: number, suffix: number, tag: Uint8Array, count: number): void {
    this.#run(bytes, from, to, suffix, true);
    this.#give(tag, count);
  }

  /** The same without a suffix. */
  signPlain(bytes: Uint8Array, from: number, to: number, tag: Uint8Array, count: number): void {
    this.#run(bytes, from, to, 0, false);
    this.#give(tag, count);
  }

  #run(bytes: Uint8Array, from: number, to: number, suffix: number, suffixed: boolean): void {
    const hash = this.#hash;
    const block = this.#block;
    hash.set(this.#inner);
    let at = from;
    for (; at + BLOCK <= to; at += BLOCK) compress(hash, bytes, at);
    let filled = to - at;
    for (let i = 0; i < filled; i++) block[i] = bytes[at + i]!;
    if (suffixed) {
      for (let shift = 24; shift >= 0; shift -= 8) {
        block[filled++] = suffix >>> shift;
        if (filled < BLOCK) continue;
        compress(hash, block, 0);
        filled = 0;
      }
    }
    this.#finish(hash, filled, BLOCK + to - from + (suffixed ? 4 : 0));
    for (let i = 0; i < DIGEST_WORDS; i++) putWord(block, 4 * i, hash[i]!);
    hash.set(this.#outer);
    this.#finish(hash, 4 * DIGEST_WORDS, BLOCK + 4 * DIGEST_WORDS);
  }

  /** Padding and length (FIPS 180-4 §5.1.1) behind `filled` octets of the block; `length` octets were hashed in all. */
  #finish(hash: Int32Array, filled: number, length: number): void {
    const block = this.#block;
    block[filled] = 0x80;
    block.fill(0, filled + 1);
    if (filled + 9 > BLOCK) {
      compress(hash, block, 0);
      block.fill(0);
    }
    putWord(block, BLOCK - 4, length * 8);
    compress(hash, block, 0);
  }

  #give(tag: Uint8Array, count: number): void {
    const hash = this.#hash;
    for (let i = 0; i < count; i++) tag[i] = hash[i >> 2]! >>> (24 - 8 * (i & 3));
  }
}

function putWord(into: Uint8Array, at: number, word: number): void {
  into[at] = word >>> 24;
  into[at + 1] = word >>> 16;
  into[at + 2] = word >>> 8;
  into[at + 3] = word;
}
