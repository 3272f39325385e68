import { Ghash } from './ghash.ts';
import { HmacSha1 } from './hmac-sha1.ts';
import type { SessionKeys } from './key-derivation.ts';
import { counterMode, galoisCounterMode, KeyStream } from './key-stream.ts';
import type { MakeBlockCipher, SrtpSuite } from './suite.ts';

/** Longest tag of any suite. */
export const TAG_MAX = 16;

/**
 * Cipher and authentication of one direction under one set of session keys, on bytes alone: which index a packet has is
 * decided outside. `text` is what is encrypted, `head` what stands before it in clear; both lie in one array.
 */
export interface Protection {
  /** Encrypt `from[text..end)` into the same places of `into`. */
  crypt(from: Uint8Array, text: number, end: number, into: Uint8Array, ssrc: number, index: number): void;
  /**
   * The tag of the protected packet `bytes[0..end)` whose encrypted part begins at `text`, into `tag`. `word` is the
   * roll-over counter of RTP, or the E bit and index of RTCP.
   */
  tag(bytes: Uint8Array, text: number, end: number, ssrc: number, index: number, word: number, tag: Uint8Array): void;
}

/** The protection that `suite` means, for RTP or RTCP. */
export function makeProtection(
  suite: SrtpSuite,
  keys: SessionKeys,
  make: MakeBlockCipher,
  what: 'rtp' | 'rtcp',
): Protection {
  const cipher = make(keys.key);
  if (suite.cipher === 'cm') {
    const length = what === 'rtp' ? suite.tagLength : suite.rtcpTagLength;
    return new CounterHmac(new KeyStream(cipher, counterMode(keys.salt)), new HmacSha1(keys.auth), length);
  }
  const hash = new Ghash(cipher.encrypt(new Uint8Array(16)));
  return new GaloisCounter(new KeyStream(cipher, galoisCounterMode(keys.salt)), hash, what);
}

/** AES-CM with HMAC-SHA1 (RFC 3711 §4.1.1, §4.2.1). */
class CounterHmac implements Protection {
  readonly #stream: KeyStream;
  readonly #hmac: HmacSha1;
  readonly #length: number;

  constructor(stream: KeyStream, hmac: HmacSha1, length: number) {
    this.#stream = stream;
    this.#hmac = hmac;
    this.#length = length;
  }

  crypt(from: Uint8Array, text: number, end: number, into: Uint8Array, ssrc: number, index: number): void {
    const at = this.#stream.seek(ssrc, index, (end - text + 15) >> 4);
    xor(from, text, end, into, this.#stream.bytes, at);
  }

  tag(bytes: Uint8Array, _text: number, end: number, _ssrc: number, _index: number, word: number, tag: Uint8Array) {
    // §4.2: RTP is followed by its roll-over counter, RTCP (§3.4) by the word with the index
    this.#hmac.sign(bytes, 0, end, word, tag, this.#length);
  }
}

/** AES-GCM (RFC 7714). */
class GaloisCounter implements Protection {
  readonly #stream: KeyStream;
  readonly #hash: Ghash;
  readonly #rtcp: boolean;
  readonly #additional = new Uint8Array(12);

  constructor(stream: KeyStream, hash: Ghash, what: 'rtp' | 'rtcp') {
    this.#stream = stream;
    this.#hash = hash;
    this.#rtcp = what === 'rtcp';
  }

  crypt(from: Uint8Array, text: number, end: number, into: Uint8Array, ssrc: number, index: number): void {
    const at = this.#stream.seek(ssrc, index, 1 + ((end - text + 15) >> 4));
    xor(from, text, end, into, this.#stream.bytes, at + 16);
  }

  tag(bytes: Uint8Array, text: number, end: number, ssrc: number, index: number, word: number, tag: Uint8Array): void {
    const hash = this.#hash;
    hash.reset();
    let additional = text;
    if (this.#rtcp) {
      // §9.2: the additional data are the header and the word with the index; all of it when nothing is encrypted
      additional = this.#rtcpData(bytes, text, word);
    } else hash.update(bytes, 0, text);
    hash.update(bytes, text, end);
    hash.digest(additional, end - text, tag);
    const at = this.#stream.seek(ssrc, index, 1);
    const stream = this.#stream.bytes;
    for (let i = 0; i < TAG_MAX; i++) tag[i]! ^= stream[at + i]!;
  }

  #rtcpData(bytes: Uint8Array, text: number, word: number): number {
    const length = text + 4;
    const data = length <= this.#additional.length ? this.#additional : new Uint8Array(length);
    for (let i = 0; i < text; i++) data[i] = bytes[i]!;
    for (let i = 0; i < 4; i++) data[text + i] = word >>> (24 - 8 * i);
    this.#hash.update(data, 0, length);
    return length;
  }
}

function xor(from: Uint8Array, text: number, end: number, into: Uint8Array, stream: Uint8Array, at: number): void {
  for (let i = text, s = at; i < end; i++, s++) into[i] = from[i]! ^ stream[s]!;
}
