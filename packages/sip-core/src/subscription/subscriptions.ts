import { ALLOW_EVENTS } from '../call/capabilities.ts';
import { refuseUnknownRequirements } from '../call/in-dialog.ts';
import type { Dialog } from '../dialog/dialog.ts';
import type { Event } from '../message/event.ts';
import { decodeText } from '../message/octets.ts';
import { isToken } from '../message/token.ts';
import { isUriText } from '../message/uri.ts';
import type { SubscriptionId } from '../user-agent/door.ts';
import type { Seat } from '../user-agent/seat.ts';
import type { Inbound, Services } from '../user-agent/services.ts';
import type { SubscribeOrder } from './compose-subscribe.ts';
import { contentTypeOf, Subscriber } from './subscriber.ts';

/** Subscriptions at a time where the settings say nothing (sip-core.md §10). */
const MOST = 200;
/** Between two SUBSCRIBEs that are due at once: five a second (sip-core.md §8). */
const PACE_MS = 200;

/** Our subscriptions of event packages, and what we are told of such unasked. */
export class Subscriptions {
  readonly #services: Services;
  readonly #seats: readonly Seat[];
  readonly #most: number;
  readonly #kept = new Map<SubscriptionId, Subscriber>();
  readonly #byDialog = new Map<Dialog, Subscriber>();
  #nextTurn = Number.NEGATIVE_INFINITY;

  constructor(services: Services, seats: readonly Seat[], most = MOST) {
    this.#services = services;
    this.#seats = seats;
    this.#most = most;
  }

  get size(): number {
    return this.#kept.size;
  }

  subscribe(order: SubscribeOrder): void {
    const { subscription } = order;
    const kept = this.#kept.get(subscription);
    if (kept !== undefined) {
      kept.ask();
      return;
    }
    const seat = this.#seats.find(({ account }) => account.id === order.account);
    if (seat === undefined) throw new Error(`no account ${order.account} to subscribe with`);
    if (!isToken(order.event)) throw new Error(`no event package: ${JSON.stringify(order.event)}`);
    if (!isUriText(order.to) || !/^sips?:/i.test(order.to)) {
      const status = { name: 'over', why: 'refused', status: 400, phrase: 'Not a SIP URI' } as const;
      this.#services.emit({ type: 'subscription', subscription, status });
      return;
    }
    if (this.#kept.size >= this.#most) {
      this.#services.emit({ type: 'subscription', subscription, status: { name: 'over', why: 'limit' } });
      return;
    }
    const subscriber = this.#keep(seat, order);
    this.#kept.set(subscription, subscriber);
    subscriber.ask();
  }

  #keep(seat: Seat, order: SubscribeOrder): Subscriber {
    let held: Dialog | undefined;
    const subscriber: Subscriber = new Subscriber(
      {
        services: this.#services,
        turn: () => {
          const at = Math.max(this.#services.now, this.#nextTurn);
          this.#nextTurn = at + PACE_MS;
          return at;
        },
        moved: (dialog) => {
          if (held !== undefined) this.#byDialog.delete(held);
          held = dialog;
          if (dialog !== undefined) this.#byDialog.set(dialog, subscriber);
        },
        release: () => this.#kept.delete(order.subscription),
      },
      seat,
      order,
    );
    return subscriber;
  }

  unsubscribe(subscription: SubscriptionId): void {
    this.#kept.get(subscription)?.unsubscribe();
  }

  unsubscribeAll(): void {
    for (const subscriber of [...this.#kept.values()]) subscriber.unsubscribe();
  }

  /** A NOTIFY in a dialog, of another package than `refer`; its CSeq has been checked. */
  receiveNotify(inbound: Inbound, dialog: Dialog, event: Event | undefined): void {
    const subscriber = this.#byDialog.get(dialog);
    if (subscriber !== undefined && subscriber.order.event.toLowerCase() === event?.type) {
      subscriber.notified(inbound, dialog);
      return;
    }
    const { localTag } = dialog.identity;
    // RFC 6665 §7.2.2.
    this.#services.reply(inbound, 489, { localTag, headers: [['Allow-Events', ALLOW_EVENTS]] });
  }

  /**
   * A NOTIFY out of any dialog: taken from the account's own server and of the packages that the account takes unasked;
   * anybody could light our lamps otherwise. True when it was answered.
   */
  receiveUnasked(inbound: Inbound, seat: Seat, event: Event | undefined, localTag: string): boolean {
    const wanted = event !== undefined && seat.account.unasked?.includes(event.type) === true;
    if (!wanted || !seat.serves(inbound.flow)) return false;
    if (refuseUnknownRequirements(this.#services, inbound, seat, localTag)) return true;
    this.#services.reply(inbound, 200, { localTag, contact: seat.contact });
    if (inbound.request.body.length === 0) return true;
    this.#services.emit({
      type: 'notified-unasked',
      account: seat.account.id,
      event: event.type,
      contentType: contentTypeOf(inbound.request),
      body: decodeText(inbound.request.body),
    });
    return true;
  }
}
