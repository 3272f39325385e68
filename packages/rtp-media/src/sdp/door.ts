import type { Parsed, Random } from '@switchhook/sans-io';
import type { CodecName, Direction, Endpoint, SessionPlan } from '../session/plan.ts';
import type { SrtpSuiteName } from '../srtp/suite.ts';

/** What we bring to an offer or an answer. */
export interface LocalMedia {
  readonly endpoint: Endpoint;
  /** In the account's order of preference. */
  readonly codecs: readonly CodecName[];
  readonly ptimeMs: number;
  /** How the account wants its sound protected; absent = not at all, and who demands it is refused. */
  readonly srtp?: LocalSrtp;
}

/**
 * SRTP with keys in SDP (RFC 4568). `require`: RTP/SAVP is offered, and what comes without keys is refused. `prefer`: keys
 * are offered on RTP/AVP, which a far end that knows better takes and another one overlooks; the plan says which it was.
 */
export interface SrtpWish {
  readonly policy: 'prefer' | 'require';
  /** In the order of preference. */
  readonly suites: readonly SrtpSuiteName[];
}

/** A wish, and what its keys are made of. */
export interface LocalSrtp extends SrtpWish {
  /** Cryptographically random octets: they become keys. */
  readonly random: Random;
}

export type SdpFault =
  | 'not-sdp'
  | 'no-audio'
  | 'no-common-codec'
  | 'bad-address'
  /** The far end gives no keys, and the account demands SRTP; or it gives keys of which we can take none. */
  | 'srtp-required'
  | 'no-common-srtp'
  | 'too-many-media'
  | 'too-many-attributes'
  | 'wrong-media-count';

/** The direction the local side wants: talk, or hold the other side. */
export type LocalWish = 'talk' | 'hold';

/** What an answer or an accepted offer amounts to. */
export interface Agreement {
  /** The SDP text to send (absent when it was an answer that we received). */
  readonly sdp?: string;
  readonly plan: SessionPlan;
  /** The far end's own wish, seen from it: it holds us when it neither wants to receive nor to send both ways. */
  readonly heldByPeer: boolean;
  readonly direction: Direction;
}

/**
 * Offer/answer of one call as its own state (RFC 3264). One object a call: it remembers the o= line, the order of
 * media lines, the payload types and which offer is open, and refuses what the state forbids.
 */
export interface Negotiation {
  /** Our offer for `wish`; o= version rises only when the text changes. */
  offer(wish: LocalWish): string;
  /** The answer to our open offer. */
  accept(answer: string): Parsed<Agreement, SdpFault>;
  /** Our open offer was refused: back to what was agreed before. */
  withdraw(): void;
  /** Answer an offer of the peer with our `wish`. */
  answer(offer: string, wish: LocalWish): Parsed<Agreement & { readonly sdp: string }, SdpFault>;
  /** What stands now; undefined before the first agreement. */
  readonly agreed: Agreement | undefined;
}
