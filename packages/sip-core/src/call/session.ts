import type { Dialog } from '../dialog/dialog.ts';
import type { SipMessage, SipRequest, SipResponse } from '../message/message.ts';
import type { CallId, EndCause, Flow, OfferId, Peer, SessionBody } from '../user-agent/door.ts';
import type { Inbound, Services } from '../user-agent/services.ts';
import { ALLOW, withBody } from './capabilities.ts';
import { FarOffers } from './far-offers.ts';
import { acceptance, type InviteUsage, reasonOf, refreshTarget } from './in-dialog.ts';
import { receiveInfo, sendInfoDigit } from './info-digit.ts';
import { OfferAnswer } from './offer-answer.ts';
import { OwnOffers } from './own-offers.ts';
import { readPeer, samePeer } from './peer.ts';
import type { PeerIdentity } from './peer-identity.ts';
import { readSessionBody, SDP } from './session-body.ts';
import type { SessionTerms } from './session-terms.ts';
import { SessionTimer } from './session-timer.ts';

type SessionState =
  | { readonly name: 'up' }
  /** Hung up by us, but our 2xx has no ACK yet: no BYE before it (RFC 3261 §15). */
  | { readonly name: 'leaving'; readonly reason: string | undefined }
  | { readonly name: 'bye-sent' }
  | { readonly name: 'over' };

/**
 * The INVITE usage of a confirmed dialog, from the 2xx to the end.
 *
 * ```
 *   up ── hangup, failure ──► bye-sent ── answer or silence ──► over
 *    │                           ▲
 *    ├─ hangup before the ACK ──► leaving ── ACK, 64*T1
 *    └─ BYE of the far end ─────────────────────────────────► over
 * ```
 * `ended` is emitted when `up` is left; what follows is only good manners on the wire.
 */
export class Session implements InviteUsage {
  readonly #services: Services;
  readonly #call: CallId;
  readonly #dialog: Dialog;
  readonly #exchange = new OfferAnswer();
  readonly #timer: SessionTimer;
  readonly #own: OwnOffers;
  readonly #far: FarOffers;
  readonly #identity: PeerIdentity;
  #state: SessionState = { name: 'up' };
  #peer: Peer;
  /** Our INVITE whose 2xx brought an offer that waits for `acknowledge`. */
  #unacknowledged: SipRequest | undefined;
  #ack: SipRequest | undefined;
  /** Tells that the ACK of an incoming call's 2xx came, once. */
  #onFirstAck: ((body: SessionBody | undefined) => void) | undefined;

  constructor(
    services: Services,
    call: CallId,
    dialog: Dialog,
    peer: Peer,
    identity: PeerIdentity,
    terms: SessionTerms,
  ) {
    this.#services = services;
    this.#call = call;
    this.#dialog = dialog;
    this.#peer = peer;
    this.#identity = identity;
    const end = (cause: EndCause, reason?: string): void => this.#end(cause, reason);
    const refresh = (message: SipMessage, from: Flow): void => this.#refresh(message, from);
    const exchange = this.#exchange;
    const timer = new SessionTimer({
      services,
      call,
      dialog,
      terms,
      peer: () => this.#peer,
      reinvite: () => this.#own.refresh(),
      refresh,
      end,
    });
    this.#timer = timer;
    this.#own = new OwnOffers({ services, call, dialog, exchange, timer, fail: end, refresh });
    const free = (): void => this.#own.next();
    this.#far = new FarOffers({ services, call, dialog, exchange, terms, timer, fail: end, refresh, free });
    dialog.usage = this;
    services.dialogs.hold(dialog, 'invite');
  }

  get peer(): Peer {
    return this.#peer;
  }

  get dialog(): Dialog {
    return this.#dialog;
  }

  /** Where it is. */
  get stage(): SessionState['name'] {
    return this.#state.name;
  }

  /** Whether requests of the INVITE usage may still be sent. */
  get isUp(): boolean {
    return this.#state.name === 'up';
  }

  // ---------------------------------------------------------------------------------------------- how it begins

  /** Our INVITE, which offered `body`, got this 2xx. Without an offer of ours, the ACK waits for the phone. */
  answeredByFarEnd(invite: SipRequest, response: SipResponse, body: SessionBody | undefined, lateOffer: boolean): void {
    this.#exchange.committed = body;
    this.#timer.agreed(response);
    if (lateOffer) {
      this.#unacknowledged = invite;
      this.#exchange.awaitAck(false);
    } else this.#sendAck(invite, undefined);
  }

  /** The 2xx came again: its ACK was lost (RFC 3261 §13.2.2.4). */
  answeredAgain(): void {
    if (this.#ack !== undefined) this.#services.transmit(this.#ack, this.#dialog.hop());
  }

  /** Send our 2xx; `asked` = `body` is our offer. */
  answer(inbound: Inbound, body: SessionBody, asked: boolean, onAck: (body?: SessionBody) => void): void {
    const fields = this.#timer.accept(inbound.request);
    const response = this.#services.reply(inbound, 200, acceptance(this.#dialog, body, fields));
    this.#exchange.committed = body;
    this.#onFirstAck = onAck;
    this.#exchange.awaitAck(asked);
    this.#far.awaitAck(inbound, response);
  }

  // ------------------------------------------------------------------------------------------------- the phone's verbs

  acknowledge(body: SessionBody): void {
    if (this.#unacknowledged === undefined || this.#state.name !== 'up') return;
    this.#sendAck(this.#unacknowledged, body);
    this.#exchange.committed = body;
    this.#exchange.acknowledge();
    this.#own.next();
  }

  offer(body: SessionBody, instead: boolean): void {
    if (this.#state.name !== 'up') return;
    this.#own.propose(body, instead);
  }

  answerOffer(offer: OfferId, body: SessionBody): void {
    if (this.#state.name === 'up') this.#far.answer(offer, body);
  }

  refuseOffer(offer: OfferId, status: number): void {
    if (this.#state.name === 'up') this.#far.refuse(offer, status);
  }

  /** Act when no offer of either side is open; `never` when the call ends before, or 64*T1 have passed. */
  whenFree(act: () => void, never: (ended: boolean) => void): void {
    if (this.#state.name === 'up') this.#own.whenIdle(act, never);
    else never(true);
  }

  infoDigit(digit: string, durationMs: number): void {
    if (this.#state.name !== 'up') return;
    const { dialog } = this;
    sendInfoDigit(this.#services, dialog, digit, durationMs, (cause) => this.#end(cause, undefined));
  }

  hangup(reason?: string): void {
    this.#end({ by: 'local', how: 'bye' }, reason);
  }

  replaced(): void {
    this.#end({ by: 'remote', how: 'replaced' }, undefined);
  }

  /** A REFER in this dialog was answered 481: the dialog is gone (RFC 5057 §5.1). */
  lost(cause: EndCause): void {
    this.#end(cause, undefined);
  }

  // ------------------------------------------------------------------------------------------------- from the far end

  receive(inbound: Inbound): void {
    const { request } = inbound;
    const localTag = this.#dialog.identity.localTag;
    if (request.method === 'BYE') {
      this.#receiveBye(inbound);
      return;
    }
    if (this.#state.name !== 'up') return void this.#services.reply(inbound, 481, { localTag });
    switch (request.method) {
      case 'INVITE':
      case 'UPDATE':
        this.#far.receive(inbound);
        return;
      case 'INFO':
        receiveInfo(this.#services, this.#call, localTag, inbound);
        return;
      case 'OPTIONS':
        return void this.#services.reply(inbound, 200, acceptance(this.#dialog));
      default:
        return void this.#services.reply(inbound, 405, { localTag, headers: [['Allow', ALLOW]] });
    }
  }

  receiveAck(ack: SipRequest, cseq: number): void {
    if (!this.#far.acknowledged(cseq)) return;
    const asked = this.#exchange.acknowledge();
    const reading = readSessionBody(ack);
    const body = reading.name === 'session' ? reading.body : undefined;
    if (this.#state.name === 'leaving') {
      this.#bye(this.#state.reason);
      return;
    }
    const first = this.#onFirstAck;
    this.#onFirstAck = undefined;
    if (first !== undefined) first(asked ? body : undefined);
    else if (asked) this.#answerInAck(body);
    this.#own.next();
  }

  /** CANCEL of a re-INVITE. */
  cancelled(transaction: string): void {
    this.#far.cancelled(transaction);
  }

  // --------------------------------------------------------------------------------------------------------- inside

  #answerInAck(body: SessionBody | undefined): void {
    const call = this.#call;
    if (body !== undefined) this.#services.emit({ type: 'offer-answered', call, body });
    else this.#services.emit({ type: 'offer-refused', call, status: 488, phrase: 'No Answer In ACK' });
  }

  #sendAck(invite: SipRequest, body: SessionBody | undefined): void {
    this.#unacknowledged = undefined;
    const bare = this.#dialog.composeAck(invite);
    this.#ack = body === undefined ? bare : withBody(bare, SDP, body);
    this.#services.transmit(this.#ack, this.#dialog.hop());
  }

  #receiveBye(inbound: Inbound): void {
    const { localTag } = this.#dialog.identity;
    this.#services.reply(inbound, 200, { localTag });
    if (this.#state.name === 'up') {
      this.#far.close();
      this.#leave({ by: 'remote', how: 'bye', ...reasonOf(inbound.request) });
    }
    this.#far.close();
    // Crossing BYEs: ours finds its 200 or 481 in its own transaction, the usage is over for both (RFC 5407 §3.2.3).
    if (this.#state.name !== 'over') this.#over();
  }

  #refresh(message: SipMessage, from: Flow): void {
    refreshTarget(this.#services, this.#dialog, message, from, false);
    this.#dialog.seen(from);
    const party = this.#identity.read(message, this.#dialog.seat.serves(from));
    const peer = readPeer(message.headers, party, this.#dialog.target, this.#peer);
    if (samePeer(peer, this.#peer)) return;
    this.#peer = peer;
    this.#services.emit({ type: 'peer-changed', call: this.#call, peer });
  }

  #end(cause: EndCause, reason: string | undefined): void {
    if (this.#state.name !== 'up') {
      // The ACK never came while we were leaving: say goodbye all the same (RFC 3261 §13.3.1.4).
      if (this.#state.name === 'leaving' && cause.by === 'network') this.#bye(this.#state.reason);
      return;
    }
    const waits = this.#onFirstAck !== undefined && this.#far.unacknowledged;
    if (waits && cause.by !== 'network') {
      this.#state = { name: 'leaving', reason };
      this.#leave(cause);
      return;
    }
    if (this.#unacknowledged !== undefined) this.#sendAck(this.#unacknowledged, undefined);
    this.#far.close();
    this.#leave(cause);
    this.#bye(reason);
  }

  /** No more events of this call. */
  #leave(cause: EndCause): void {
    this.#timer.stop();
    this.#own.close();
    this.#onFirstAck = undefined;
    this.#services.ended(this.#call, cause);
  }

  #bye(reason: string | undefined): void {
    this.#state = { name: 'bye-sent' };
    const gone = (): void => {
      if (this.#state.name !== 'over') this.#over();
    };
    this.#services.request({
      seat: this.#dialog.seat,
      flow: this.#dialog.hop(),
      compose: () => {
        const bye = this.#dialog.compose('BYE');
        if (reason !== undefined) bye.headers.add('Reason', reason);
        return bye;
      },
      final: gone,
      failed: gone,
    });
  }

  #over(): void {
    this.#state = { name: 'over' };
    this.#own.close();
    this.#dialog.usage = undefined;
    this.#services.bury(this.#dialog);
    this.#services.dialogs.release(this.#dialog, 'invite');
  }
}
