import { hex } from '@switchhook/sans-io';
import { Dialog } from '../dialog/dialog.ts';
import { routesOfRequest } from '../dialog/route-set.ts';
import { nameAddr, parseNameAddr, printNameAddr } from '../message/name-addr.ts';
import { isSips } from '../message/uri-text.ts';
import { callIdOf, cseqOf, fromTagOf, numberOf } from '../message/values.ts';
import type { CallId, Diversion, EndCause, Peer, SessionBody } from '../user-agent/door.ts';
import type { Seat } from '../user-agent/seat.ts';
import type { Inbound, Services } from '../user-agent/services.ts';
import { ALLOW } from './capabilities.ts';
import { divertedTo } from './diversion.ts';
import { acceptance, type InviteUsage, reasonOf, refreshTarget } from './in-dialog.ts';
import { contactUri, readParty, readPeer, samePeer } from './peer.ts';
import { PeerIdentity } from './peer-identity.ts';
import { Session } from './session.ts';
import { SessionTerms } from './session-terms.ts';

type IncomingState =
  /** Nothing final has been sent. */
  | {
      readonly name: 'offered';
      readonly ringing: { readonly status: number; readonly body: SessionBody | undefined } | undefined;
    }
  | { readonly name: 'answered'; readonly session: Session }
  | { readonly name: 'over' };

/** The call that an INVITE with Replaces wants to take over (RFC 3891). */
export interface Replaced {
  readonly call: CallId;
  readonly early: boolean;
  readonly dialog: Dialog;
}

/** RFC 3261 §13.3.1.1: a 1xx is repeated every minute so that proxies do not give up. */
const RINGING_AGAIN_MS = 60_000;

/**
 * A call that reaches us.
 *
 * ```
 *   offered ── answer ──► answered (a Session that waits for its ACK) ── ACK ──► `answered`, replaced call ends
 *      ├─ reject, hangup ──► over
 *      └─ CANCEL (487), BYE (487), Expires (487) ──► over
 * ```
 */
export class IncomingCall implements InviteUsage {
  readonly id: CallId;
  readonly seat: Seat;
  readonly #services: Services;
  readonly #inbound: Inbound;
  readonly #dialog: Dialog;
  readonly #offered: boolean;
  readonly #replaces: Replaced | undefined;
  readonly #identity: PeerIdentity;
  #peer: Peer;
  #state: IncomingState = { name: 'offered', ringing: undefined };

  constructor(services: Services, id: CallId, seat: Seat, inbound: Inbound, offered: boolean, replaces?: Replaced) {
    this.id = id;
    this.seat = seat;
    this.#services = services;
    this.#inbound = inbound;
    this.#offered = offered;
    this.#replaces = replaces;
    this.#dialog = dialogOfRequest(services, seat, inbound);
    this.#dialog.call = id;
    this.#dialog.usage = this;
    services.dialogs.hold(this.#dialog, 'invite');
    this.#peer = readPeer(
      inbound.request.headers,
      readParty(inbound.request.headers, 'From', seat.serves(inbound.flow)),
      this.#dialog.target,
    );
    this.#identity = new PeerIdentity(this.#peer.party, this.#dialog.remoteAddress);
    const expiresS = numberOf(inbound.request, 'Expires');
    if (expiresS !== undefined) {
      services.timers.set(this.#expiry, services.now + expiresS * 1000, () => {
        this.#refuse(487, { by: 'remote', how: 'cancel' });
      });
    }
  }

  /** What the far end has told of itself so far. */
  get peer(): Peer {
    return this.session?.peer ?? this.#peer;
  }

  /** Where it is. */
  get stage(): IncomingState['name'] {
    return this.#state.name;
  }

  get session(): Session | undefined {
    return this.#state.name === 'answered' ? this.#state.session : undefined;
  }

  /** Whether CANCEL of this transaction means this call. */
  isOf(transaction: string): boolean {
    return this.#inbound.transaction === transaction;
  }

  get isUp(): boolean {
    return this.#state.name === 'offered';
  }

  ring(status: number, body: SessionBody | undefined): void {
    if (this.#state.name !== 'offered' || status < 101 || status > 199) return;
    this.#state = { name: 'offered', ringing: { status, body } };
    this.#sendRinging(status, body);
  }

  answer(body: SessionBody): void {
    if (this.#state.name !== 'offered') return;
    this.#stopTimers();
    this.#dialog.confirm();
    const terms = new SessionTerms(this.seat.account);
    const session = new Session(this.#services, this.id, this.#dialog, this.#peer, this.#identity, terms);
    this.#state = { name: 'answered', session };
    session.answer(this.#inbound, body, !this.#offered, (answer) => this.#acknowledged(answer));
  }

  reject(status: number, retryAfterS: number | undefined, divert: Diversion | undefined): void {
    if (status < 300 || status > 699) throw new Error(`a call cannot be refused with ${status}`);
    const headers: [string, string][] = retryAfterS === undefined ? [] : [['Retry-After', String(retryAfterS)]];
    if (divert !== undefined && status < 400) headers.push(...divertedTo(this.seat, divert));
    this.#refuse(status, { by: 'local', how: 'response', status }, headers);
  }

  hangup(reason?: string): void {
    if (this.#state.name === 'answered') this.#state.session.hangup(reason);
    else this.#refuse(480, { by: 'local', how: 'response', status: 480 });
  }

  // ------------------------------------------------------------------------------------------------- from the far end

  /** CANCEL, already answered 200. No effect once we have answered (RFC 3261 §9.2). */
  cancelled(cancel: Inbound): void {
    if (this.#state.name === 'offered') this.#refuse(487, { by: 'remote', how: 'cancel', ...reasonOf(cancel.request) });
  }

  /** Requests of the caller while we ring; afterwards the session has them. */
  receive(inbound: Inbound): void {
    const { localTag } = this.#dialog.identity;
    switch (inbound.request.method) {
      case 'BYE':
        this.#services.reply(inbound, 200, { localTag });
        this.#refuse(487, { by: 'remote', how: 'bye', ...reasonOf(inbound.request) });
        return;
      case 'OPTIONS':
        return void this.#services.reply(inbound, 200, acceptance(this.#dialog));
      case 'UPDATE':
        if (inbound.request.body.length === 0) {
          this.#updated(inbound);
          return;
        }
        // RFC 3311 §5.2: their offer in the INVITE has no answer yet.
        this.#comeLater(inbound);
        return;
      case 'INVITE':
        // RFC 3261 §14.2: a second INVITE before the final response to the first.
        this.#comeLater(inbound);
        return;
      default:
        return void this.#services.reply(inbound, 405, { localTag, headers: [['Allow', ALLOW]] });
    }
  }

  receiveAck(): void {
    // The ACK of a refusal belongs to its transaction.
  }

  /** Only where the account lets a ringing call be taken over: the new one has been answered in its place. */
  replaced(): void {
    this.#refuse(487, { by: 'remote', how: 'replaced' });
  }

  /** An exchange tells in this way that another caller has taken over while it rings here (RFC 4916 §4). */
  #updated(inbound: Inbound): void {
    const { request, flow } = inbound;
    this.#services.reply(inbound, 200, acceptance(this.#dialog));
    refreshTarget(this.#services, this.#dialog, request, flow, false);
    const party = this.#identity.read(request, this.seat.serves(flow));
    const peer = readPeer(request.headers, party, this.#dialog.target, this.#peer);
    if (samePeer(peer, this.#peer)) return;
    this.#peer = peer;
    this.#services.emit({ type: 'peer-changed', call: this.id, peer });
  }

  #comeLater(inbound: Inbound): void {
    const { localTag } = this.#dialog.identity;
    this.#services.reply(inbound, 500, { localTag, headers: [['Retry-After', '5']] });
  }

  #acknowledged(answer: SessionBody | undefined): void {
    this.#services.emit({
      type: 'answered',
      call: this.id,
      direction: 'incoming',
      ...(answer === undefined ? {} : { body: answer }),
      dialog: this.#dialog.identity,
      peer: this.peer,
    });
    // Whoever uses that dialog by now: it may have been answered since.
    this.#replaces?.dialog.usage?.replaced();
  }

  #sendRinging(status: number, body: SessionBody | undefined): void {
    this.#services.reply(this.#inbound, status, acceptance(this.#dialog, body));
    this.#services.timers.set(this.#ringing, this.#services.now + RINGING_AGAIN_MS, () =>
      this.#sendRinging(status, body),
    );
  }

  #refuse(status: number, cause: EndCause, headers: readonly [string, string][] = []): void {
    if (this.#state.name !== 'offered') return;
    this.#state = { name: 'over' };
    this.#stopTimers();
    this.#services.reply(this.#inbound, status, {
      localTag: this.#dialog.identity.localTag,
      headers,
    });
    this.#dialog.usage = undefined;
    this.#services.bury(this.#dialog);
    this.#services.dialogs.release(this.#dialog, 'invite');
    this.#services.ended(this.id, cause);
  }

  #stopTimers(): void {
    this.#services.timers.clear(this.#ringing);
    this.#services.timers.clear(this.#expiry);
  }

  get #ringing(): string {
    return `${this.id}:ringing`;
  }

  get #expiry(): string {
    return `${this.id}:expires`;
  }
}

/** The dialog that a request from outside makes, seen by the one who answers (RFC 3261 §12.1.1). */
export function dialogOfRequest(services: Services, seat: Seat, inbound: Inbound): Dialog {
  const { request, flow } = inbound;
  const from = request.headers.read('From', parseNameAddr);
  const to = request.headers.read('To', parseNameAddr);
  const contact = contactUri(request.headers);
  const remote = from?.uri ?? request.uri;
  return new Dialog({
    seat,
    identity: { sipCallId: callIdOf(request), localTag: hex(services.crypto, 8), remoteTag: fromTagOf(request) ?? '' },
    localAddress: printNameAddr(nameAddr(to?.uri ?? seat.addressOfRecord, to?.display)),
    remoteAddress: printNameAddr(nameAddr(remote, from?.display)),
    routes: routesOfRequest(request.headers),
    target: contact !== undefined && !services.isOwnContact(contact) ? contact : remote,
    localCSeq: services.crypto.bytes(1)[0]! & 0x7f,
    remoteCSeq: cseqOf(request).number,
    ownsCallId: false,
    flow,
    secure: isSips(request.uri),
  });
}
