import { ALLOW, ALLOW_EVENTS, SUPPORTED } from '../call/capabilities.ts';
import { refreshTarget, refuseUnknownRequirements } from '../call/in-dialog.ts';
import { dialogOfRequest } from '../call/incoming-call.ts';
import type { Session } from '../call/session.ts';
import type { Dialog } from '../dialog/dialog.ts';
import type { SipRequest } from '../message/message.ts';
import { parseNameAddr } from '../message/name-addr.ts';
import { parseParams } from '../message/params.ts';
import { cseqOf, eventOf, numberOf } from '../message/values.ts';
import type { ReferId, ReferIn } from '../user-agent/door.ts';
import type { Seat } from '../user-agent/seat.ts';
import type { Inbound, Services } from '../user-agent/services.ts';
import { ReferNotifier } from './refer-notifier.ts';
import { ReferSubscriber } from './refer-subscriber.ts';

type ReferOrder = Extract<ReferIn, { type: 'refer' }>;

/** REFERs of others at a time, unanswered ones included. */
const MAX_RECEIVED = 32;

/** All REFERs of the user agent, sent and received, with the subscriptions that live apart from their calls. */
export class Refers {
  readonly #services: Services;
  /** By dialog, in the order in which they were sent: a NOTIFY without id goes to the oldest that has no verdict. */
  readonly #sent = new Map<Dialog, readonly ReferSubscriber[]>();
  readonly #received = new Map<ReferId, ReferNotifier>();

  constructor(services: Services) {
    this.#services = services;
  }

  get size(): number {
    let sent = 0;
    for (const here of this.#sent.values()) sent += here.length;
    return sent + this.#received.size;
  }

  // --------------------------------------------------------------------------------------------------- we refer

  /** Send REFER in a call's dialog (RFC 3515 §2.4.1). */
  send(order: ReferOrder, session: Session | undefined): void {
    const services = this.#services;
    const tell = (
      status: number,
      phrase: string,
      more: { retryAfterS?: number; withoutSubscription?: boolean } = {},
    ): void =>
      services.emit({
        type: 'refer-answered',
        refer: order.refer,
        status,
        phrase,
        withoutSubscription: false,
        ...more,
      });
    if (session === undefined || !session.isUp) {
      tell(481, 'Call Does Not Exist');
      return;
    }
    const { dialog } = session;
    const subscriber = new ReferSubscriber(services, order.refer, dialog, () => {
      const left = this.#sentIn(dialog).filter((other) => other !== subscriber);
      if (left.length > 0) this.#sent.set(dialog, left);
      else this.#sent.delete(dialog);
    });
    this.#sent.set(dialog, [...this.#sentIn(dialog), subscriber]);
    services.request({
      seat: dialog.seat,
      flow: dialog.hop(),
      compose: () => {
        const refer = composeRefer(dialog, order);
        subscriber.sentAs(cseqOf(refer).number);
        return refer;
      },
      final: (response) => {
        const { status, reason } = response;
        const withoutSubscription =
          status < 300 && response.headers.get('Refer-Sub')?.trim().toLowerCase().startsWith('false') === true;
        if (status < 300 && !withoutSubscription) subscriber.accepted(numberOf(response, 'Expires'));
        else if (status === 408) subscriber.unanswered();
        else subscriber.end();
        const retryAfterS = Number.parseInt(response.headers.get('Retry-After') ?? '', 10);
        tell(status, reason, { withoutSubscription, ...(Number.isNaN(retryAfterS) ? {} : { retryAfterS }) });
        if (status === 481) session.lost({ by: 'remote', how: 'response', status, phrase: reason });
      },
      failed: (why) => {
        // A NOTIFY has come: the REFER was accepted, only its answer was lost (RFC 6665 §4.1.2.4).
        if (subscriber.isProven) return tell(202, 'Accepted');
        if (why === 'transport') {
          subscriber.end();
          return tell(503, 'Service Unavailable');
        }
        // Departs from RFC 3261 §12.2.1.2 because some middleboxes swallow REFER: silence to it would cost the caller
        // his call. A dialog that has gone in truth says so to the next re-INVITE.
        subscriber.unanswered();
        tell(408, 'Request Timeout');
      },
    });
  }

  /** A NOTIFY in a dialog; its CSeq has been checked. */
  receiveNotify(inbound: Inbound, dialog: Dialog): void {
    const { localTag } = dialog.identity;
    const event = eventOf(inbound.request);
    if (event?.type !== 'refer') {
      return void this.#services.reply(inbound, 489, { localTag, headers: [['Allow-Events', ALLOW_EVENTS]] });
    }
    const here = this.#sentIn(dialog);
    const { id } = event;
    const found =
      id === undefined
        ? (here.find((one) => one.isOpen) ?? here.find((one) => one.isLive) ?? here.at(-1))
        : here.find((subscriber) => subscriber.hasId(id));
    if (found === undefined) return void this.#services.reply(inbound, 481, { localTag });
    refreshTarget(this.#services, dialog, inbound.request, inbound.flow, true);
    found.notified(inbound);
  }

  #sentIn(dialog: Dialog): readonly ReferSubscriber[] {
    return this.#sent.get(dialog) ?? [];
  }

  // --------------------------------------------------------------------------------------------- we are referred

  /** A REFER, in the dialog of a call or out of any. */
  receiveRefer(inbound: Inbound, seat: Seat, dialog: Dialog | undefined): void {
    const services = this.#services;
    const localTag = dialog?.identity.localTag;
    const { request } = inbound;
    const tagged = localTag === undefined ? {} : { localTag };
    if (refuseUnknownRequirements(services, inbound, localTag)) return;
    const values = request.headers.list('Refer-To');
    const [referTo] = values;
    // RFC 3515 §2.4.2: exactly one.
    if (values.length !== 1 || referTo === undefined || !parseNameAddr(referTo).ok) {
      return void services.reply(inbound, 400, { ...tagged, phrase: 'One Refer-To Needed' });
    }
    if (dialog !== undefined) {
      // The call has ended, or is about to: only its subscriptions live on (RFC 5057 §4.1).
      if (dialog.usage?.isUp !== true) return void services.reply(inbound, 481, tagged);
      if (dialog.stage !== 'confirmed') return void services.reply(inbound, 403, tagged);
    }
    if (dialog !== undefined) refreshTarget(services, dialog, request, inbound.flow, true);
    if (this.#received.size >= MAX_RECEIVED) {
      return void services.reply(inbound, 503, { ...tagged, headers: [['Retry-After', '10']] });
    }
    const own = dialog ?? dialogOfRequest(services, seat, inbound);
    const call = dialog === undefined ? this.#targetDialog(request)?.call : dialog.call;
    const refer = services.mint('refer');
    this.#received.set(refer, new ReferNotifier(services, refer, own, inbound, () => this.#received.delete(refer)));
    const referredBy = request.headers.get('Referred-By');
    services.emit({
      type: 'refer-requested',
      refer,
      call,
      account: own.seat.account.id,
      referTo,
      ...(referredBy === undefined ? {} : { referredBy }),
      trusted: inbound.trusted,
    });
  }

  answer(refer: ReferId, status: number, phrase: string | undefined): void {
    this.#received.get(refer)?.answer(status, phrase);
  }

  report(refer: ReferId, status: number, phrase: string | undefined): void {
    this.#received.get(refer)?.report(status, phrase);
  }

  /** The dialog that Target-Dialog names (RFC 4538 §3): both tags as we, its recipient, see them. */
  #targetDialog(request: SipRequest): Dialog | undefined {
    const value = request.headers.get('Target-Dialog');
    const semicolon = value?.indexOf(';') ?? -1;
    if (value === undefined || semicolon < 0) return undefined;
    const params = parseParams(value, semicolon);
    if (!params.ok) return undefined;
    const localTag = params.value.get('local-tag');
    const remoteTag = params.value.get('remote-tag');
    if (localTag === undefined || remoteTag === undefined) return undefined;
    const dialog = this.#services.dialogs.find(value.slice(0, semicolon).trim(), localTag, remoteTag);
    return dialog?.usage?.isUp === true && dialog.stage === 'confirmed' ? dialog : undefined;
  }
}

function composeRefer(dialog: Dialog, order: ReferOrder): SipRequest {
  const refer = dialog.compose('REFER');
  const { headers } = refer;
  headers.add('Contact', `<${dialog.seat.contact}>`);
  headers.add('Refer-To', `<${order.referTo}>`);
  headers.add('Referred-By', order.referredBy.includes('<') ? order.referredBy : `<${order.referredBy}>`);
  if (order.withoutSubscription === true) headers.add('Refer-Sub', 'false');
  headers.add('Accept', 'message/sipfrag');
  headers.add('Allow', ALLOW);
  headers.add('Supported', SUPPORTED);
  headers.add('Allow-Events', ALLOW_EVENTS);
  return refer;
}
