import { createHash } from 'node:crypto';
import { SeededRandom } from '@switchhook/sans-io/testing';
import type { Crypto, DigestAlgorithm } from '@switchhook/sip-core';

const NAMES: Readonly<Record<DigestAlgorithm, string>> = {
  MD5: 'md5',
  'SHA-256': 'sha256',
  'SHA-512-256': 'sha512-256',
};

/** Real hashes with random bytes that a seed repeats. For the lab only: nothing it makes is a secret. */
export function seededCrypto(seed: number): Crypto {
  const random = new SeededRandom(seed);
  return {
    bytes: (count) => random.bytes(count),
    hash: (algorithm, text) => createHash(NAMES[algorithm]).update(text, 'utf8').digest('hex'),
  };
}
