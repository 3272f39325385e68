import type { SilentFailure } from '../call/end-cause.ts';
import { refreshTarget } from '../call/in-dialog.ts';
import type { Dialog } from '../dialog/dialog.ts';
import { parseMediaType, type SubscriptionState } from '../message/event.ts';
import type { SipMessage, SipRequest, SipResponse } from '../message/message.ts';
import { decodeText } from '../message/octets.ts';
import { numberOf, subscriptionStateOf } from '../message/values.ts';
import { backOff, refreshAfter } from '../registration/back-off.ts';
import type { Flow, SubscriptionStatus } from '../user-agent/door.ts';
import type { Seat } from '../user-agent/seat.ts';
import type { Inbound, Services } from '../user-agent/services.ts';
import { besideDialog, meet } from './beside-dialog.ts';
import { composeSubscribe, type SubscribeOrder } from './compose-subscribe.ts';
import { afterRefusal, afterTermination, type Ending, endsByRefusal } from './ending.ts';

const DEFAULT_EXPIRES_S = 3600;
/** The longest that we believe a grant: the other side may have forgotten us by then. */
const MAX_EXPIRES_S = 86_400;
/** 423 answers in a row that are obeyed. */
const MAX_BRIEF = 2;
/** The whole state is not asked for more often than this, however much of it is missed. */
const LEAST_BETWEEN_MS = 5000;
/** One that has lived so long was no failure when it is lost: the next one is begun at once. */
const LONG_LIVED_MS = 10_000;

/** The response behind what became of it. */
interface Said {
  readonly status?: number;
  readonly phrase?: string;
}

type Live = {
  readonly name: 'live';
  readonly dialog: Dialog;
  /** Since when NOTIFYs come; undefined = none has. */
  heardAt: number | undefined;
  /** One of them had a body. */
  told: boolean;
};

type State =
  /** Between two attempts, or over. */
  | { readonly name: 'resting' }
  | Live
  /** Unsubscribed: the last NOTIFY is waited for. */
  | { readonly name: 'leaving'; readonly dialog: Dialog }
  | { readonly name: 'gone' };

/** What a subscriber asks of those who keep it. */
export interface SubscriberHost {
  readonly services: Services;
  /** When the next SUBSCRIBE may leave: many at once are spread. */
  turn(): number;
  /** It has a dialog from now on, or none. */
  moved(dialog: Dialog | undefined): void;
  /** Forget it. */
  release(): void;
}

/**
 * One subscription of ours (RFC 6665 §4.1), a usage of a dialog of its own, begun anew in another one when it is lost.
 *
 * ```
 *   resting ── SUBSCRIBE ──► live (a NOTIFY is due within 64*T1) ── refresh ──► live
 *      ▲                       │ refused, terminated, expired, no NOTIFY
 *      └── at once, back-off, ─┘ or over until the next `subscribe`
 *   live ── unsubscribe ──► leaving ── terminated, refused, 64*T1 ──► gone
 * ```
 */
export class Subscriber {
  readonly order: SubscribeOrder;
  readonly #host: SubscriberHost;
  readonly #services: Services;
  readonly #seat: Seat;
  #state: State = { name: 'resting' };
  /** A SUBSCRIBE of ours waits for its answer. */
  #open = false;
  #unsubscribed = false;
  #expiresS: number;
  /** What the 2xx granted, until a NOTIFY says otherwise. */
  #grantS: number;
  /** The whole state is to be asked for before the refresh is due. */
  #wanted = false;
  #sentAt = Number.NEGATIVE_INFINITY;
  #briefs = 0;
  #failures = 0;
  #told: SubscriptionStatus['name'] | undefined;

  constructor(host: SubscriberHost, seat: Seat, order: SubscribeOrder) {
    this.order = order;
    this.#host = host;
    this.#services = host.services;
    this.#seat = seat;
    this.#expiresS = order.expiresS ?? DEFAULT_EXPIRES_S;
    this.#grantS = this.#expiresS;
  }

  /** Ask now: for the first time, before the back-off is over, or for the whole state once more. */
  ask(): void {
    const { timers, now } = this.#services;
    if (this.#unsubscribed || this.#open) return;
    if (this.#state.name === 'resting') {
      this.#failures = 0;
      timers.set(this.#due, this.#host.turn(), () => this.#begin());
      this.#tell({ name: 'subscribing' });
    } else if (this.#state.name === 'live') {
      const at = Math.max(this.#host.turn(), this.#sentAt + LEAST_BETWEEN_MS);
      this.#wanted = true;
      if (at <= now) this.#refresh();
      else timers.set(this.#due, at, () => this.#refresh());
    }
  }

  /** Let go of it: `Expires: 0` where the other side knows of us. */
  unsubscribe(): void {
    this.#unsubscribed = true;
    if (this.#state.name === 'resting') this.#end();
    else if (this.#state.name === 'live' && !this.#open) this.#leave(this.#state.dialog);
    // A SUBSCRIBE without its answer comes first: `#answered` and `#unanswered` go on from there.
  }

  /** A NOTIFY for it: answered 200 first. */
  notified(inbound: Inbound, dialog: Dialog): void {
    const { request, flow } = inbound;
    this.#services.reply(inbound, 200, { localTag: dialog.identity.localTag, contact: dialog.contact });
    refreshTarget(this.#services, dialog, request, flow, true);
    // Departs from RFC 6665 §8.2.3 because the field is mandatory and some leave it out: what speaks is active.
    const stated: SubscriptionState = subscriptionStateOf(request) ?? { state: 'active' };
    const terminated = stated.state === 'terminated';
    if (this.#state.name === 'leaving') {
      if (terminated) this.#end();
      return;
    }
    if (this.#state.name !== 'live') return;
    const first = this.#state.heardAt === undefined;
    this.#hear(this.#state, request);
    if (terminated) {
      if (this.order.expiresS === 0 || this.#unsubscribed) this.#end();
      else this.#lost(afterTermination(stated), {});
      return;
    }
    if (stated.expiresS !== undefined) this.#granted(stated.expiresS);
    else if (first) this.#granted(this.#grantS);
    // A word of the future means none of ours: it says that somebody is there.
    this.#tell({ name: stated.state === 'pending' ? 'pending' : 'active' });
  }

  // ------------------------------------------------------------------------------------------------------- requests

  #begin(): void {
    const dialog = besideDialog(this.#services, this.#seat, this.order.to);
    this.#services.dialogs.hold(dialog, this.#usage);
    this.#state = { name: 'live', dialog, heardAt: undefined, told: false };
    this.#host.moved(dialog);
    this.#tell({ name: 'subscribing' });
    this.#send(dialog, this.#expiresS, this.#seat.flow);
  }

  #refresh(): void {
    if (this.#state.name !== 'live' || this.#open) return;
    const { dialog } = this.#state;
    this.#send(dialog, this.#expiresS, this.#hop(dialog));
  }

  #leave(dialog: Dialog): void {
    const { timers, now, t1 } = this.#services;
    this.#state = { name: 'leaving', dialog };
    timers.clear(this.#due);
    timers.set(this.#term, now + 64 * t1, () => this.#end());
    this.#send(dialog, 0, this.#hop(dialog));
  }

  #send(dialog: Dialog, expiresS: number, flow: Flow): void {
    this.#open = true;
    this.#wanted = false;
    this.#sentAt = this.#services.now;
    this.#services.timers.clear(this.#due);
    this.#services.request({
      seat: this.#seat,
      flow,
      compose: () => composeSubscribe(dialog, this.order, expiresS),
      final: (response, _sent, from) => this.#answered(dialog, response, from),
      failed: (why) => this.#unanswered(dialog, why),
    });
  }

  #answered(dialog: Dialog, response: SipResponse, from: Flow): void {
    if (!this.#awaits(dialog)) return;
    const { status, reason: phrase } = response;
    if (status < 300) {
      meet(this.#services, dialog, response, from);
      this.#accepted(dialog, response, from);
      return;
    }
    if (this.#unsubscribed) {
      this.#leaveOrEnd(dialog, endsByRefusal(status));
      return;
    }
    const least = numberOf(response, 'Min-Expires');
    if (status === 423 && least !== undefined && least > this.#expiresS && this.#briefs < MAX_BRIEF) {
      this.#briefs++;
      this.#expiresS = Math.min(least, MAX_EXPIRES_S);
      this.#send(dialog, this.#expiresS, this.#hop(dialog));
      return;
    }
    if (this.#stands && !endsByRefusal(status)) {
      this.#tryAgain();
      return;
    }
    const ending = status === 481 && this.#stands ? ({ name: 'anew' } as const) : undefined;
    this.#lost(ending ?? afterRefusal(status, numberOf(response, 'Retry-After')), { status, phrase });
  }

  #unanswered(dialog: Dialog, why: SilentFailure): void {
    if (!this.#awaits(dialog)) return;
    if (this.#unsubscribed) {
      this.#leaveOrEnd(dialog, false);
      return;
    }
    if (this.#stands) this.#tryAgain();
    else this.#later(why, 0, why === 'timeout' ? { status: 408, phrase: 'Request Timeout' } : { status: 503 });
  }

  #accepted(dialog: Dialog, response: SipResponse, from: Flow): void {
    refreshTarget(this.#services, dialog, response, from, true);
    if (this.#state.name !== 'live') return;
    if (this.#unsubscribed) {
      this.#leave(dialog);
      return;
    }
    const { timers, now, t1 } = this.#services;
    this.#briefs = 0;
    this.#grantS = numberOf(response, 'Expires') ?? this.#expiresS;
    if (this.#state.heardAt === undefined) {
      // RFC 6665 §4.1.2.4, timer N: without a NOTIFY there is no subscription.
      timers.set(this.#term, now + 64 * t1, () => this.#later('timeout', 0, { phrase: 'No NOTIFY came' }));
      return;
    }
    this.#failures = 0;
    this.#granted(this.#grantS);
  }

  /** Whether this answer is still waited for: that of a dialog which was lost meanwhile is not. */
  #awaits(dialog: Dialog): boolean {
    if (this.#state.name === 'resting' || this.#state.name === 'gone' || this.#state.dialog !== dialog) return false;
    this.#open = false;
    return true;
  }

  /** A SUBSCRIBE failed while nobody wants the subscription any more: end it there where it still stands. */
  #leaveOrEnd(dialog: Dialog, ended: boolean): void {
    if (this.#stands && !ended) this.#leave(dialog);
    else this.#end();
  }

  #hop(dialog: Dialog): Flow {
    return dialog.identity.remoteTag === '' ? this.#seat.flow : dialog.hop();
  }

  // ---------------------------------------------------------------------------------------------------------- course

  /** A NOTIFY has come in this dialog. */
  get #stands(): boolean {
    return this.#state.name === 'live' && this.#state.heardAt !== undefined;
  }

  #hear(live: Live, request: SipRequest): void {
    live.heardAt ??= this.#services.now;
    if (request.body.length === 0) return;
    const anew = !live.told;
    live.told = true;
    const { subscription } = this.order;
    const body = decodeText(request.body);
    this.#services.emit({ type: 'notified', subscription, contentType: contentTypeOf(request), body, anew });
  }

  /** It lasts so long from now; asked for again in time. */
  #granted(expiresS: number): void {
    const { timers, now, crypto } = this.#services;
    const grantedS = Math.min(expiresS, MAX_EXPIRES_S);
    timers.set(this.#term, now + Math.max(grantedS, 1) * 1000, () => this.#later('expired', 0, {}));
    const at = now + refreshAfter(grantedS, crypto);
    if (!this.#open && !this.#wanted && this.order.expiresS !== 0) timers.set(this.#due, at, () => this.#refresh());
  }

  /** The refresh brought nothing: again soon; what stands lives on to its end (RFC 6665 §4.1.2.2). */
  #tryAgain(): void {
    const { timers, now, crypto } = this.#services;
    timers.set(this.#due, now + backOff(++this.#failures, false, crypto), () => this.#refresh());
  }

  #lost(ending: Ending, said: Said): void {
    switch (ending.name) {
      case 'over':
        this.#over(ending.why, said);
        return;
      case 'later':
        this.#later(ending.why, ending.leastS, said);
        return;
      case 'anew':
        if (this.#state.name === 'live' && this.#livedLong(this.#state)) {
          this.#drop();
          this.ask();
        } else this.#later('terminated', 0, said);
        return;
      default:
        throw new Error(`no such ending: ${JSON.stringify(ending satisfies never)}`);
    }
  }

  #livedLong({ heardAt }: Live): boolean {
    return heardAt !== undefined && this.#services.now - heardAt >= LONG_LIVED_MS;
  }

  #later(why: Extract<SubscriptionStatus, { name: 'waiting' }>['why'], leastS: number, said: Said): void {
    const { timers, now, crypto } = this.#services;
    if (this.#state.name === 'live' && this.#livedLong(this.#state)) this.#failures = 0;
    if (this.order.expiresS === 0) {
      this.#over('refused', said);
      return;
    }
    this.#drop();
    const wait = backOff(++this.#failures, why === 'wrong-password', crypto);
    const nextTryAt = now + Math.max(leastS * 1000, wait);
    timers.set(this.#due, nextTryAt, () => timers.set(this.#due, this.#host.turn(), () => this.#begin()));
    this.#told = undefined;
    this.#tell({ name: 'waiting', why, nextTryAt, ...said });
  }

  #over(why: Extract<SubscriptionStatus, { name: 'over' }>['why'], said: Said): void {
    this.#drop();
    this.#tell({ name: 'over', why, ...said });
    if (this.order.expiresS === 0) this.#end();
  }

  /** The dialog is no more ours. */
  #drop(): void {
    this.#services.timers.clear(this.#due);
    this.#services.timers.clear(this.#term);
    if (this.#state.name === 'live' || this.#state.name === 'leaving') {
      this.#services.dialogs.release(this.#state.dialog, this.#usage);
      this.#host.moved(undefined);
    }
    this.#open = false;
    this.#briefs = 0;
    this.#state = { name: 'resting' };
  }

  #end(): void {
    if (this.#state.name === 'gone') return;
    this.#drop();
    this.#state = { name: 'gone' };
    this.#host.release();
    this.#tell({ name: 'ended' });
  }

  #tell(status: SubscriptionStatus): void {
    if (status.name === this.#told) return;
    this.#told = status.name;
    this.#services.emit({ type: 'subscription', subscription: this.order.subscription, status });
  }

  get #usage(): string {
    return `subscription:${this.order.subscription}`;
  }

  get #due(): string {
    return `${this.#usage}:due`;
  }

  get #term(): string {
    return `${this.#usage}:end`;
  }
}

/** Lower-case media type of a body; empty when it was not told or cannot be read. */
export function contentTypeOf(message: SipMessage): string {
  return message.headers.read('Content-Type', parseMediaType)?.type ?? '';
}
