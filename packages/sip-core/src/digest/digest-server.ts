import { hex, type Millis } from '@switchhook/sans-io';
import { parseAuthParams } from '../message/auth-params.ts';
import type { SipRequest } from '../message/message.ts';
import { sameUri } from '../message/uri.ts';
import type { Crypto, DigestAlgorithm } from '../user-agent/settings.ts';
import { type ChallengeSide, printChallenge, readAlgorithm } from './challenge.ts';
import { digestResponse, sameDigest, secretHash } from './response.ts';

/** What a digest server is told once. */
export interface DigestServerSettings {
  readonly crypto: Crypto;
  readonly realm: string;
  readonly side: ChallengeSide;
  /** One challenge each, in this order (RFC 8760 §2.3). Default SHA-256, then MD5. */
  readonly algorithms?: readonly DigestAlgorithm[];
  /** Default auth; empty = the form of RFC 2069. */
  readonly qop?: readonly ('auth' | 'auth-int')[];
  /** How long a nonce is good. Default 5 minutes. */
  readonly nonceMs?: Millis;
  /** The password of a user, undefined for a stranger. */
  readonly passwordOf: (user: string) => string | undefined;
}

/** What a request's credentials are worth. */
export type DigestVerdict =
  | { readonly name: 'accepted'; readonly user: string }
  /** None for this realm. */
  | { readonly name: 'missing' }
  /** Right, but for a nonce too old or used up: challenge again with `stale`. */
  | { readonly name: 'stale' }
  | { readonly name: 'wrong' };

const MOST_NONCES = 1000;

/** The other end of digest: challenges, and judges the answers (RFC 7616 §3.3, §3.4.6). */
export class DigestServer {
  readonly #settings: DigestServerSettings;
  readonly #secret: string;
  /** The highest count seen for each live nonce: each count is good once. */
  readonly #counts = new Map<string, number>();
  /** H(user:realm:password) by algorithm, user and password: one whose password changes has another. */
  readonly #secrets = new Map<string, string>();

  constructor(settings: DigestServerSettings) {
    this.#settings = settings;
    this.#secret = hex(settings.crypto, 16);
  }

  /** The header fields of a 401 or 407. */
  challenge(now: Millis, stale = false): [name: string, value: string][] {
    const { realm, side, algorithms = ['SHA-256', 'MD5'], qop = ['auth'] } = this.#settings;
    const name = side === 'proxy' ? 'Proxy-Authenticate' : 'WWW-Authenticate';
    const nonce = this.#nonce(now);
    return algorithms.map((algorithm) => [name, printChallenge({ realm, nonce, algorithm, qop, stale })]);
  }

  /** Judge the credentials of `request`. */
  verify(request: SipRequest, now: Millis): DigestVerdict {
    const { crypto, realm, side, algorithms = ['SHA-256', 'MD5'], qop: offered = ['auth'] } = this.#settings;
    for (const text of request.headers.all(side === 'proxy' ? 'Proxy-Authorization' : 'Authorization')) {
      const read = parseAuthParams(text);
      if (!read.ok || read.value.scheme !== 'digest' || read.value.params.get('realm') !== realm) continue;
      const { params } = read.value;
      const user = params.get('username') ?? '';
      const algorithm = readAlgorithm(params.get('algorithm'));
      const password = this.#settings.passwordOf(user);
      const qop = params.get('qop')?.toLowerCase();
      if (algorithm === undefined || !algorithms.includes(algorithm.algorithm) || password === undefined) {
        return { name: 'wrong' };
      }
      if (qop !== undefined && qop !== 'auth' && qop !== 'auth-int') return { name: 'wrong' };
      if (qop === undefined ? offered.length > 0 : !offered.includes(qop)) return { name: 'wrong' };
      const uri = params.get('uri') ?? '';
      if (uri !== request.uri && !sameUri(uri, request.uri)) return { name: 'wrong' };
      const nonce = params.get('nonce') ?? '';
      const nc = params.get('nc') ?? '';
      const expected = digestResponse(crypto, {
        ...algorithm,
        secret: this.#secretOf(algorithm.algorithm, user, password),
        nonce,
        method: request.method,
        uri,
        qop,
        nc,
        cnonce: params.get('cnonce') ?? '',
        body: request.body,
      });
      if (!sameDigest(expected, params.get('response')?.toLowerCase() ?? '')) return { name: 'wrong' };
      if (!this.#fresh(nonce, now)) return { name: 'stale' };
      if (qop !== undefined && !this.#counted(nonce, Number.parseInt(nc, 16))) return { name: 'stale' };
      return { name: 'accepted', user };
    }
    return { name: 'missing' };
  }

  /** The same three hashes come with each request of a user; this one of them does not change. */
  #secretOf(algorithm: DigestAlgorithm, user: string, password: string): string {
    const key = `${algorithm} ${user.length} ${user} ${password}`;
    let secret = this.#secrets.get(key);
    if (secret === undefined) {
      secret = secretHash(this.#settings.crypto, algorithm, user, this.#settings.realm, password);
      if (this.#secrets.size >= MOST_NONCES) this.#secrets.clear();
      this.#secrets.set(key, secret);
    }
    return secret;
  }

  /** A nonce that proves by itself when we made it. */
  #nonce(now: Millis): string {
    const when = Math.floor(now).toString(16);
    const salt = hex(this.#settings.crypto, 4);
    return `${when}-${salt}-${this.#seal(when, salt)}`;
  }

  #seal(when: string, salt: string): string {
    return this.#settings.crypto.hash('SHA-256', `${this.#secret}:${when}:${salt}`).slice(0, 32);
  }

  #fresh(nonce: string, now: Millis): boolean {
    const [when = '', salt = '', seal = ''] = nonce.split('-');
    if (!sameDigest(seal, this.#seal(when, salt))) return false;
    return now - Number.parseInt(when, 16) <= (this.#settings.nonceMs ?? 300_000);
  }

  #counted(nonce: string, count: number): boolean {
    if (!Number.isInteger(count) || count <= (this.#counts.get(nonce) ?? 0)) return false;
    this.#counts.delete(nonce);
    this.#counts.set(nonce, count);
    if (this.#counts.size > MOST_NONCES) {
      const [oldest] = this.#counts.keys();
      this.#counts.delete(oldest!);
    }
    return true;
  }
}
