import type { Dialog } from '../dialog/dialog.ts';
import type { SipMessage, SipRequest, SipResponse } from '../message/message.ts';
import { numberOf } from '../message/values.ts';
import type { CallId, EndCause, Flow, Peer } from '../user-agent/door.ts';
import type { Services } from '../user-agent/services.ts';
import { type SilentFailure, silentEnd } from './end-cause.ts';
import type { SessionInterval, SessionTerms } from './session-terms.ts';

/** What the session timer needs of its session. */
export interface SessionTimerHost {
  readonly services: Services;
  readonly call: CallId;
  readonly dialog: Dialog;
  readonly terms: SessionTerms;
  peer(): Peer;
  /** Say the agreed session again by re-INVITE when its turn comes. */
  reinvite(): void;
  /** A 2xx to our UPDATE. */
  refresh(message: SipMessage, from: Flow): void;
  /** The call is over; `reason` goes with its BYE. */
  end(cause: EndCause, reason: string | undefined): void;
}

/** How long a refresh that came to nothing rests before the next. */
const REST_MS = 10_000;

/**
 * The session timer of a confirmed dialog (RFC 4028 §10): whoever refreshes does so at half time, by UPDATE where the far
 * end takes it and by re-INVITE otherwise; who hears nothing until shortly before the end says BYE.
 *
 * ```
 *   off ── 2xx with Session-Expires ──► running ── half time, ours to refresh ──► refreshing ── 2xx ──► running
 *    ▲                                    │ ▲                                        │ other answers: after 10 s
 *    └──────── 2xx without it ────────────┘ └────────────────────────────────────────┘
 *                                         └── no refresh in time, 408, 481 ──► BYE
 * ```
 */
export class SessionTimer {
  readonly #host: SessionTimerHost;
  #interval: SessionInterval | undefined;
  #open = false;
  #closed = false;
  #withoutUpdate = false;

  constructor(host: SessionTimerHost) {
    this.#host = host;
  }

  /** Fields of our INVITE and UPDATE requests in the dialog. */
  get fields(): readonly (readonly [string, string])[] {
    return this.#host.terms.fields(this.#interval);
  }

  /** Fields of our 2xx to a request of theirs, which starts the time anew. */
  accept(request: SipRequest): readonly (readonly [string, string])[] {
    const { fields, interval } = this.#host.terms.accept(request, this.#interval);
    this.start(interval);
    return fields;
  }

  /** A 2xx to our INVITE or UPDATE. */
  agreed(response: SipResponse): void {
    this.start(this.#host.terms.agreed(response));
  }

  /** Run with this interval from now on; undefined = not at all. */
  start(interval: SessionInterval | undefined): void {
    const { services } = this.#host;
    this.#interval = interval;
    services.timers.clear(this.#refreshing);
    services.timers.clear(this.#expiry);
    if (interval === undefined || this.#closed) return;
    const { expiresS, weRefresh } = interval;
    // RFC 4028 §10: a little before the end, so that the BYE arrives while the far end still knows of the call.
    const endsS = expiresS - Math.min(32, expiresS / 3);
    services.timers.set(this.#expiry, services.now + endsS * 1000, () => this.#expired());
    if (weRefresh) services.timers.set(this.#refreshing, services.now + expiresS * 500, () => this.#refresh());
  }

  /** The call is over. */
  stop(): void {
    this.#closed = true;
    this.start(undefined);
  }

  /** 422 to a request of ours: true = send it again, it will ask for longer. */
  raise(response: SipResponse): boolean {
    return this.#host.terms.raise(response);
  }

  /** A refresh was refused, or met silence: what that means for the call (RFC 4028 §10). */
  failed(status: number, phrase: string, why: SilentFailure | undefined): void {
    if (this.#closed) return;
    const gone = status === 408 || status === 481;
    // transfer.md §9 row 20: while a REFER may still bring news, the transfer decides and not a refresh of either leg.
    if (!gone || why === 'transport' || this.#host.services.dialogs.refers.size > 0) this.#later(REST_MS);
    else
      this.#host.end(why === undefined ? { by: 'remote', how: 'response', status, phrase } : silentEnd(why), undefined);
  }

  #refresh(): void {
    if (this.#closed || this.#interval === undefined) return;
    const { allow } = this.#host.peer();
    if (allow?.includes('UPDATE') === true && !this.#withoutUpdate) this.#update();
    else this.#host.reinvite();
  }

  /** RFC 4028 §7.4: an UPDATE without offer needs no turn in the offer/answer exchange. */
  #update(): void {
    if (this.#open) return;
    this.#open = true;
    const { services, dialog } = this.#host;
    services.request({
      seat: dialog.seat,
      flow: dialog.hop(),
      compose: () => {
        const update = dialog.compose('UPDATE');
        update.headers.add('Contact', `<${dialog.contact}>`);
        for (const [name, value] of [...dialog.seat.capabilities, ...this.fields]) update.headers.add(name, value);
        return update;
      },
      final: (response, _sent, from) => this.#updated(response, from),
      failed: (why) => {
        this.#open = false;
        this.failed(why === 'timeout' ? 408 : 503, '', why);
      },
      wanted: () => !this.#closed,
    });
  }

  #updated(response: SipResponse, from: Flow): void {
    this.#open = false;
    if (this.#closed) return;
    const { status, reason } = response;
    if (status < 300) {
      this.#host.refresh(response, from);
      this.agreed(response);
    } else if (status === 422 && this.raise(response)) this.#update();
    else if (status === 405 || status === 501) {
      this.#withoutUpdate = true;
      this.#refresh();
    } else {
      const retryAfterS = numberOf(response, 'Retry-After');
      if (retryAfterS !== undefined && status !== 408 && status !== 481)
        this.#later(Math.max(1, Math.min(retryAfterS, 60)) * 1000);
      else this.failed(status, reason, undefined);
    }
  }

  #later(wait: number): void {
    const { services } = this.#host;
    if (this.#interval?.weRefresh === true) {
      services.timers.set(this.#refreshing, services.now + wait, () => this.#refresh());
    }
  }

  #expired(): void {
    const { services } = this.#host;
    // Departs from RFC 4028 §10 because a BYE to a caller whose transfer is not decided decides it: we wait for the verdict.
    if (services.dialogs.refers.size > 0) {
      services.timers.set(this.#expiry, services.now + REST_MS, () => this.#expired());
      return;
    }
    const phrase = 'Session Timer Expired';
    this.#host.end({ by: 'network', how: 'timeout', status: 408, phrase }, `SIP;cause=408;text="${phrase}"`);
  }

  get #refreshing(): string {
    return `${this.#host.call}:session-refresh`;
  }

  get #expiry(): string {
    return `${this.#host.call}:session-expiry`;
  }
}
