import { createHash, randomFillSync } from 'node:crypto';
import type { Crypto, DigestAlgorithm } from '../user-agent/settings.ts';

const OPENSSL: Readonly<Record<DigestAlgorithm, string>> = {
  MD5: 'md5',
  'SHA-256': 'sha256',
  'SHA-512-256': 'sha512-256',
};

/** Random octets fetched ahead: one call for 8 of them costs as much as one for thousands. Each is given out once. */
const pool = new Uint8Array(4096);
let used = pool.length;

function randomOctets(count: number): Uint8Array {
  if (count > pool.length) return randomFillSync(new Uint8Array(count));
  if (used + count > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const octets = pool.slice(used, used + count);
  pool.fill(0, used, used + count);
  used += count;
  return octets;
}

/** The `Crypto` port over node:crypto. SHA-512/256 is the real one of FIPS 180-4, not a truncated SHA-512. */
export const nodeCrypto: Crypto = {
  bytes: randomOctets,
  hash: (algorithm, text) => createHash(OPENSSL[algorithm]).update(text, 'utf8').digest('hex'),
};
