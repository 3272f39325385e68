import { createCipheriv } from 'node:crypto';
import type { BlockCipher } from '../srtp/suite.ts';

/** AES by node:crypto, block by block. */
export function nodeBlockCipher(key: Uint8Array): BlockCipher {
  const cipher = createCipheriv(key.length === 32 ? 'aes-256-ecb' : 'aes-128-ecb', key, null);
  cipher.setAutoPadding(false);
  return { encrypt: (blocks) => cipher.update(blocks) };
}
