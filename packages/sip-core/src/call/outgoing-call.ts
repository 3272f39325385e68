import { hex } from '@switchhook/sans-io';
import type { Dialog } from '../dialog/dialog.ts';
import { routesOfResponse } from '../dialog/route-set.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';
import { toTagOf } from '../message/values.ts';
import type { CallId, EndCause, Flow, SessionBody } from '../user-agent/door.ts';
import type { Seat } from '../user-agent/seat.ts';
import type { OpenRequest, Services } from '../user-agent/services.ts';
import { composeInvite, type InviteOrder } from './compose-invite.ts';
import { dialogOfResponse, earlyUsage, leavingUsage } from './early-usage.ts';
import { silentEnd } from './end-cause.ts';
import { contactUri, readParty, readPeer } from './peer.ts';
import { PeerIdentity } from './peer-identity.ts';
import { Session } from './session.ts';
import { readSessionBody } from './session-body.ts';
import { SessionTerms } from './session-terms.ts';

type OutgoingState =
  | { readonly name: 'calling' }
  | { readonly name: 'proceeding' }
  /** Hung up before any 1xx: CANCEL follows the first (RFC 3261 §9.1). */
  | { readonly name: 'cancel-wanted'; readonly cause: EndCause; readonly reason: string | undefined }
  | { readonly name: 'cancelling'; readonly cause: EndCause }
  | { readonly name: 'answered'; readonly session: Session; readonly tag: string }
  | { readonly name: 'over' };

interface EarlyDialog {
  readonly dialog: Dialog;
  /** Last session description it brought: the answer when the 2xx has none. */
  body: SessionBody | undefined;
}

/**
 * A call that we place: one INVITE, any number of early dialogs, the first 2xx wins. Hanging up is told as `ended`
 * when the far end has agreed, after 4*T1 at the latest.
 *
 * ```
 *   calling ── 1xx ──► proceeding ── 2xx ──► answered (a Session)
 *      │ hangup            │ hangup             every other 2xx: ACK, then BYE
 *      ▼                   ▼
 *   cancel-wanted ─1xx─► cancelling ── 487 or any refusal ──► over
 *                              └────── 2xx ──► ACK, BYE ─────► over
 * ```
 */
export class OutgoingCall {
  readonly id: CallId;
  readonly #services: Services;
  readonly #seat: Seat;
  readonly #order: InviteOrder;
  readonly #early = new Map<string, EarlyDialog>();
  readonly #losers = new Map<string, SipRequest>();
  readonly #terms: SessionTerms;
  readonly #sipCallId: string;
  readonly #localTag: string;
  #cseq: number;
  #state: OutgoingState = { name: 'calling' };
  #open: OpenRequest | undefined;

  constructor(services: Services, seat: Seat, order: InviteOrder) {
    this.id = order.call;
    this.#services = services;
    this.#seat = seat;
    this.#order = order;
    this.#terms = new SessionTerms(seat.account);
    this.#sipCallId = hex(services.crypto, 16);
    this.#localTag = hex(services.crypto, 8);
    this.#cseq = 1 + (services.crypto.bytes(1)[0]! & 0x7f);
  }

  /** Send the INVITE. */
  start(): void {
    this.#open = this.#services.request({
      seat: this.#seat,
      flow: this.#seat.flow,
      compose: () => {
        const ids = { sipCallId: this.#sipCallId, localTag: this.#localTag, cseq: this.#cseq++ };
        return composeInvite(this.#seat, this.#order, ids, this.#terms);
      },
      provisional: (response, sent, from) => this.#provisional(response, sent, from),
      final: (response, sent, from) => {
        if (response.status < 300) this.#success(response, sent, from);
        else this.#refused(response);
      },
      failed: (why) => this.#finish(silentEnd(why)),
      wanted: () => this.#state.name === 'calling' || this.#state.name === 'proceeding',
    });
  }

  /** Where it is. */
  get stage(): OutgoingState['name'] {
    return this.#state.name;
  }

  get session(): Session | undefined {
    return this.#state.name === 'answered' ? this.#state.session : undefined;
  }

  hangup(reason?: string): void {
    this.#leave({ by: 'local', how: 'cancel' }, reason);
  }

  /** Another call has taken this one's place while it rang (RFC 3891 §3). */
  replaced(): void {
    this.#leave({ by: 'remote', how: 'replaced' }, undefined);
  }

  #leave(cause: EndCause, reason: string | undefined): void {
    switch (this.#state.name) {
      case 'calling':
        this.#state = { name: 'cancel-wanted', cause, reason };
        this.#tellSoon(cause);
        return;
      case 'proceeding':
        this.#cancel(cause, reason);
        this.#tellSoon(cause);
        return;
      case 'answered':
        if (cause.how === 'replaced') this.#state.session.replaced();
        else this.#state.session.hangup(reason);
        return;
      case 'cancel-wanted':
      case 'cancelling':
      case 'over':
        return;
      default:
        throw this.#state satisfies never;
    }
  }

  /** Who has hung up does not wait 32 s for a server that is silent: what the wire still needs goes on behind it. */
  #tellSoon(cause: EndCause): void {
    const { timers, now, t1 } = this.#services;
    timers.set(`${this.id}:farewell`, now + 4 * t1, () => this.#services.ended(this.id, cause));
  }

  #cancel(cause: EndCause, reason: string | undefined): void {
    this.#state = { name: 'cancelling', cause };
    this.#open?.cancel(reason);
    // RFC 3261 §9.1: no final response 64*T1 after CANCEL means that none will come.
    const { timers, now, t1 } = this.#services;
    timers.set(`${this.id}:cancel`, now + 64 * t1, () => this.#finish(cause));
  }

  // ----------------------------------------------------------------------------------------------------- responses

  #provisional(response: SipResponse, sent: SipRequest, from: Flow): void {
    if (this.#state.name === 'calling') this.#state = { name: 'proceeding' };
    if (this.#state.name === 'cancel-wanted') {
      this.#cancel(this.#state.cause, this.#state.reason);
      return;
    }
    if (this.#state.name !== 'proceeding' || response.status === 100) return;
    const reading = readSessionBody(response);
    const body = reading.name === 'session' ? reading.body : undefined;
    const early = this.#earlyDialog(response, sent, from);
    if (early !== undefined && body !== undefined) early.body = body;
    this.#services.emit({
      type: 'progress',
      call: this.id,
      status: response.status,
      phrase: response.reason,
      ...(body === undefined ? {} : { body }),
      ...(early === undefined ? {} : { dialog: early.dialog.identity }),
    });
  }

  #earlyDialog(response: SipResponse, sent: SipRequest, from: Flow): EarlyDialog | undefined {
    const tag = toTagOf(response);
    const target = contactUri(response.headers);
    if (tag === undefined) return undefined;
    const known = this.#early.get(tag);
    if (known !== undefined) {
      known.dialog.seen(from);
      return known;
    }
    // An early dialog needs a target (RFC 3261 §12.1.2); a fork bomb does not get our memory.
    if (target === undefined || this.#early.size >= MAX_EARLY_DIALOGS) return undefined;
    const dialog = this.#dialogOf(response, sent, from, tag);
    const early: EarlyDialog = { dialog, body: undefined };
    const isUp = (): boolean => this.#state.name === 'calling' || this.#state.name === 'proceeding';
    dialog.usage = earlyUsage(this.#services, dialog, isUp, () => this.replaced());
    this.#services.dialogs.hold(dialog, 'invite');
    this.#early.set(tag, early);
    return early;
  }

  #dialogOf(response: SipResponse, sent: SipRequest, from: Flow, tag: string): Dialog {
    const identity = { sipCallId: this.#sipCallId, localTag: this.#localTag, remoteTag: tag };
    const dialog = dialogOfResponse(this.#services, this.#seat, identity, { response, sent, from });
    dialog.call = this.id;
    return dialog;
  }

  #success(response: SipResponse, sent: SipRequest, from: Flow): void {
    const tag = toTagOf(response) ?? '';
    if (this.#state.name === 'answered' && this.#state.tag === tag) {
      this.#state.session.answeredAgain();
      return;
    }
    const lost = this.#losers.get(tag);
    if (lost !== undefined) {
      this.#services.transmit(lost, from);
      return;
    }
    if (this.#losers.size >= MAX_EARLY_DIALOGS) return;
    const early = this.#early.get(tag);
    const dialog = early?.dialog ?? this.#dialogOf(response, sent, from, tag);
    const target = contactUri(response.headers);
    const kept = target !== undefined && !this.#services.isOwnContact(target) ? target : undefined;
    dialog.confirm(routesOfResponse(response.headers), kept);
    dialog.seen(from);
    const { name } = this.#state;
    if (name !== 'calling' && name !== 'proceeding') {
      this.#refuseSuccess(dialog, sent, tag);
      return;
    }
    this.#releaseEarly(tag);
    const lateOffer = this.#order.body === undefined;
    const reading = readSessionBody(response);
    const body = reading.name === 'session' ? reading.body : early?.body;
    const party = readParty(response.headers, 'To', this.#seat.serves(from));
    const peer = readPeer(response.headers, party, dialog.target);
    const identity = new PeerIdentity(party, dialog.remoteAddress);
    const session = new Session(this.#services, this.id, dialog, peer, identity, this.#terms);
    this.#state = { name: 'answered', session, tag };
    session.answeredByFarEnd(sent, response, this.#order.body, lateOffer && body !== undefined);
    this.#services.emit({
      type: 'answered',
      call: this.id,
      direction: 'outgoing',
      ...(body === undefined ? {} : { body }),
      dialog: dialog.identity,
      peer,
    });
  }

  /** A 2xx that nobody wants any more: another fork won, or we had hung up. ACK it, then BYE (RFC 3261 §13.2.2.4). */
  #refuseSuccess(dialog: Dialog, sent: SipRequest, tag: string): void {
    const ack = dialog.composeAck(sent);
    this.#losers.set(tag, ack);
    this.#services.transmit(ack, dialog.hop());
    const gone = (): void => {
      this.#services.dialogs.release(dialog, 'invite');
    };
    dialog.usage = leavingUsage(this.#services, dialog);
    this.#services.dialogs.hold(dialog, 'invite');
    this.#early.delete(tag);
    this.#services.request({
      seat: this.#seat,
      flow: dialog.hop(),
      compose: () => dialog.compose('BYE'),
      final: gone,
      failed: gone,
    });
    if (this.#state.name === 'cancelling' || this.#state.name === 'cancel-wanted') this.#finish(this.#state.cause);
  }

  #refused(response: SipResponse): void {
    const { name } = this.#state;
    if (name === 'cancelling' || name === 'cancel-wanted') {
      this.#finish(this.#state.cause);
      return;
    }
    if (name === 'answered' || name === 'over') return;
    if (response.status === 422 && this.#terms.raise(response)) {
      // RFC 4028 §7.3: the same call once more, asking for longer.
      this.#releaseEarly(undefined);
      this.#state = { name: 'calling' };
      this.start();
      return;
    }
    this.#finish({ by: 'remote', how: 'response', status: response.status, phrase: response.reason });
  }

  #finish(cause: EndCause): void {
    if (this.#state.name === 'over' || this.#state.name === 'answered') return;
    const { name } = this.#state;
    const told = name === 'cancelling' || name === 'cancel-wanted' ? this.#state.cause : cause;
    this.#state = { name: 'over' };
    this.#services.timers.clear(`${this.id}:cancel`);
    this.#services.timers.clear(`${this.id}:farewell`);
    this.#releaseEarly(undefined);
    this.#services.ended(this.id, told);
  }

  #releaseEarly(except: string | undefined): void {
    for (const [tag, { dialog }] of this.#early) {
      if (tag === except) continue;
      dialog.usage = undefined;
      this.#services.bury(dialog);
      this.#services.dialogs.release(dialog, 'invite');
    }
    this.#early.clear();
  }
}

const MAX_EARLY_DIALOGS = 16;
