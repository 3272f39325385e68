import { refreshTarget } from '../call/in-dialog.ts';
import { contactUri } from '../call/peer.ts';
import type { Session } from '../call/session.ts';
import type { Dialog } from '../dialog/dialog.ts';
import type { Event } from '../message/event.ts';
import type { SipResponse } from '../message/message.ts';
import { parseUri } from '../message/uri.ts';
import { cseqOf, numberOf } from '../message/values.ts';
import type { ReferOut } from '../user-agent/door.ts';
import type { Inbound, Services } from '../user-agent/services.ts';
import { besideDialog, meet } from './beside-dialog.ts';
import { composeRefer, type ReferOrder } from './compose-refer.ts';
import { ReferSubscriber } from './refer-subscriber.ts';

/** What `refer-answered` tells besides which REFER it is about. */
type Answer = Omit<Extract<ReferOut, { type: 'refer-answered' }>, 'type' | 'refer'>;

/** The REFERs that we sent, in the dialogs of their calls or beside them, and their NOTIFYs. */
export class SentRefers {
  readonly #services: Services;
  /** By dialog, in the order in which they were sent: a NOTIFY without id goes to the oldest that has no verdict. */
  readonly #sent = new Map<Dialog, readonly ReferSubscriber[]>();

  constructor(services: Services) {
    this.#services = services;
  }

  get size(): number {
    let sent = 0;
    for (const here of this.#sent.values()) sent += here.length;
    return sent;
  }

  /** The state of each subscription of ours. */
  states(): string[] {
    return [...this.#sent.values()].flat().map((one) => `subscriber ${one.stage}`);
  }

  /** Send REFER (RFC 3515 §2.4.1) once no offer of either side is open: some answer 491 to one that crosses a hold. */
  send(order: ReferOrder, session: Session | undefined): void {
    const refuse = (status: number, phrase: string): void => {
      this.#tell(order, { status, phrase, withoutSubscription: false });
    };
    if (session?.isUp !== true) {
      refuse(481, 'Call Does Not Exist');
      return;
    }
    session.whenFree(
      () => this.#send(order, session, refuse),
      (ended) => (ended ? refuse(481, 'Call Does Not Exist') : refuse(491, 'Request Pending')),
    );
  }

  #send(order: ReferOrder, session: Session, refuse: (status: number, phrase: string) => void): void {
    const about = session.dialog;
    const outside = order.outOfDialog === true;
    // RFC 7647 §4: only a GRUU leads to the very phone that is meant.
    if (outside && !isGruu(about.target)) {
      refuse(480, 'No GRUU');
      return;
    }
    const dialog = outside ? besideDialog(this.#services, about.seat, about.target) : about;
    const subscriber = new ReferSubscriber(this.#services, order.refer, dialog, () => {
      const left = this.#sentIn(dialog).filter((other) => other !== subscriber);
      if (left.length > 0) this.#sent.set(dialog, left);
      else this.#sent.delete(dialog);
    });
    this.#sent.set(dialog, [...this.#sentIn(dialog), subscriber]);
    this.#services.request({
      seat: dialog.seat,
      flow: outside ? dialog.seat.flow : dialog.hop(),
      compose: () => {
        const refer = composeRefer(dialog, order, outside ? about.identity : undefined);
        subscriber.sentAs(cseqOf(refer).number);
        return refer;
      },
      final: (response, _sent, from) => {
        if (outside && response.status < 300) meet(this.#services, dialog, response, from);
        this.#answered(order, subscriber, response);
        const { status, reason: phrase } = response;
        // RFC 5057 §5.1: said in the call's own dialog, 481 is said of the dialog.
        if (!outside && status === 481) session.lost({ by: 'remote', how: 'response', status, phrase });
      },
      failed: (why) => {
        // A NOTIFY has come: the REFER was accepted, only its answer was lost (RFC 6665 §4.1.2.4).
        if (subscriber.isProven) return refuse(202, 'Accepted');
        if (why === 'transport') {
          subscriber.end();
          return refuse(503, 'Service Unavailable');
        }
        // Departs from RFC 3261 §12.2.1.2 because some middleboxes swallow REFER: silence to it would cost the caller
        // his call. A dialog that has gone in truth says so to the next re-INVITE.
        subscriber.unanswered();
        return refuse(408, 'Request Timeout');
      },
    });
  }

  #answered(order: ReferOrder, subscriber: ReferSubscriber, response: SipResponse): void {
    const { status, reason: phrase, headers } = response;
    const withoutSubscription =
      status < 300 && headers.get('Refer-Sub')?.trim().toLowerCase().startsWith('false') === true;
    if (status < 300 && !withoutSubscription) subscriber.accepted(numberOf(response, 'Expires'));
    else if (status === 408) subscriber.unanswered();
    else subscriber.end();
    const retryAfterS = Number.parseInt(headers.get('Retry-After') ?? '', 10);
    const contact = status >= 300 && status < 400 ? contactUri(headers) : undefined;
    this.#tell(order, {
      status,
      phrase,
      withoutSubscription,
      ...(Number.isNaN(retryAfterS) ? {} : { retryAfterS }),
      ...(contact === undefined ? {} : { contact }),
    });
  }

  #tell({ refer }: ReferOrder, answer: Answer): void {
    this.#services.emit({ type: 'refer-answered', refer, ...answer });
  }

  /** A NOTIFY of `refer` in a dialog; its CSeq has been checked. */
  receiveNotify(inbound: Inbound, dialog: Dialog, { id }: Event): void {
    const { localTag } = dialog.identity;
    const here = this.#sentIn(dialog);
    const found =
      id === undefined
        ? (here.find((one) => one.isOpen) ?? here.find((one) => one.isLive) ?? here.at(-1))
        : here.find((subscriber) => subscriber.hasId(id));
    if (found === undefined) {
      // Later than we listen: 200 and no news. 481 is for an id that we never gave out (transfer.md §5).
      const late = id === undefined ? dialog.refersSent.size > 0 : dialog.wasReferredAs(id);
      return void this.#services.reply(inbound, late ? 200 : 481, { localTag });
    }
    refreshTarget(this.#services, dialog, inbound.request, inbound.flow, true);
    found.notified(inbound);
  }

  #sentIn(dialog: Dialog): readonly ReferSubscriber[] {
    return this.#sent.get(dialog) ?? [];
  }
}

function isGruu(uri: string): boolean {
  const read = parseUri(uri);
  return read.ok && read.value.params.has('gr');
}
