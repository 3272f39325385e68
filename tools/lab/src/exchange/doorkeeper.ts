import type { Millis } from '@switchhook/sans-io';
import { type DigestAlgorithm, parseAuthParams, type SipRequest } from '@switchhook/sip-core';
import type { ExchangeSettings } from './settings.ts';

const NONCE_LIFE_MS = 300_000;

/** What the doorkeeper thinks of a request's credentials. */
export type Admission =
  | { readonly name: 'admitted'; readonly user: string }
  /** No credentials, or a nonce that has gone stale: send these challenges. */
  | { readonly name: 'challenged'; readonly challenges: readonly string[] }
  /** Credentials of nobody, or a wrong password. */
  | { readonly name: 'refused' };

/** The server side of digest (RFC 3261 §22, RFC 8760): written apart from the phone's client side on purpose. */
export class Doorkeeper {
  readonly #settings: ExchangeSettings;
  readonly #nonces = new Map<string, Millis>();
  readonly #secret: string;

  constructor(settings: ExchangeSettings) {
    this.#settings = settings;
    this.#secret = [...settings.crypto.bytes(8)].join('.');
  }

  /**
   * Judge by `Authorization` (registrar) or `Proxy-Authorization` (proxy). `salt` makes the nonce: the same request
   * again gets the same challenge, so a retransmission changes nothing.
   */
  judge(request: SipRequest, header: 'Authorization' | 'Proxy-Authorization', salt: string, now: Millis): Admission {
    for (const value of request.headers.all(header)) {
      const credentials = parseAuthParams(value);
      if (!credentials.ok || credentials.value.scheme !== 'digest') continue;
      const params = credentials.value.params;
      if (params.get('realm') !== this.#settings.domain) continue;
      const known = this.#nonces.get(params.get('nonce') ?? '');
      if (known === undefined || now - known > NONCE_LIFE_MS) return this.#challenge(salt, now, true);
      const user = this.#verify(params, request);
      return user === undefined ? { name: 'refused' } : { name: 'admitted', user };
    }
    return this.#challenge(salt, now, false);
  }

  #challenge(salt: string, now: Millis, stale: boolean): Admission {
    const { algorithms, crypto, domain } = this.#settings;
    const nonce = crypto.hash('MD5', `${this.#secret}:${salt}`);
    for (const [old, at] of this.#nonces) if (now - at > NONCE_LIFE_MS) this.#nonces.delete(old);
    if (!this.#nonces.has(nonce)) this.#nonces.set(nonce, now);
    return {
      name: 'challenged',
      challenges: algorithms.map(
        (algorithm) =>
          `Digest realm="${domain}", nonce="${nonce}", algorithm=${algorithm}, qop="auth"${stale ? ', stale=true' : ''}`,
      ),
    };
  }

  #verify(params: ReadonlyMap<string, string>, request: SipRequest): string | undefined {
    const field = (name: string) => params.get(name) ?? '';
    const user = field('username');
    const extension = this.#settings.extensions.find((one) => one.user === user);
    const named = params.get('algorithm') ?? 'MD5';
    const algorithm = this.#settings.algorithms.find((one) => one.toLowerCase() === named.toLowerCase());
    if (extension === undefined || algorithm === undefined) return undefined;
    const hash = (text: string) => this.#settings.crypto.hash(algorithm satisfies DigestAlgorithm, text);
    const a1 = hash(`${user}:${this.#settings.domain}:${extension.password}`);
    const a2 = hash(`${request.method}:${field('uri')}`);
    const middle = params.has('qop') ? `${field('nc')}:${field('cnonce')}:${field('qop')}:` : '';
    const wanted = hash(`${a1}:${field('nonce')}:${middle}${a2}`);
    // RFC 3261 §22.4: the uri that was signed must be the one that is asked for.
    if (field('uri') !== request.uri) return undefined;
    return field('response').toLowerCase() === wanted ? user : undefined;
  }
}
