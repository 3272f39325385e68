import { fault, type Parsed, parsed } from '@switchhook/sans-io';
import { parseAuthParams } from '../message/auth-params.ts';
import type { SipResponse } from '../message/message.ts';
import { quote } from '../message/params.ts';
import type { DigestAlgorithm } from '../user-agent/settings.ts';

/** Who asks: a user agent server with 401, or a proxy with 407. */
export type ChallengeSide = 'server' | 'proxy';

/** A digest challenge that we can answer (RFC 7616 §3.3, RFC 8760). */
export interface DigestChallenge {
  readonly side: ChallengeSide;
  readonly realm: string;
  readonly nonce: string;
  readonly opaque?: string | undefined;
  readonly algorithm: DigestAlgorithm;
  /** The `-sess` form of the algorithm. */
  readonly session: boolean;
  /** What we answer with; undefined = the form of RFC 2069, because no qop was offered. */
  readonly qop: 'auth' | 'auth-int' | undefined;
  /** The password was right, only the nonce was too old. */
  readonly stale: boolean;
  /** The user name is to be sent hashed (RFC 7616 §3.4.4). */
  readonly userhash: boolean;
}

/** `scheme`: not Digest, Basic above all (refused, RFC 3261 §22.1). */
export type ChallengeFault = 'syntax' | 'scheme' | 'algorithm' | 'qop' | 'missing';

/** Algorithms from weak to strong. */
export const STRENGTH: Readonly<Record<DigestAlgorithm, number>> = { MD5: 0, 'SHA-256': 1, 'SHA-512-256': 2 };

/** An algorithm parameter as its hash and whether it is the `-sess` form; undefined when we do not speak it. */
export function readAlgorithm(
  text: string | undefined,
): { readonly algorithm: DigestAlgorithm; readonly session: boolean } | undefined {
  const upper = (text ?? 'MD5').toUpperCase();
  const session = upper.endsWith('-SESS');
  const base = session ? upper.slice(0, -5) : upper;
  return base === 'MD5' || base === 'SHA-256' || base === 'SHA-512-256' ? { algorithm: base, session } : undefined;
}

/** Read one WWW-Authenticate or Proxy-Authenticate value. */
export function parseChallenge(text: string, side: ChallengeSide): Parsed<DigestChallenge, ChallengeFault> {
  const read = parseAuthParams(text);
  if (!read.ok) return fault('syntax', read.at);
  const { scheme, params } = read.value;
  if (scheme !== 'digest') return fault('scheme', 0);
  const realm = params.get('realm');
  const nonce = params.get('nonce');
  if (realm === undefined || nonce === undefined) return fault('missing', 0);
  const algorithm = readAlgorithm(params.get('algorithm'));
  if (algorithm === undefined) return fault('algorithm', 0);
  const qop = chooseQop(params.get('qop'));
  if (qop === 'none') return fault('qop', 0);
  // RFC 2069 knew MD5 only; without qop a stronger algorithm has no meaning.
  if (qop === undefined && algorithm.algorithm !== 'MD5') return fault('qop', 0);
  return parsed({
    side,
    realm,
    nonce,
    opaque: params.get('opaque'),
    ...algorithm,
    qop,
    stale: params.get('stale')?.toLowerCase() === 'true',
    userhash: params.get('userhash')?.toLowerCase() === 'true',
  });
}

function chooseQop(offered: string | undefined): 'auth' | 'auth-int' | undefined | 'none' {
  if (offered === undefined) return undefined;
  const options = offered
    .toLowerCase()
    .split(',')
    .map((option) => option.trim());
  if (options.includes('auth')) return 'auth';
  if (options.includes('auth-int')) return 'auth-int';
  return options.every((option) => option === '') ? undefined : 'none';
}

/** The challenges of a 401 or 407 that we can answer, topmost first; each realm's first is the one to use (RFC 8760 §2.4). */
export function challengesOf(response: SipResponse): DigestChallenge[] {
  const challenges: DigestChallenge[] = [];
  const sides = [
    ['WWW-Authenticate', 'server'],
    ['Proxy-Authenticate', 'proxy'],
  ] as const;
  for (const [name, side] of sides) {
    for (const text of response.headers.all(name)) {
      const challenge = parseChallenge(text, side);
      if (challenge.ok) challenges.push(challenge.value);
    }
  }
  return challenges;
}

/** What a server puts into its challenge. */
export interface ChallengeParts {
  readonly realm: string;
  readonly nonce: string;
  readonly algorithm: DigestAlgorithm;
  readonly qop?: readonly ('auth' | 'auth-int')[];
  readonly stale?: boolean;
  readonly opaque?: string;
}

/** A WWW-Authenticate or Proxy-Authenticate value. */
export function printChallenge(parts: ChallengeParts): string {
  let text = `Digest realm=${quote(parts.realm)}, nonce=${quote(parts.nonce)}, algorithm=${parts.algorithm}`;
  if (parts.opaque !== undefined) text += `, opaque=${quote(parts.opaque)}`;
  if (parts.qop !== undefined && parts.qop.length > 0) text += `, qop=${quote(parts.qop.join(','))}`;
  if (parts.stale === true) text += ', stale=true';
  return text;
}
