import type { Dialog } from '../dialog/dialog.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';
import type { CallId, EndCause, Flow, SessionBody } from '../user-agent/door.ts';
import type { OpenRequest, Services } from '../user-agent/services.ts';
import { withBody } from './capabilities.ts';
import { silentEnd } from './end-cause.ts';
import { glareWait } from './glare.ts';
import { capabilityFields } from './in-dialog.ts';
import type { OfferAnswer } from './offer-answer.ts';
import { readSessionBody, SDP } from './session-body.ts';

/** What own offers need of their session. */
export interface OwnOffersHost {
  readonly services: Services;
  readonly call: CallId;
  readonly dialog: Dialog;
  readonly exchange: OfferAnswer;
  /** The usage is gone (408, 481, silence). */
  fail(cause: EndCause): void;
  /** A 2xx came: target and peer may be new. */
  refresh(response: SipResponse, from: Flow): void;
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
  #closed = false;
  #backOffTimer: string;
  #limitTimer: string;

  constructor(host: OwnOffersHost) {
    this.#host = host;
    this.#backOffTimer = `${host.call}:glare`;
    this.#limitTimer = `${host.call}:re-invite`;
  }

  /** Queue an offer and send it when its turn comes. */
  propose(body: SessionBody, instead: boolean): void {
    this.#host.exchange.propose(body, instead);
    this.next();
  }

  /** The call is over: no timer, no event, but a 2xx still gets its ACK. */
  close(): void {
    this.#closed = true;
    this.#host.services.timers.clear(this.#backOffTimer);
    this.#host.services.timers.clear(this.#limitTimer);
  }

  /** Send the next offer if the exchange is free. */
  next(): void {
    const proposal = this.#closed ? undefined : this.#host.exchange.begin();
    if (proposal !== undefined) this.#send(proposal.body);
  }

  #send(body: SessionBody): void {
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
        invite.headers.add('Contact', `<${dialog.seat.contact}>`);
        for (const [name, value] of capabilityFields()) invite.headers.add(name, value);
        return withBody(invite, SDP, body);
      },
      provisional: () => {
        if (late && !heard) cancel();
        heard = true;
      },
      final: (response, sent, from) => {
        if (response.status < 300) return this.#acknowledge(acks, response, sent, from);
        services.timers.clear(this.#limitTimer);
        return this.#refused(response);
      },
      failed: (why) => {
        services.timers.clear(this.#limitTimer);
        if (this.#closed) return;
        if (why === 'timeout') return this.#host.fail(silentEnd(why));
        // No way to the far end just now (RFC 3261 §8.1.3.1: as 503); the session itself is untouched.
        this.#settle(503, 'Service Unavailable');
      },
      wanted: () => !this.#closed,
    });
    if (this.#closed) return;
    // A far end that rings for ever on a re-INVITE must not block hold: after 64*T1 we take it back.
    services.timers.set(this.#limitTimer, services.now + 64 * services.t1, () => {
      late = true;
      if (heard) cancel();
      services.timers.set(this.#limitTimer, services.now + 64 * services.t1, () => {
        this.#host.fail(silentEnd('timeout'));
      });
    });
  }

  #acknowledge(acks: Map<string, SipRequest>, response: SipResponse, sent: SipRequest, from: Flow): void {
    const { services, dialog, exchange, call } = this.#host;
    const cseq = sent.headers.get('CSeq') ?? '';
    const held = acks.get(cseq);
    if (held !== undefined) {
      services.transmit(held, dialog.hop());
      return;
    }
    if (!this.#closed) this.#host.refresh(response, from);
    const ack = dialog.composeAck(sent);
    acks.set(cseq, ack);
    services.transmit(ack, dialog.hop());
    if (this.#closed) return;
    services.timers.clear(this.#limitTimer);
    exchange.conclude();
    const answer = readSessionBody(response);
    if (answer.name === 'session') services.emit({ type: 'offer-answered', call, body: answer.body });
    else services.emit({ type: 'offer-refused', call, status: 488, phrase: 'No Answer In 2xx' });
    this.next();
  }

  #refused(response: SipResponse): void {
    if (this.#closed) return;
    const { services, dialog, exchange } = this.#host;
    const { status, reason } = response;
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
    this.#settle(status, reason);
  }

  #settle(status: number, phrase: string): void {
    const { services, exchange, call } = this.#host;
    exchange.conclude();
    services.emit({ type: 'offer-refused', call, status, phrase });
    this.next();
  }
}
