import { refreshTarget, refuseUnknownRequirements } from '../call/in-dialog.ts';
import { dialogOfRequest } from '../call/incoming-call.ts';
import type { Dialog } from '../dialog/dialog.ts';
import type { SipRequest } from '../message/message.ts';
import { parseNameAddr } from '../message/name-addr.ts';
import { parseParams } from '../message/params.ts';
import type { ReferId } from '../user-agent/door.ts';
import type { Seat } from '../user-agent/seat.ts';
import type { Inbound, Services } from '../user-agent/services.ts';
import { ReferNotifier } from './refer-notifier.ts';

/** REFERs of others at a time, unanswered ones included. */
const MAX_RECEIVED = 32;
/** REFERs that one peer may send in a minute (transfer.md §7.2). */
const MAX_A_MINUTE = 5;
const MINUTE_MS = 60_000;
/** Peers that are counted at a time. */
const MAX_PEERS = 256;

/** What Target-Dialog says (RFC 4538 §4). */
type Aim = { readonly name: 'none' | 'unreadable' | 'nothing' } | { readonly name: 'call'; readonly dialog: Dialog };

/** The REFERs that reached us, with the subscriptions that live apart from their calls. */
export class ReceivedRefers {
  readonly #services: Services;
  readonly #received = new Map<ReferId, ReferNotifier>();
  /** When each peer's REFERs of the last minute came: by call where there is one, else by source. */
  readonly #recent = new Map<string, readonly number[]>();

  readonly #mostPeers: number;

  constructor(services: Services, mostPeers = MAX_PEERS) {
    this.#services = services;
    this.#mostPeers = mostPeers;
  }

  get size(): number {
    return this.#received.size;
  }

  /** The state of each subscription to what we do. */
  states(): string[] {
    return [...this.#received.values()].map((one) => `notifier ${one.stage}`);
  }

  /** A REFER, in the dialog of a call or out of any. */
  receive(inbound: Inbound, seat: Seat, dialog: Dialog | undefined): void {
    const services = this.#services;
    const localTag = dialog?.identity.localTag;
    const { request } = inbound;
    const tagged = localTag === undefined ? {} : { localTag };
    if (refuseUnknownRequirements(services, inbound, seat, localTag)) return;
    const values = request.headers.list('Refer-To');
    const [referTo] = values;
    // RFC 3515 §2.4.2: exactly one.
    if (values.length !== 1 || referTo === undefined || !parseNameAddr(referTo).ok) {
      return void services.reply(inbound, 400, { ...tagged, phrase: 'One Refer-To Needed' });
    }
    const aim: Aim = dialog === undefined ? this.#aim(request) : { name: 'call', dialog };
    if (aim.name === 'unreadable') return void services.reply(inbound, 400, { phrase: 'Bad Target-Dialog' });
    // RFC 4538 §4: who names a dialog that is none of ours is entitled to nothing.
    if (aim.name === 'nothing') return void services.reply(inbound, 403, { phrase: 'No Such Dialog' });
    if (dialog !== undefined) {
      // The call has ended, or is about to: only its subscriptions live on (RFC 5057 §4.1).
      if (dialog.usage?.isUp !== true) return void services.reply(inbound, 481, tagged);
      if (dialog.stage !== 'confirmed') return void services.reply(inbound, 403, tagged);
    }
    for (const other of this.#received.values()) {
      // transfer.md §7.2: one undecided REFER a dialog.
      if (dialog !== undefined && other.isUndecidedIn(dialog)) return void services.reply(inbound, 491, tagged);
    }
    if (this.#received.size >= MAX_RECEIVED || this.#tooMany(inbound, aim)) {
      return void services.reply(inbound, 503, { ...tagged, headers: [['Retry-After', '60']] });
    }
    if (dialog !== undefined) refreshTarget(services, dialog, request, inbound.flow, true);
    const own = dialog ?? dialogOfRequest(services, seat, inbound);
    const refer = services.mint('refer');
    this.#received.set(refer, new ReferNotifier(services, refer, own, inbound, () => this.#received.delete(refer)));
    const referredBy = request.headers.get('Referred-By');
    services.emit({
      type: 'refer-requested',
      refer,
      call: aim.name === 'call' ? aim.dialog.call : undefined,
      account: own.seat.account.id,
      referTo,
      ...(referredBy === undefined ? {} : { referredBy }),
      trusted: own.seat.serves(inbound.flow),
    });
  }

  answer(refer: ReferId, status: number, phrase: string | undefined): void {
    this.#received.get(refer)?.answer(status, phrase);
  }

  report(refer: ReferId, status: number, phrase: string | undefined): void {
    this.#received.get(refer)?.report(status, phrase);
  }

  /** More in a minute than a person can mean. */
  #tooMany(inbound: Inbound, aim: Aim): boolean {
    const { now } = this.#services;
    for (const [peer, times] of this.#recent) {
      const recent = times.filter((at) => at > now - MINUTE_MS);
      if (recent.length > 0) this.#recent.set(peer, recent);
      else this.#recent.delete(peer);
    }
    const peer = aim.name === 'call' ? `call ${aim.dialog.call}` : `host ${inbound.flow.host}`;
    const recent = this.#recent.get(peer) ?? [];
    if (recent.length >= MAX_A_MINUTE || this.#recent.size >= this.#mostPeers) return true;
    this.#recent.set(peer, [...recent, now]);
    return false;
  }

  /** What Target-Dialog names (RFC 4538 §3): a confirmed call of ours, both tags as we, its recipient, see them. */
  #aim(request: SipRequest): Aim {
    const value = request.headers.get('Target-Dialog');
    if (value === undefined) return { name: 'none' };
    const semicolon = value.indexOf(';');
    const params = semicolon < 0 ? undefined : parseParams(value, semicolon);
    const localTag = params?.ok === true ? params.value.get('local-tag') : undefined;
    const remoteTag = params?.ok === true ? params.value.get('remote-tag') : undefined;
    if (localTag === undefined || remoteTag === undefined) return { name: 'unreadable' };
    const dialog = this.#services.dialogs.find(value.slice(0, semicolon).trim(), localTag, remoteTag);
    const confirmed = dialog?.usage?.isUp === true && dialog.stage === 'confirmed' && dialog.call !== undefined;
    return confirmed ? { name: 'call', dialog } : { name: 'nothing' };
  }
}
