import { hex } from '@switchhook/sans-io';
import { parseAuthParams, parseParamList } from '../message/auth-params.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';
import { quote } from '../message/params.ts';
import type { Crypto, DigestAlgorithm } from '../user-agent/settings.ts';
import { type ChallengeSide, challengesOf, type DigestChallenge, STRENGTH } from './challenge.ts';
import { digestResponse, sameDigest, secretHash } from './response.ts';

/** Who we are to the servers of one account. */
export interface CredentialSettings {
  readonly crypto: Crypto;
  readonly user: string;
  readonly password: string;
  /** The weakest algorithm to answer with. Default MD5, which most exchanges still use. */
  readonly minDigest?: DigestAlgorithm;
  /** Answer challenges without qop (RFC 2069), which protect less. Default true. */
  readonly withoutQop?: boolean;
}

/** What a challenge means for the request that met it. */
export type ChallengeVerdict =
  /** Send the request again, with a new CSeq and `authorize`. */
  | 'retry'
  /** The same credentials were refused: the password or user name is wrong. */
  | 'wrong-password'
  /** No challenge that we speak, or only ones weaker than allowed. */
  | 'unsupported'
  /** The realm is not one of those that the account is fixed to: somebody fishes for credentials. */
  | 'foreign-realm';

interface Session {
  readonly challenge: DigestChallenge;
  readonly nonce: string;
  /** Which requests were challenged for it: REGISTER, which ends at the server, or those that it may pass on. */
  readonly asked: ReadonlySet<Audience>;
  uses: number;
}

type Audience = 'registrar' | 'beyond';

/** How many realms one account may have sessions in at a time. */
const MOST_SESSIONS = 8;

/**
 * The credentials of one account and what its servers have asked for so far: one session for each realm and side, so
 * that later requests carry their answer unasked, with the nonce count going up (RFC 7616 §3.4).
 */
export class Credentials {
  readonly #settings: CredentialSettings;
  readonly #sessions = new Map<string, Session>();
  readonly #secrets = new Map<string, string>();
  /** The strongest algorithm that each realm has used: it may not sink below it again. */
  readonly #strongest = new Map<string, DigestAlgorithm>();
  #pinned: ReadonlySet<string> | undefined;

  constructor(settings: CredentialSettings) {
    this.#settings = settings;
  }

  /** From now on answer only the realms met so far: to be called when the registrar has accepted us. */
  pin(): void {
    const met = [...this.#sessions.values()].map(({ challenge }) => challenge.realm);
    this.#pinned = new Set([...(this.#pinned ?? []), ...met]);
  }

  /** Take a 401 or 407 to `sent`. */
  challenged(response: SipResponse, sent: SipRequest): ChallengeVerdict {
    let verdict: ChallengeVerdict = 'unsupported';
    const met = new Set<string>();
    for (const challenge of challengesOf(response)) {
      const key = sessionKey(challenge.side, challenge.realm);
      // RFC 8760 §2.4: of several for one realm the topmost that we support.
      if (met.has(key) || !this.#acceptable(challenge)) continue;
      if (this.#pinned !== undefined && !this.#pinned.has(challenge.realm)) {
        if (verdict === 'unsupported') verdict = 'foreign-realm';
        continue;
      }
      met.add(key);
      if (this.#refused(challenge, sent)) {
        this.#sessions.delete(key);
        return 'wrong-password';
      }
      this.#remember(key, challenge, audienceOf(sent.method));
      verdict = 'retry';
    }
    return verdict;
  }

  /**
   * The Authorization and Proxy-Authorization fields for a request, one for each realm met so far. `uri` has to be the
   * Request-URI exactly as it will be sent. Counts one use of each nonce. What only REGISTER was asked for stays with
   * REGISTER: a proxy hands Authorization on, and whoever is called could try passwords against it.
   */
  authorize(request: {
    readonly method: string;
    readonly uri: string;
    readonly body: Uint8Array;
  }): [name: string, value: string][] {
    const fields: [string, string][] = [];
    for (const session of this.#sessions.values()) {
      if (session.challenge.side === 'server' && !session.asked.has(audienceOf(request.method))) continue;
      const name = session.challenge.side === 'proxy' ? 'Proxy-Authorization' : 'Authorization';
      fields.push([name, this.#answer(session, request)]);
    }
    return fields;
  }

  /**
   * Take what an accepted request's answer says for next time (RFC 7616 §3.5). False when the server's own proof is
   * wrong: it does not know the password.
   */
  learn(response: SipResponse, sent: SipRequest): boolean {
    for (const side of ['server', 'proxy'] as const) {
      const info = response.headers.get(side === 'proxy' ? 'Proxy-Authentication-Info' : 'Authentication-Info');
      if (info === undefined) continue;
      const read = parseParamList(info);
      const used = this.#used(side, sent);
      if (!read.ok || used === undefined) continue;
      const { session, params } = used;
      const { challenge } = session;
      const proof = read.value.get('rspauth');
      if (proof !== undefined && challenge.qop !== undefined) {
        const expected = digestResponse(this.#settings.crypto, {
          ...challenge,
          nonce: params.get('nonce') ?? '',
          secret: this.#secret(challenge),
          method: '',
          uri: params.get('uri') ?? '',
          nc: params.get('nc') ?? '',
          cnonce: params.get('cnonce') ?? '',
          body: response.body,
        });
        if (!sameDigest(expected, proof)) return false;
      }
      const next = read.value.get('nextnonce');
      if (next !== undefined && next !== session.nonce) {
        this.#sessions.set(sessionKey(side, challenge.realm), { ...session, nonce: next, uses: 0 });
      }
    }
    return true;
  }

  #acceptable(challenge: DigestChallenge): boolean {
    const { minDigest = 'MD5', withoutQop = true } = this.#settings;
    const floor = this.#strongest.get(challenge.realm) ?? minDigest;
    if (STRENGTH[challenge.algorithm] < Math.max(STRENGTH[floor], STRENGTH[minDigest])) return false;
    // Both SHA forms are above the guard once one of them was used.
    return challenge.qop !== undefined || withoutQop;
  }

  /** Whether `sent` already carried a first-hand answer for this realm, which the server did not take. */
  #refused(challenge: DigestChallenge, sent: SipRequest): boolean {
    if (challenge.stale) return false;
    const used = this.#used(challenge.side, sent, challenge.realm);
    // A nonce that had been good before may just have grown old without saying so.
    return used !== undefined && (used.session.uses === 1 || Number.parseInt(used.params.get('nc') ?? '', 16) === 1);
  }

  /** The session whose nonce `sent` used. */
  #used(
    side: ChallengeSide,
    sent: SipRequest,
    realm?: string,
  ): { readonly session: Session; readonly params: ReadonlyMap<string, string> } | undefined {
    for (const text of sent.headers.all(side === 'proxy' ? 'Proxy-Authorization' : 'Authorization')) {
      const read = parseAuthParams(text);
      if (!read.ok) continue;
      const { params } = read.value;
      const of = params.get('realm') ?? '';
      const session = this.#sessions.get(sessionKey(side, of));
      if (session === undefined || session.nonce !== params.get('nonce')) continue;
      if (realm === undefined || realm === of) return { session, params };
    }
    return undefined;
  }

  #remember(key: string, challenge: DigestChallenge, audience: Audience): void {
    const asked = new Set([...(this.#sessions.get(key)?.asked ?? []), audience]);
    this.#sessions.delete(key);
    this.#sessions.set(key, { challenge, nonce: challenge.nonce, asked, uses: 0 });
    const held = this.#strongest.get(challenge.realm);
    if (challenge.algorithm !== 'MD5' && held === undefined) this.#strongest.set(challenge.realm, 'SHA-256');
    if (this.#sessions.size > MOST_SESSIONS) {
      const [oldest] = this.#sessions.keys();
      this.#sessions.delete(oldest!);
    }
  }

  #secret(challenge: DigestChallenge): string {
    const { crypto, user, password } = this.#settings;
    const key = `${challenge.algorithm} ${challenge.realm}`;
    let secret = this.#secrets.get(key);
    if (secret === undefined) {
      secret = secretHash(crypto, challenge.algorithm, user, challenge.realm, password);
      if (this.#secrets.size > 4 * MOST_SESSIONS) this.#secrets.clear();
      this.#secrets.set(key, secret);
    }
    return secret;
  }

  #answer(
    session: Session,
    request: { readonly method: string; readonly uri: string; readonly body: Uint8Array },
  ): string {
    const { crypto, user } = this.#settings;
    const { challenge, nonce } = session;
    session.uses++;
    const nc = session.uses.toString(16).padStart(8, '0');
    const cnonce = hex(crypto, 8);
    const response = digestResponse(crypto, {
      ...challenge,
      nonce,
      secret: this.#secret(challenge),
      method: request.method,
      uri: request.uri,
      nc,
      cnonce,
      body: request.body,
    });
    const name = challenge.userhash ? crypto.hash(challenge.algorithm, `${user}:${challenge.realm}`) : user;
    let text = `Digest username=${quote(name)}, realm=${quote(challenge.realm)}, nonce=${quote(nonce)}`;
    text += `, uri=${quote(request.uri)}, response="${response}"`;
    text += `, algorithm=${challenge.algorithm}${challenge.session ? '-sess' : ''}`;
    if (challenge.qop !== undefined) text += `, qop=${challenge.qop}, nc=${nc}`;
    if (challenge.qop !== undefined || challenge.session) text += `, cnonce="${cnonce}"`;
    if (challenge.opaque !== undefined) text += `, opaque=${quote(challenge.opaque)}`;
    if (challenge.userhash) text += ', userhash=true';
    return text;
  }
}

function audienceOf(method: string): Audience {
  return method === 'REGISTER' ? 'registrar' : 'beyond';
}

function sessionKey(side: ChallengeSide, realm: string): string {
  return `${side} ${realm}`;
}
