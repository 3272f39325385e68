import { decodeText } from '../message/octets.ts';
import type { Crypto, DigestAlgorithm } from '../user-agent/settings.ts';

/** Everything that goes into a digest (RFC 7616 §3.4.1). */
export interface DigestInput {
  readonly algorithm: DigestAlgorithm;
  readonly session: boolean;
  /** H(user:realm:password), see `secretHash`. */
  readonly secret: string;
  readonly nonce: string;
  readonly method: string;
  /** The digest-uri: the Request-URI exactly as sent. */
  readonly uri: string;
  readonly qop: 'auth' | 'auth-int' | undefined;
  /** Eight hexadecimal digits; only looked at with qop. */
  readonly nc: string;
  /** Needed with qop and with `-sess`. */
  readonly cnonce: string;
  /** Hashed as UTF-8 text for auth-int. */
  readonly body: Uint8Array;
}

/** H(user:realm:password): all that has to be kept of a password where its realm is known. */
export function secretHash(
  crypto: Crypto,
  algorithm: DigestAlgorithm,
  user: string,
  realm: string,
  password: string,
): string {
  return crypto.hash(algorithm, `${user}:${realm}:${password}`);
}

/** The `response` of credentials; with an empty method, the `rspauth` of the server's answer (RFC 7616 §3.5). */
export function digestResponse(crypto: Crypto, input: DigestInput): string {
  const { algorithm, nonce, nc, cnonce, qop } = input;
  // RFC 7616 §3.4.2: A1 of the session forms mixes in both nonces.
  const a1 = input.session ? crypto.hash(algorithm, `${input.secret}:${nonce}:${cnonce}`) : input.secret;
  // RFC 7616 §3.4.3: A2 of auth-int ends in the hash of the body.
  const integrity = qop === 'auth-int' ? `:${crypto.hash(algorithm, decodeText(input.body))}` : '';
  const a2 = crypto.hash(algorithm, `${input.method}:${input.uri}${integrity}`);
  // RFC 2069 §2.1.2 when no qop was offered.
  const middle = qop === undefined ? nonce : `${nonce}:${nc}:${cnonce}:${qop}`;
  return crypto.hash(algorithm, `${a1}:${middle}:${a2}`);
}

/** Compare two digests without telling by the time taken where they differ. */
export function sameDigest(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length && i < b.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}
