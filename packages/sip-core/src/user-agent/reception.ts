import { ALLOW, ALLOW_EVENTS, capabilityFields, methodStanding } from '../call/capabilities.ts';
import { travelled } from '../call/diversion.ts';
import { refuseUnknownRequirements } from '../call/in-dialog.ts';
import { IncomingCall, type Replaced } from '../call/incoming-call.ts';
import { matchReplaces } from '../call/replaces-match.ts';
import { readSessionBody, SDP } from '../call/session-body.ts';
import { LEAST_S, SessionTerms } from '../call/session-terms.ts';
import type { Dialog } from '../dialog/dialog.ts';
import { flowHost } from '../dialog/next-hop.ts';
import type { SipRequest } from '../message/message.ts';
import { parseUri } from '../message/uri.ts';
import { callIdOf, cseqOf, eventOf, fromTagOf, toOf, toTagOf } from '../message/values.ts';
import { adopt, awaitedDialog } from '../subscription/beside-dialog.ts';
import type { ReceivedRefers } from '../subscription/received-refers.ts';
import type { SentRefers } from '../subscription/sent-refers.ts';
import type { Subscriptions } from '../subscription/subscriptions.ts';
import { newTag } from '../transaction/requests.ts';
import type { Calls } from './calls.ts';
import type { Flow } from './door.ts';
import type { Seat } from './seat.ts';
import type { Inbound, Services } from './services.ts';

/** What the reception needs of the whole. */
export interface ReceptionHost {
  readonly services: Services;
  readonly seats: readonly Seat[];
  readonly sentRefers: SentRefers;
  readonly receivedRefers: ReceivedRefers;
  readonly subscriptions: Subscriptions;
  readonly calls: Calls;
  readonly acceptFrom: 'servers' | 'any';
  /** Above it a new call gets 503. */
  readonly mostCalls: number;
}

/** Who gets a request that reached us: a dialog, a call that it begins, or nobody (RFC 3261 §8.2, §12.2.2). */
export class Reception {
  readonly #host: ReceptionHost;

  constructor(host: ReceptionHost) {
    this.#host = host;
  }

  /** The dialog that a request means by all three ids. */
  dialogOf(request: SipRequest): Dialog | undefined {
    const toTag = toTagOf(request);
    if (toTag === undefined) return undefined;
    return this.#host.services.dialogs.find(callIdOf(request), toTag, fromTagOf(request) ?? '');
  }

  /** The dialog that a request means, or that a NOTIFY may be the first word of (RFC 6665 §4.1.2.4). */
  expectedIn(request: SipRequest): Dialog | undefined {
    return this.dialogOf(request) ?? awaitedDialog(this.#host.services, request);
  }

  /** ACK of a 2xx. One that matches nothing is dropped. */
  receiveAck(ack: SipRequest, flow: Flow): void {
    const dialog = this.dialogOf(ack);
    if (dialog?.usage === undefined) {
      this.#host.services.note('stray-ack', undefined, flow);
      return;
    }
    dialog.seen(flow);
    dialog.usage.receiveAck(ack, cseqOf(ack).number);
  }

  receive(inbound: Inbound): void {
    const { services } = this.#host;
    const { request } = inbound;
    const standing = methodStanding(request.method);
    const localTag = newTag(services.crypto);
    if (standing === 'unknown') return void services.reply(inbound, 501, { localTag, headers: [['Allow', ALLOW]] });
    if (standing === 'not-allowed') return void services.reply(inbound, 405, { localTag, headers: [['Allow', ALLOW]] });
    // RFC 3891 §3.
    if (request.method !== 'INVITE' && request.headers.has('Replaces')) {
      return void services.reply(inbound, 400, { localTag, phrase: 'Replaces Is For INVITE' });
    }
    if (toTagOf(request) !== undefined) this.#inDialog(inbound);
    else this.#outOfDialog(inbound, localTag);
  }

  #inDialog(inbound: Inbound): void {
    const { services, sentRefers, receivedRefers, subscriptions } = this.#host;
    const { request } = inbound;
    const dialog = this.dialogOf(request) ?? adopt(services, inbound);
    if (dialog === undefined) return void services.reply(inbound, 481);
    const sequence = dialog.receive(cseqOf(request).number, request.method);
    switch (sequence) {
      case 'lower':
        // RFC 3261 §12.2.2.
        return void services.reply(inbound, 500, { phrase: 'Request Out Of Order' });
      case 'repeated':
        return void services.reply(inbound, 482);
      case 'next':
        break;
      default:
        throw new Error(`no such sequence: ${sequence satisfies never}`);
    }
    dialog.seen(inbound.flow);
    if (request.method === 'REFER') receivedRefers.receive(inbound, dialog.seat, dialog);
    else if (request.method === 'NOTIFY') {
      const event = eventOf(request);
      if (event?.type === 'refer') sentRefers.receiveNotify(inbound, dialog, event);
      else subscriptions.receiveNotify(inbound, dialog, event);
    } else if (dialog.usage === undefined) services.reply(inbound, 481);
    else dialog.usage.receive(inbound);
  }

  #outOfDialog(inbound: Inbound, localTag: string): void {
    const { services, receivedRefers, subscriptions } = this.#host;
    const { request } = inbound;
    const uri = parseUri(request.uri);
    if (!uri.ok || (uri.value.scheme !== 'sip' && uri.value.scheme !== 'sips')) {
      return void services.reply(inbound, 416, { localTag });
    }
    // RFC 5630 §5.1.1.1: what is asked to be safe must have come so.
    if (uri.value.scheme === 'sips' && inbound.flow.transport !== 'tls') {
      return void services.reply(inbound, 416, { localTag });
    }
    const seat = this.#seatOf(inbound, uri.value.user);
    switch (request.method) {
      case 'INVITE':
        if (seat === undefined) return void services.reply(inbound, 404, { localTag });
        this.#invite(inbound, seat, localTag);
        return;
      case 'REFER':
        if (seat === undefined) return void services.reply(inbound, 404, { localTag });
        receivedRefers.receive(inbound, seat, undefined);
        return;
      case 'OPTIONS': {
        // RFC 3261 §11.2: as an INVITE would be answered. A ping to the bare address needs no user.
        if (seat === undefined && uri.value.user !== undefined) return void services.reply(inbound, 404, { localTag });
        if (refuseUnknownRequirements(services, inbound, seat, localTag)) return;
        const can = seat?.capabilities ?? capabilityFields();
        return void services.reply(inbound, 200, { localTag, headers: [...can, ['Accept', SDP]] });
      }
      case 'NOTIFY': {
        const event = eventOf(request);
        if (seat !== undefined && subscriptions.receiveUnasked(inbound, seat, event, localTag)) return;
        const known = event?.type === 'refer';
        return void services.reply(inbound, known ? 481 : 489, { localTag, headers: [['Allow-Events', ALLOW_EVENTS]] });
      }
      default:
        return void services.reply(inbound, 481, { localTag });
    }
  }

  /** The account that a Request-URI means: by our random Contact user, else by the address of record. */
  #seatOf(inbound: Inbound, user: string | undefined): Seat | undefined {
    const { seats } = this.#host;
    const exact = seats.find((seat) => seat.contactUser === user);
    if (exact !== undefined || user === undefined) return exact;
    const named = seats.filter((seat) => seat.account.user === user);
    return (
      named.find((seat) => seat.serves(inbound.flow) && flowHost(seat.account.server.host) === inbound.flow.host) ??
      named[0]
    );
  }

  /** Without strangers, a call is moved over the way of its own account only; with them the phone decides. */
  #mayMove(dialog: Dialog, from: Flow): boolean {
    const rings = dialog.stage === 'early' && !dialog.ownsCallId;
    return dialog.seat.serves(from) || (this.#host.acceptFrom === 'any' && !rings);
  }

  #invite(inbound: Inbound, seat: Seat, localTag: string): void {
    const { services } = this.#host;
    const { request } = inbound;
    if (this.#host.calls.size >= this.#host.mostCalls) {
      return void services.reply(inbound, 503, { localTag, headers: [['Retry-After', '10']] });
    }
    if (refuseUnknownRequirements(services, inbound, seat, localTag)) return;
    if (new SessionTerms(seat.account).isTooShort(request)) {
      // RFC 4028 §9.
      return void services.reply(inbound, 422, { localTag, headers: [['Min-SE', String(LEAST_S)]] });
    }
    const reading = readSessionBody(request);
    if (reading.name === 'unsupported') {
      return void services.reply(inbound, 415, { localTag, headers: [['Accept', SDP]] });
    }
    if (!acceptsSdp(request)) return void services.reply(inbound, 406, { localTag });
    const match = matchReplaces(request, services.dialogs, {
      isUp: (dialog) => dialog.call !== undefined && this.#host.calls.isUp(dialog.call),
      mayMove: (dialog) => this.#mayMove(dialog, inbound.flow),
    });
    if (match.name === 'refused') return void services.reply(inbound, match.status, { localTag });
    const replaced = match.name === 'matched' ? replacedBy(match.dialog) : undefined;
    const call = new IncomingCall(services, services.mint('call'), seat, inbound, reading.name === 'session', replaced);
    this.#host.calls.enter(call);
    const referredBy = request.headers.get('Referred-By');
    const alertInfo = request.headers.get('Alert-Info');
    // The server of another account is a stranger to this one.
    const trusted = seat.serves(inbound.flow);
    const answerAfterS = trusted ? answerAfter(request) : undefined;
    services.emit({
      type: 'incoming',
      call: call.id,
      account: seat.account.id,
      peer: call.peer,
      to: toOf(request).uri,
      body: reading.name === 'session' ? reading.body : undefined,
      ...(replaced === undefined ? {} : { replaces: { call: replaced.call, early: replaced.early } }),
      ...(referredBy === undefined ? {} : { referredBy }),
      trusted,
      ...(alertInfo === undefined ? {} : { alertInfo }),
      ...(answerAfterS === undefined ? {} : { answerAfterS }),
      ...travelled(request),
    });
  }
}

/** Whether the caller takes a session description; without Accept it does (RFC 3261 §20.1). */
function acceptsSdp(request: SipRequest): boolean {
  const types = request.headers.list('Accept').map((value) => value.split(';')[0]!.trim().toLowerCase());
  return types.length === 0 || types.some((type) => type === SDP || type === 'application/*' || type === '*/*');
}

function replacedBy(dialog: Dialog): Replaced {
  if (dialog.call === undefined) throw new Error('a matched dialog has no call');
  return { call: dialog.call, early: dialog.stage === 'early', dialog };
}

/**
 * Seconds of `answer-after` in Call-Info or Alert-Info, as intercom calls carry them; at once for `Answer-Mode: Auto`
 * (RFC 5373 §4) and for an Alert-Info that asks for it by name.
 */
function answerAfter(request: SipRequest): number | undefined {
  for (const name of ['Call-Info', 'Alert-Info']) {
    for (const value of request.headers.all(name)) {
      const found = /;\s*answer-after\s*=\s*"?(\d{1,4})/i.exec(value);
      if (found !== null) return Number(found[1]);
    }
  }
  const byName = /(\binfo\s*=\s*"?(alert-)?auto-?answer|^\s*auto answer\s*$)/i;
  const byMode = /^\s*auto\s*(;|$)/i;
  if (request.headers.all('Alert-Info').some((value) => byName.test(value))) return 0;
  if (request.headers.all('Answer-Mode').some((value) => byMode.test(value))) return 0;
  return undefined;
}
