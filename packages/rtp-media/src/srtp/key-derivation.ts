import type { MakeBlockCipher, SrtpKeys, SrtpSuite } from './suite.ts';

/** RFC 3711 §4.3.2. */
const LABELS = { rtp: { key: 0, auth: 1, salt: 2 }, rtcp: { key: 3, auth: 4, salt: 5 } } as const;
/** Octets of the key of HMAC-SHA1 (RFC 3711 §5.2). */
const AUTH_KEY = 20;

/** Session keys of one direction, for RTP or for RTCP. */
export interface SessionKeys {
  readonly key: Uint8Array;
  readonly salt: Uint8Array;
  /** Empty for the AEAD suites. */
  readonly auth: Uint8Array;
}

/** RFC 3711 §4.3.1 with a key derivation rate of 0; for the AEAD suites RFC 7714 §11. */
export function deriveKeys(
  keys: SrtpKeys,
  suite: SrtpSuite,
  what: keyof typeof LABELS,
  make: MakeBlockCipher,
): SessionKeys {
  if (keys.masterKey.length !== suite.keyLength || keys.masterSalt.length !== suite.saltLength) {
    throw new Error(
      `${suite.name} takes a key of ${suite.keyLength} and a salt of ${suite.saltLength} octets, ` +
        `not ${keys.masterKey.length} and ${keys.masterSalt.length}`,
    );
  }
  const cipher = make(keys.masterKey);
  const derive = (label: number, length: number): Uint8Array => {
    const blocks = new Uint8Array(16 * Math.ceil(length / 16));
    for (let at = 0; at < blocks.length; at += 16) {
      blocks.set(keys.masterSalt, at);
      blocks[at + 7]! ^= label;
      blocks[at + 14] = at >> 12;
      blocks[at + 15] = at >> 4;
    }
    return cipher.encrypt(blocks).slice(0, length);
  };
  const label = LABELS[what];
  return {
    key: derive(label.key, suite.keyLength),
    salt: derive(label.salt, suite.saltLength),
    auth: suite.cipher === 'gcm' ? new Uint8Array(0) : derive(label.auth, AUTH_KEY),
  };
}
