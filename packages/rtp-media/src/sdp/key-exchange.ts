import type { SrtpPair } from '../session/plan.ts';
import type { SrtpKeys, SrtpSuiteName } from '../srtp/suite.ts';
import { type CryptoLine, newKeys, sameKeys } from './crypto-line.ts';
import type { LocalSrtp } from './door.ts';
import type { MediaDescription } from './text.ts';

/** RTP in clear, and RTP protected; the feedback of AVPF is neither asked for nor answered. */
const CLEAR: readonly string[] = ['RTP/AVP', 'RTP/AVPF'];
const SECURE: readonly string[] = ['RTP/SAVP', 'RTP/SAVPF'];

/** Whether an m= line of this protocol can be taken at all. */
export function isTakenProtocol(protocol: string): boolean {
  return CLEAR.includes(protocol.toUpperCase()) || isSecureProtocol(protocol);
}

/** Whether an m= line of this protocol stands for SRTP and nothing else. */
export function isSecureProtocol(protocol: string): boolean {
  return SECURE.includes(protocol.toUpperCase());
}

/** Keys that were agreed on; `undefined` = in clear, as both sides may; or why the section cannot be taken. */
export type Secured =
  | { readonly own: CryptoLine; readonly pair: SrtpPair }
  | undefined
  | 'srtp-required'
  | 'no-common-srtp';

/**
 * The keys of one call (RFC 4568 §7.1). A key of ours stays as long as the far end's stays: who comes with another key is
 * another one (a transfer, an exchange that joins two calls), and must not know what the one before heard.
 */
export class KeyExchange {
  readonly #local: LocalSrtp | undefined;
  readonly #own = new Map<SrtpSuiteName, SrtpKeys>();
  #agreed: SrtpPair | undefined;
  #answered = false;

  constructor(local: LocalSrtp | undefined) {
    this.#local = local;
  }

  /** The protocol of a new m= line of ours. */
  get protocol(): string {
    return this.#local?.policy === 'require' ? 'RTP/SAVP' : 'RTP/AVP';
  }

  /** The lines of our offer: all suites at first, then the one that was agreed on; none once a call is in clear. */
  offered(): readonly CryptoLine[] {
    const local = this.#local;
    if (local === undefined || (this.#answered && this.#agreed === undefined && local.policy === 'prefer')) return [];
    const suites = this.#agreed === undefined ? local.suites : [this.#agreed.send.suite];
    return suites.map((suite, i) => ({ tag: i + 1, keys: this.#ownOf(suite) }));
  }

  /** What the answer `media` to our offer of `lines` agrees on (RFC 4568 §7.1.3): one line, with a tag and suite of ours. */
  accept(lines: readonly CryptoLine[], media: MediaDescription): Secured {
    const theirs = media.crypto.lines[0];
    if (!media.crypto.given) {
      return this.#local?.policy === 'require' || isSecureProtocol(media.protocol) ? 'srtp-required' : undefined;
    }
    if (theirs === undefined) return 'no-common-srtp';
    const own = lines.find(({ tag, keys }) => tag === theirs.tag && keys.suite === theirs.keys.suite);
    return own === undefined ? 'no-common-srtp' : { own, pair: { send: own.keys, receive: theirs.keys } };
  }

  /** What we answer to the offer `media` (RFC 4568 §7.1.2): its first line that we can take. */
  answer(media: MediaDescription): Secured {
    const local = this.#local;
    const demanded = isSecureProtocol(media.protocol);
    if (local === undefined) return demanded ? 'no-common-srtp' : undefined;
    const theirs = media.crypto.lines.find(({ keys }) => local.suites.includes(keys.suite));
    if (theirs === undefined) {
      if (media.crypto.given && (demanded || local.policy === 'require')) return 'no-common-srtp';
      return demanded || local.policy === 'require' ? 'srtp-required' : undefined;
    }
    if (!sameKeys(this.#agreed?.receive, theirs.keys)) this.#own.delete(theirs.keys.suite);
    const keys = this.#ownOf(theirs.keys.suite);
    return { own: { tag: theirs.tag, keys }, pair: { send: keys, receive: theirs.keys } };
  }

  /** This is what stands now. */
  agree(pair: SrtpPair | undefined): void {
    this.#agreed = pair;
    this.#answered = true;
  }

  #ownOf(suite: SrtpSuiteName): SrtpKeys {
    const local = this.#local;
    if (local === undefined) throw new Error(`keys for ${suite} without SRTP`);
    const keys = this.#own.get(suite) ?? newKeys(suite, (count) => local.random.bytes(count));
    this.#own.set(suite, keys);
    return keys;
  }
}
