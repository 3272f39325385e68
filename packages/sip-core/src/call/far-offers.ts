import type { Dialog } from '../dialog/dialog.ts';
import { parseCSeq } from '../message/cseq.ts';
import type { SipRequest } from '../message/message.ts';
import type { CallId, EndCause, Flow, OfferId, SessionBody } from '../user-agent/door.ts';
import type { Inbound, Services } from '../user-agent/services.ts';
import { AckWait } from './ack-wait.ts';
import { silentEnd } from './end-cause.ts';
import { busyRetryAfterS } from './glare.ts';
import { acceptance, refuseUnknownRequirements } from './in-dialog.ts';
import type { OfferAnswer } from './offer-answer.ts';
import { readSessionBody } from './session-body.ts';
import { LEAST_S, type SessionTerms } from './session-terms.ts';
import type { SessionTimer } from './session-timer.ts';

/** What the far end's offers need of their session. */
export interface FarOffersHost {
  readonly services: Services;
  readonly call: CallId;
  readonly dialog: Dialog;
  readonly exchange: OfferAnswer;
  readonly terms: SessionTerms;
  readonly timer: SessionTimer;
  fail(cause: EndCause): void;
  /** The request was admitted: target and peer may be new. */
  refresh(request: SipRequest, from: Flow): void;
  /** The exchange is free again. */
  free(): void;
}

/** The far end's re-INVITEs and UPDATEs (RFC 3261 §14.2, RFC 3311 §5.2), and the ACKs that our 2xx wait for. */
export class FarOffers {
  readonly #host: FarOffersHost;
  #waiting: { readonly offer: OfferId; readonly inbound: Inbound } | undefined;
  #ackWait: AckWait | undefined;

  constructor(host: FarOffersHost) {
    this.#host = host;
  }

  /** A re-INVITE or UPDATE arrived. */
  receive(inbound: Inbound): void {
    const { services, dialog, exchange, call } = this.#host;
    const { request, flow } = inbound;
    const { localTag } = dialog.identity;
    const method = request.method === 'INVITE' ? 'INVITE' : 'UPDATE';
    if (refuseUnknownRequirements(services, inbound, dialog.seat, localTag)) return;
    if (request.headers.has('Replaces')) return void services.reply(inbound, 400, { localTag });
    if (this.#host.terms.isTooShort(request)) {
      // RFC 4028 §9.
      return void services.reply(inbound, 422, { localTag, headers: [['Min-SE', String(LEAST_S)]] });
    }
    const reading = readSessionBody(request);
    if (reading.name === 'unsupported') {
      return void services.reply(inbound, 415, { localTag, headers: [['Accept', 'application/sdp']] });
    }
    if (method === 'UPDATE' && reading.name === 'none') {
      this.#host.refresh(request, flow);
      return void services.reply(inbound, 200, acceptance(dialog, undefined, this.#host.timer.accept(request)));
    }
    const admission = exchange.admit();
    switch (admission) {
      case 'pending':
        return void services.reply(inbound, 491, { localTag });
      case 'busy': {
        const retryAfter = String(busyRetryAfterS(services.crypto));
        return void services.reply(inbound, 500, { localTag, headers: [['Retry-After', retryAfter]] });
      }
      case 'take': {
        const offer = services.mint('offer');
        exchange.take(offer, method, reading.name === 'none');
        this.#waiting = { offer, inbound };
        this.#host.refresh(request, flow);
        // A phone that forgets to answer must not keep the exchange shut for ever.
        services.timers.set(this.#patience, services.now + 64 * services.t1, () => this.refuse(offer, 504));
        const body = reading.name === 'session' ? reading.body : undefined;
        services.emit({ type: 'offered', call, offer, body });
        return;
      }
      default:
        throw new Error(`no such admission: ${admission satisfies never}`);
    }
  }

  /** The phone's 200. */
  answer(offer: OfferId, body: SessionBody): void {
    if (this.#waiting?.offer !== offer) return;
    const { inbound } = this.#waiting;
    const { services, dialog, exchange } = this.#host;
    this.#waiting = undefined;
    services.timers.clear(this.#patience);
    const response = services.reply(inbound, 200, acceptance(dialog, body, this.#host.timer.accept(inbound.request)));
    exchange.committed = body;
    exchange.accept();
    if (inbound.request.method === 'INVITE') this.awaitAck(inbound, response);
    else this.#host.free();
  }

  /** The phone's refusal: the session stays as it was. */
  refuse(offer: OfferId, status: number): void {
    if (this.#waiting?.offer !== offer) return;
    const { inbound } = this.#waiting;
    this.#waiting = undefined;
    this.#host.services.timers.clear(this.#patience);
    this.#host.services.reply(inbound, status, { localTag: this.#host.dialog.identity.localTag });
    this.#host.exchange.drop();
    this.#host.free();
  }

  /** CANCEL of their re-INVITE. */
  cancelled(transaction: string): void {
    if (this.#waiting?.inbound.transaction === transaction) this.refuse(this.#waiting.offer, 487);
  }

  /** Send this 2xx again until its ACK comes. */
  awaitAck(inbound: Inbound, response: ReturnType<Services['reply']>): void {
    const cseq = inbound.request.headers.read('CSeq', parseCSeq)?.number ?? 0;
    this.#ackWait = new AckWait(this.#host.services, `${this.#host.call}:ack`, cseq, inbound, response, () => {
      this.#ackWait = undefined;
      this.#host.fail(silentEnd('timeout'));
    });
  }

  /** True when this ACK was waited for; it has then ended the exchange. */
  acknowledged(cseq: number): boolean {
    if (this.#ackWait?.cseq !== cseq) return false;
    this.#ackWait.stop();
    this.#ackWait = undefined;
    return true;
  }

  /** Whether a 2xx of ours still waits for its ACK. */
  get unacknowledged(): boolean {
    return this.#ackWait !== undefined;
  }

  /** The call is over: what waits is answered 487, nothing is sent again (RFC 3261 §15.1.2). */
  close(): void {
    if (this.#waiting !== undefined) {
      this.#host.services.reply(this.#waiting.inbound, 487, { localTag: this.#host.dialog.identity.localTag });
      this.#waiting = undefined;
      this.#host.services.timers.clear(this.#patience);
    }
    this.#ackWait?.stop();
    this.#ackWait = undefined;
  }

  get #patience(): string {
    return `${this.#host.call}:offered`;
  }
}
