import { SeededRandom } from '@switchhook/sans-io/testing';
import type { Crypto } from '@switchhook/sip-core';

/** FNV-1a (the offset basis and prime of 32 bits), four times side by side with a salt each, so that they make 128 bits. */
function fnv(text: string): string {
  let [a, b, c, d] = [0x811c9dc5, 0x811c9dc5 ^ 0x9e3779b9, 0x811c9dc5 ^ 0x85ebca6b, 0x811c9dc5 ^ 0xc2b2ae35];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x01000193);
    c = Math.imul(c ^ code, 0x01000193);
    d = Math.imul(d ^ code, 0x01000193);
  }
  return hex(a) + hex(b) + hex(c) + hex(d);
}

const OCTETS: readonly string[] = Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, '0'));

function hex(word: number): string {
  const hash = (word ^ ((word >>> 0) >>> 15)) >>> 0;
  return OCTETS[hash >>> 24]! + OCTETS[(hash >>> 16) & 255]! + OCTETS[(hash >>> 8) & 255]! + OCTETS[hash & 255]!;
}

/**
 * Random bytes that a seed repeats, and a hash as long as MD5 that hides nothing: a million offices need fingerprints,
 * not secrets. Both sides of digest use the same one; the phone's real hashes are tested where they are made.
 */
export function quickCrypto(seed: number): Crypto {
  const random = new SeededRandom(seed);
  return {
    bytes: (count) => random.bytes(count),
    hash: (_algorithm, text) => fnv(text),
  };
}
