import { SeededRandom } from '@switchhook/sans-io/testing';
import type { Crypto } from '@switchhook/sip-core';

/** FNV-1a (the offset basis and prime of 32 bits), with a seed so that four of them make 128 bits. */
function fnv(text: string, seed: number): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}

/**
 * Random bytes that a seed repeats, and a hash as long as MD5 that hides nothing: a million offices need fingerprints,
 * not secrets. Both sides of digest use the same one; the phone's real hashes are tested where they are made.
 */
export function quickCrypto(seed: number): Crypto {
  const random = new SeededRandom(seed);
  return {
    bytes: (count) => random.bytes(count),
    hash: (_algorithm, text) =>
      [0, 0x9e3779b9, 0x85ebca6b, 0xc2b2ae35].map((salt) => fnv(text, salt).toString(16).padStart(8, '0')).join(''),
  };
}
