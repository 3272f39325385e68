import type { Dialog } from '../dialog/dialog.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';
import type { CallId, EndCause, Flow, SessionBody } from '../user-agent/door.ts';
import type { OpenRequest, Services } from '../user-agent/services.ts';
import { withBody } from './capabilities.ts';
import { type SilentFailure, silentEnd } from './end-cause.ts';
import { glareWait } from './glare.ts';
import type { OfferAnswer, Proposal } from './offer-answer.ts';
import { readSessionBody, SDP } from './session-body.ts';
import type { SessionTimer } from './session-timer.ts';

/** What own offers need of their session. */
export interface OwnOffersHost {
  readonly services: Services;
  readonly call: CallId;
  readonly dialog: Dialog;
  readonly exchange: OfferAnswer;
  /** The usage is gone (408, 481, silence). */
  fail(cause: EndCause): void;
  /** Every re-INVITE refreshes the session. */
  readonly timer: SessionTimer;
  /** A 2xx came: target and peer may be new. */
  refresh(response: SipResponse, from: Flow): void;
}

/** Something to be done when no offer is open. */
interface Errand {
  readonly act: () => void;
  readonly never: (ended: boolean) => void;
}

/**
 * Our re-INVITEs, one at a time (RFC 3261 §14.1).
 *
 * ```
 *   queued ──► open ── 2xx ──► ACK, offer-answered
 *     ▲         ├─ 491 ──► back-off ──► queued      (three times, then offer-refused 491)
 *     │         ├─ 408, 481, silence ──► the call is over
 *     └─────────┴─ other refusal ──► offer-refused, the session stays as it was
 * ```
 */
export class OwnOffers {
  readonly #host: OwnOffersHost;
  readonly #backOffTimer: string;
  readonly #limitTimer: string;
  readonly #errandTimer: string;
  #closed = false;
  /** The re-INVITE that has no final answer yet. */
  #open: OpenRequest | undefined;
  #refreshDue = false;
  #errands: readonly Errand[] = [];

  constructor(host: OwnOffersHost) {
    this.#host = host;
    this.#backOffTimer = `${host.call}:glare`;
    this.#limitTimer = `${host.call}:re-invite`;
    this.#errandTimer = `${host.call}:errand`;
  }

  /** Queue an offer and send it when its turn comes. */
  propose(body: SessionBody, instead: boolean): void {
    this.#host.exchange.propose(body, instead);
    this.next();
  }

  /** Send the agreed session again when its turn comes, unless an offer of ours does that first (RFC 4028 §7.4). */
  refresh(): void {
    this.#refreshDue = true;
    this.next();
  }

  /** Do something when no offer is open and none waits: at once, or before 64*T1 have passed, or `never`. */
  whenIdle(act: () => void, never: (ended: boolean) => void): void {
    if (this.#closed) {
      never(true);
      return;
    }
    if (this.#host.exchange.isIdle && this.#errands.length === 0) {
      act();
      return;
    }
    this.#errands = [...this.#errands, { act, never }];
    const { services } = this.#host;
    if (this.#errands.length === 1) {
      services.timers.set(this.#errandTimer, services.now + 64 * services.t1, () => this.#dropErrands(false));
    }
  }

  #dropErrands(ended: boolean): void {
    const errands = this.#errands;
    this.#errands = [];
    for (const { never } of errands) never(ended);
  }

  /** The call is over: no event, but a 2xx still gets its ACK, and nothing waits for ever for an answer. */
  close(): void {
    const { services } = this.#host;
    if (!this.#closed) this.#limitLast(services);
    this.#closed = true;
    services.timers.clear(this.#errandTimer);
    this.#dropErrands(true);
    services.timers.clear(this.#backOffTimer);
  }

  /**
   * BYE ends a re-INVITE that has met a 1xx by 487 (RFC 3261 §15.1.2), unless its answer crossed the BYE and was lost: then
   * it is cancelled, so that its transaction comes to an end (§9.1).
   */
  #limitLast(services: Services): void {
    const open = this.#open;
    if (open === undefined) services.timers.clear(this.#limitTimer);
    else services.timers.set(this.#limitTimer, services.now + 64 * services.t1, () => open.cancel());
  }

  /** Send the next offer if the exchange is free. */
  next(): void {
    if (this.#closed) return;
    const { exchange } = this.#host;
    const proposal = exchange.begin() ?? (this.#refreshDue ? exchange.beginRefresh() : undefined);
    if (proposal !== undefined) {
      this.#send(proposal);
      return;
    }
    while (exchange.isIdle && this.#errands.length > 0) {
      const [errand, ...others] = this.#errands;
      this.#errands = others;
      if (others.length === 0) this.#host.services.timers.clear(this.#errandTimer);
      errand!.act();
    }
  }

  #send(proposal: Proposal): void {
    this.#refreshDue = false;
    const { services, dialog } = this.#host;
    const acks = new Map<string, SipRequest>();
    let heard = false;
    let late = false;
    let open: OpenRequest | undefined;
    const cancel = (): void => open?.cancel();
    open = services.request({
      seat: dialog.seat,
      flow: dialog.hop(),
      compose: () => {
        const invite = dialog.compose('INVITE');
        invite.headers.add('Contact', `<${dialog.contact}>`);
        for (const [name, value] of [...dialog.seat.capabilities, ...this.#host.timer.fields]) {
          invite.headers.add(name, value);
        }
        return withBody(invite, SDP, proposal.body);
      },
      provisional: () => {
        if (late && !heard) cancel();
        heard = true;
      },
      final: (response, sent, from) => {
        if (response.status < 300) return this.#acknowledge(acks, proposal, response, sent, from);
        this.#answered();
        return this.#refused(proposal, response);
      },
      failed: (why) => {
        this.#answered();
        if (this.#closed) return;
        if (proposal.refresh) return this.#unrefreshed(why === 'timeout' ? 408 : 503, '', why);
        if (why === 'timeout') return this.#host.fail(silentEnd(why));
        // No way to the far end just now (RFC 3261 §8.1.3.1: as 503); the session itself is untouched.
        return this.#settle(503, 'Service Unavailable');
      },
      wanted: () => !this.#closed,
    });
    if (this.#closed) return;
    this.#open = open;
    // A far end that rings for ever on a re-INVITE must not block hold: after 64*T1 we take it back.
    services.timers.set(this.#limitTimer, services.now + 64 * services.t1, () => {
      late = true;
      if (heard) cancel();
      services.timers.set(this.#limitTimer, services.now + 64 * services.t1, () => {
        this.#host.fail(silentEnd('timeout'));
      });
    });
  }

  #answered(): void {
    this.#open = undefined;
    this.#host.services.timers.clear(this.#limitTimer);
  }

  #acknowledge(
    acks: Map<string, SipRequest>,
    proposal: Proposal,
    response: SipResponse,
    sent: SipRequest,
    from: Flow,
  ): void {
    const { services, dialog, exchange, call, timer } = this.#host;
    const cseq = sent.headers.get('CSeq') ?? '';
    const held = acks.get(cseq);
    if (held !== undefined) {
      services.transmit(held, dialog.hop());
      return;
    }
    this.#answered();
    if (!this.#closed) this.#host.refresh(response, from);
    const ack = dialog.composeAck(sent);
    acks.set(cseq, ack);
    services.transmit(ack, dialog.hop());
    if (this.#closed) return;
    exchange.conclude();
    this.#refreshDue = false;
    timer.agreed(response);
    const answer = readSessionBody(response);
    if (answer.name === 'session') {
      exchange.committed = proposal.body;
      if (!proposal.refresh) services.emit({ type: 'offer-answered', call, body: answer.body });
    } else if (!proposal.refresh) {
      services.emit({ type: 'offer-refused', call, status: 488, phrase: 'No Answer In 2xx' });
    }
    this.next();
  }

  #refused(proposal: Proposal, response: SipResponse): void {
    if (this.#closed) return;
    const { services, dialog, exchange } = this.#host;
    const { status, reason } = response;
    if (status === 422 && this.#host.timer.raise(response)) {
      // RFC 4028 §7.3: the same once more, asking for longer.
      exchange.again();
      this.next();
      return;
    }
    if (proposal.refresh && status !== 491) {
      this.#unrefreshed(status, reason, undefined);
      return;
    }
    // RFC 3261 §12.2.1.2: these two say that the dialog is no more.
    if (status === 408 || status === 481) {
      this.#host.fail({ by: 'remote', how: 'response', status, phrase: reason });
      return;
    }
    if (status === 491 && exchange.collide()) {
      const wait = glareWait(dialog.ownsCallId, services.crypto);
      services.timers.set(this.#backOffTimer, services.now + wait, () => {
        exchange.resume();
        this.next();
      });
      return;
    }
    if (proposal.refresh) this.#unrefreshed(status, reason, undefined);
    else this.#settle(status, reason);
  }

  /** The session stays as it is, and the phone hears nothing of it. */
  #unrefreshed(status: number, phrase: string, why: SilentFailure | undefined): void {
    this.#host.exchange.conclude();
    this.#host.timer.failed(status, phrase, why);
    this.next();
  }

  #settle(status: number, phrase: string): void {
    const { services, exchange, call } = this.#host;
    exchange.conclude();
    services.emit({ type: 'offer-refused', call, status, phrase });
    this.next();
  }
}
