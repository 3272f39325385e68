import { createHash, randomBytes } from 'node:crypto';
import type { Crypto, DigestAlgorithm } from '../user-agent/settings.ts';

const OPENSSL: Readonly<Record<DigestAlgorithm, string>> = {
  MD5: 'md5',
  'SHA-256': 'sha256',
  'SHA-512-256': 'sha512-256',
};

/** The `Crypto` port over node:crypto. SHA-512/256 is the real one of FIPS 180-4, not a truncated SHA-512. */
export const nodeCrypto: Crypto = {
  bytes: (count) => new Uint8Array(randomBytes(count)),
  hash: (algorithm, text) => createHash(OPENSSL[algorithm]).update(text, 'utf8').digest('hex'),
};
