import type { Parsed } from '@switchhook/sans-io';
import type { CodecName, Direction, Endpoint, SessionPlan } from '../session/plan.ts';

/** What we bring to an offer or an answer. */
export interface LocalMedia {
  readonly endpoint: Endpoint;
  /** In the account's order of preference. */
  readonly codecs: readonly CodecName[];
  readonly ptimeMs: number;
}

export type SdpFault =
  | 'not-sdp'
  | 'no-audio'
  | 'no-common-codec'
  | 'bad-address'
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
