/**
 * GHASH of AES-GCM (NIST SP 800-38D §6.4) by tables of 256 entries: one look-up an octet. It allocates nothing after
 * construction. Look-ups take a time that depends on the data, as everything in JavaScript does: see the decision on SRTP.
 */
export class Ghash {
  /** H times each octet value, four words each, most significant first. */
  readonly #table = new Int32Array(4 * 256);
  #a = 0;
  #b = 0;
  #c = 0;
  #d = 0;
  readonly #last = new Uint8Array(16);

  /** `key` is H: the block of zeros, encrypted. */
  constructor(key: Uint8Array) {
    const table = this.#table;
    let [a, b, c, d] = [wordAt(key, 0), wordAt(key, 4), wordAt(key, 8), wordAt(key, 12)];
    // the powers of x stand at 0x80, 0x40 … 0x01; multiplying by x is a shift to the right
    for (let bit = 0x80; bit > 0; bit >>= 1) {
      table.set([a, b, c, d], 4 * bit);
      const out = d & 1;
      d = (d >>> 1) | (c << 31);
      c = (c >>> 1) | (b << 31);
      b = (b >>> 1) | (a << 31);
      a = (a >>> 1) ^ (out === 0 ? 0 : 0xe1000000 | 0);
    }
    for (let bit = 2; bit < 256; bit <<= 1) {
      for (let low = 1; low < bit; low++) {
        for (let word = 0; word < 4; word++) {
          table[4 * (bit + low) + word] = table[4 * bit + word]! ^ table[4 * low + word]!;
        }
      }
    }
  }

  reset(): void {
    this.#a = this.#b = this.#c = this.#d = 0;
  }

  /** Take in `bytes[from..to)`, the last block filled up with zeros. */
  update(bytes: Uint8Array, from: number, to: number): void {
    let at = from;
    for (; at + 16 <= to; at += 16) this.#block(bytes, at);
    if (at === to) return;
    const last = this.#last;
    last.fill(0);
    for (let i = 0; at + i < to; i++) last[i] = bytes[at + i]!;
    this.#block(last, 0);
  }

  /** Take in the two lengths (octets) and give the 16 octets of the hash. */
  digest(additional: number, text: number, into: Uint8Array): void {
    const last = this.#last;
    last.fill(0);
    putWord(last, 4, additional * 8);
    putWord(last, 12, text * 8);
    this.#block(last, 0);
    putWord(into, 0, this.#a);
    putWord(into, 4, this.#b);
    putWord(into, 8, this.#c);
    putWord(into, 12, this.#d);
  }

  #block(bytes: Uint8Array, at: number): void {
    const a = this.#a ^ wordAt(bytes, at);
    const b = this.#b ^ wordAt(bytes, at + 4);
    const c = this.#c ^ wordAt(bytes, at + 8);
    const d = this.#d ^ wordAt(bytes, at + 12);
    const table = this.#table;
    let za = 0;
    let zb = 0;
    let zc = 0;
    let zd = 0;
    // from the last octet to the first: what is gathered so far moves eight places to the right each time
    for (let i = 3; i >= 0; i--) {
      let word = i === 3 ? d : i === 2 ? c : i === 1 ? b : a;
      for (let octet = 0; octet < 4; octet++) {
        const entry = (word & 0xff) << 2;
        word >>>= 8;
        const out = REDUCTION[zd & 0xff]!;
        zd = ((zd >>> 8) | (zc << 24)) ^ table[entry + 3]!;
        zc = ((zc >>> 8) | (zb << 24)) ^ table[entry + 2]!;
        zb = ((zb >>> 8) | (za << 24)) ^ table[entry + 1]!;
        za = (za >>> 8) ^ out ^ table[entry]!;
      }
    }
    this.#a = za;
    this.#b = zb;
    this.#c = zc;
    this.#d = zd;
  }
}

/** What an octet that falls out on the right adds at the left: it times x^128 modulo the polynomial. */
const REDUCTION = Int32Array.from({ length: 256 }, (_, octet) => {
  let low = octet;
  let high = 0;
  for (let i = 0; i < 8; i++) {
    const out = low & 1;
    low >>>= 1;
    high = (high >>> 1) ^ (out === 0 ? 0 : 0xe1000000 | 0);
  }
  return high;
});

function wordAt(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
}

function putWord(into: Uint8Array, at: number, word: number): void {
  into[at] = word >>> 24;
  into[at + 1] = word >>> 16;
  into[at + 2] = word >>> 8;
  into[at + 3] = word;
}
