import { withBody } from '../call/capabilities.ts';
import type { Dialog } from '../dialog/dialog.ts';
import { reasonPhrase } from '../message/reason-phrases.ts';
import { printSipfrag } from '../message/sipfrag.ts';
import { withoutControl } from '../message/token.ts';
import { cseqOf } from '../message/values.ts';
import type { ReferId } from '../user-agent/door.ts';
import type { Inbound, Services } from '../user-agent/services.ts';

/** How long the referrer hears from us at most: ring time (transfer.md says 60 to 180 s). */
const EXPIRES_S = 180;
/** How often in a row a NOTIFY may be put off before the subscription is given up. */
const MAX_PUT_OFF = 3;
/** How long the phone may think about a REFER before it is refused in its name. */
const DECISION_MS = 30_000;

type NotifierState =
  | { readonly name: 'requested' }
  | { readonly name: 'active'; readonly endsAt: number }
  | { readonly name: 'gone' };

interface Report {
  readonly status: number;
  readonly phrase: string;
  /** Reason of `terminated`; undefined = still active. */
  readonly ending: 'noresource' | 'timeout' | undefined;
}

/**
 * The implicit subscription of a REFER that reached us (RFC 3515 §2.4): NOTIFYs in order, one open at a time.
 *
 * ```
 *   requested ── 2xx ──► active (NOTIFY 100) ── final report, 180 s ──► last NOTIFY ──► gone
 *       └─ refusal ──► gone     ├─ NOTIFY put off (491, 500, 503) ──► again, three times
 *                               └─ NOTIFY refused or unanswered ──────────────────────► gone
 * ```
 */
export class ReferNotifier {
  readonly id: ReferId;
  readonly #services: Services;
  readonly #inbound: Inbound;
  readonly #dialog: Dialog;
  readonly #release: () => void;
  /** `id` parameter of our NOTIFYs: from the second REFER of a dialog on (RFC 3515 §2.4.6). */
  readonly #eventId: number | undefined;
  #state: NotifierState = { name: 'requested' };
  #last: Report = { status: 100, phrase: 'Trying', ending: undefined };
  #open = false;
  #next: Report | undefined;
  #putOff = 0;

  constructor(services: Services, id: ReferId, dialog: Dialog, inbound: Inbound, release: () => void) {
    this.id = id;
    this.#services = services;
    this.#dialog = dialog;
    this.#inbound = inbound;
    this.#release = release;
    this.#eventId = ++dialog.refersReceived > 1 ? cseqOf(inbound.request).number : undefined;
    services.dialogs.hold(dialog, this.#usage);
    services.timers.set(this.#usage, services.now + DECISION_MS, () => this.answer(480, undefined));
  }

  /** Where it is. */
  get stage(): NotifierState['name'] {
    return this.#state.name;
  }

  /** Whether this is a REFER of that dialog which the phone has not answered. */
  isUndecidedIn(dialog: Dialog): boolean {
    return this.#state.name === 'requested' && this.#dialog === dialog;
  }

  /** The phone's answer to the REFER. */
  answer(status: number, phrase: string | undefined): void {
    if (this.#state.name !== 'requested') return;
    const unsubscribed = this.#inbound.request.headers.get('Refer-Sub')?.trim().toLowerCase() === 'false';
    const accepted = status >= 200 && status < 300;
    this.#services.reply(this.#inbound, status, {
      localTag: this.#dialog.identity.localTag,
      ...(phrase === undefined ? {} : { phrase: withoutControl(phrase) }),
      ...(accepted ? { contact: this.#dialog.contact } : {}),
      // RFC 4488 §4: the subscription is left out only when the 2xx says so too.
      headers:
        accepted && unsubscribed
          ? [...this.#dialog.seat.capabilities, ['Refer-Sub', 'false']]
          : this.#dialog.seat.capabilities,
    });
    if (!accepted || unsubscribed) {
      this.#end();
      return;
    }
    this.#dialog.confirm();
    const endsAt = this.#services.now + EXPIRES_S * 1000;
    this.#state = { name: 'active', endsAt };
    this.#services.timers.set(this.#usage, endsAt, () => this.#queue({ ...this.#last, ending: 'timeout' }));
    this.#send(this.#last);
  }

  /** Progress of the referred call; from 200 on it is the last word. */
  report(status: number, phrase: string | undefined): void {
    if (this.#state.name !== 'active') return;
    const ending = status >= 200 ? 'noresource' : undefined;
    this.#queue({ status, phrase: withoutControl(phrase ?? reasonPhrase(status)), ending });
  }

  #queue(report: Report): void {
    if (this.#state.name !== 'active') return;
    const newest = this.#next ?? this.#last;
    if (newest.ending !== undefined) return;
    // Only when the code changes: a NOTIFY a 180 is nobody's wish.
    if (report.ending === undefined && report.status === newest.status) return;
    this.#next = report;
    this.#pump();
  }

  #pump(): void {
    const report = this.#next;
    if (this.#open || report === undefined || this.#state.name !== 'active') return;
    this.#next = undefined;
    this.#last = report;
    this.#send(report);
  }

  #send(report: Report): void {
    if (this.#state.name !== 'active') return;
    const { endsAt } = this.#state;
    const dialog = this.#dialog;
    this.#open = true;
    if (report.ending !== undefined) this.#services.timers.clear(this.#usage);
    this.#services.request({
      seat: dialog.seat,
      flow: dialog.hop(),
      compose: () => {
        const notify = dialog.compose('NOTIFY');
        const leftS = Math.max(1, Math.ceil((endsAt - this.#services.now) / 1000));
        notify.headers.add('Contact', `<${dialog.contact}>`);
        notify.headers.add('Event', this.#eventId === undefined ? 'refer' : `refer;id=${this.#eventId}`);
        notify.headers.add(
          'Subscription-State',
          report.ending === undefined ? `active;expires=${leftS}` : `terminated;reason=${report.ending}`,
        );
        return withBody(notify, 'message/sipfrag;version=2.0', printSipfrag(report));
      },
      final: ({ status }) => this.#answered(report, status),
      failed: () => this.#end(),
    });
  }

  #answered(report: Report, status: number): void {
    if (isPutOff(status) && this.#putOff < MAX_PUT_OFF) {
      const { timers, now, t1 } = this.#services;
      timers.set(this.#again, now + t1 * 2 ** this.#putOff++, () => {
        this.#open = false;
        this.#next ??= report;
        this.#pump();
      });
      return;
    }
    this.#open = false;
    this.#putOff = 0;
    // RFC 3515 §2.4.4: a refused NOTIFY ends the subscription and nothing else.
    if (status >= 300 || report.ending !== undefined) this.#end();
    else this.#pump();
  }

  #end(): void {
    if (this.#state.name === 'gone') return;
    this.#state = { name: 'gone' };
    this.#services.timers.clear(this.#usage);
    this.#services.timers.clear(this.#again);
    this.#services.dialogs.release(this.#dialog, this.#usage);
    this.#release();
  }

  get #usage(): string {
    return `refer-received:${this.id}`;
  }

  get #again(): string {
    return `refer-received:${this.id}:again`;
  }
}

/** Not one of the answers that end a subscription (RFC 6665 §4.2.2): 500 when a later request overtook the NOTIFY. */
function isPutOff(status: number): boolean {
  return status === 491 || status === 500 || status === 503;
}
