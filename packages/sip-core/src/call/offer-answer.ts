import type { OfferId, SessionBody } from '../user-agent/door.ts';

/**
 * The offer/answer exchange of one confirmed dialog (RFC 3264, RFC 3261 §14): one open exchange at a time, our own
 * offers queued behind it.
 *
 * ```
 *             ┌── propose, begin ──► offering ── answer, refusal ──┐
 *   stable ───┤                         └── 491 ──► stable + pause ┤──► stable
 *             └── offer of theirs ──► offered ── refused ──────────┤
 *                                        └─ 200 ─► awaiting-ack ───┘   (UPDATE needs no ACK)
 * ```
 */
export type OfferAnswerState =
  | { readonly name: 'stable' }
  /** Our re-INVITE is open. */
  | { readonly name: 'offering'; readonly proposal: Proposal }
  /** Theirs waits for the phone. `asked` = it had no body: the phone owes the offer, not the answer. */
  | { readonly name: 'offered'; readonly offer: OfferId; readonly method: 'INVITE' | 'UPDATE'; readonly asked: boolean }
  /** Our 2xx to their re-INVITE waits for its ACK. `asked` = the ACK brings the answer. */
  | { readonly name: 'awaiting-ack'; readonly asked: boolean };

/** An offer of ours, and how often it has met 491. */
export interface Proposal {
  readonly body: SessionBody;
  readonly collisions: number;
  /** It changes nothing and only keeps the session timer from running out (RFC 4028 §7.4): the phone hears nothing of it. */
  readonly refresh: boolean;
}

/** What to do with an offer that arrives: take it, or the refusal of RFC 3261 §14.2. */
export type Admission = 'take' | 'pending' | 'busy';

/** How often one offer may meet 491 before it is given up. */
export const MAX_COLLISIONS = 3;

/** The exchange as an object: it only decides; sending is its owner's. */
export class OfferAnswer {
  #state: OfferAnswerState = { name: 'stable' };
  #queue: Proposal[] = [];
  #paused = false;
  /** Our side of the session as last agreed: what a refresh says again, under the same version. */
  committed: SessionBody | undefined;

  get state(): OfferAnswerState {
    return this.#state;
  }

  /** Nothing is open and nothing of ours waits. */
  get isIdle(): boolean {
    return this.#state.name === 'stable' && this.#queue.length === 0;
  }

  /** Queue an offer of ours; `instead` = in the place of the one that was queued last, when one waits. */
  propose(body: SessionBody, instead = false): void {
    const stale = instead ? this.#queue.pop() : undefined;
    this.#queue.push({ body, collisions: stale?.collisions ?? 0, refresh: false });
  }

  /** The offer to send now, if the exchange is free; it is then open. */
  begin(): Proposal | undefined {
    if (this.#state.name !== 'stable' || this.#paused) return undefined;
    const proposal = this.#queue.shift();
    if (proposal !== undefined) this.#state = { name: 'offering', proposal };
    return proposal;
  }

  /** Say the agreed session again, if the exchange is free for it; it is then open. */
  beginRefresh(): Proposal | undefined {
    if (!this.isIdle || this.committed === undefined) return undefined;
    const proposal = { body: this.committed, collisions: 0, refresh: true };
    this.#state = { name: 'offering', proposal };
    return proposal;
  }

  /** Our open offer goes back to the head of the queue, to be sent again at once with other header fields. */
  again(): void {
    if (this.#state.name !== 'offering') return;
    this.#queue.unshift(this.#state.proposal);
    this.#state = { name: 'stable' };
  }

  /** Our open offer was answered or refused for good. */
  conclude(): void {
    if (this.#state.name === 'offering') this.#state = { name: 'stable' };
  }

  /** 491: false when the tries are used up, else the offer waits at the head of the queue until `resume`. */
  collide(): boolean {
    if (this.#state.name !== 'offering') return false;
    const { body, collisions, refresh } = this.#state.proposal;
    this.#state = { name: 'stable' };
    if (collisions + 1 >= MAX_COLLISIONS) return false;
    this.#queue.unshift({ body, collisions: collisions + 1, refresh });
    this.#paused = true;
    return true;
  }

  /** The back-off is over. */
  resume(): void {
    this.#paused = false;
  }

  /** RFC 3261 §14.2, RFC 3311 §5.2: 491 while ours is open, 500 while theirs is unanswered. */
  admit(): Admission {
    switch (this.#state.name) {
      case 'stable':
        return 'take';
      case 'offering':
      case 'awaiting-ack':
        return 'pending';
      case 'offered':
        return 'busy';
      default:
        throw this.#state satisfies never;
    }
  }

  /** An offer of theirs was admitted and waits for the phone. */
  take(offer: OfferId, method: 'INVITE' | 'UPDATE', asked: boolean): void {
    if (this.#state.name !== 'stable') throw new Error(`an offer cannot be taken while ${this.#state.name}`);
    this.#state = { name: 'offered', offer, method, asked };
  }

  /** The phone accepted their offer: a re-INVITE now waits for its ACK, an UPDATE is done. */
  accept(): void {
    if (this.#state.name !== 'offered') throw new Error(`nothing to accept while ${this.#state.name}`);
    const { method, asked } = this.#state;
    this.#state = method === 'INVITE' ? { name: 'awaiting-ack', asked } : { name: 'stable' };
  }

  /** The phone refused their offer, or they withdrew it. */
  drop(): void {
    if (this.#state.name === 'offered') this.#state = { name: 'stable' };
  }

  /** The 2xx that makes the call was sent, or has brought a late offer: nothing may be offered before its ACK. */
  awaitAck(asked: boolean): void {
    this.#state = { name: 'awaiting-ack', asked };
  }

  /** The ACK came. True when it should have brought an answer. */
  acknowledge(): boolean {
    if (this.#state.name !== 'awaiting-ack') return false;
    const { asked } = this.#state;
    this.#state = { name: 'stable' };
    return asked;
  }
}
