import type { Dialog } from '../dialog/dialog.ts';
import { parseSipfrag } from '../message/sipfrag.ts';
import { subscriptionStateOf } from '../message/values.ts';
import type { ReferId } from '../user-agent/door.ts';
import type { Inbound, Services } from '../user-agent/services.ts';

/** How long a subscription may stay without being told how long: ring time and a little. */
const DEFAULT_EXPIRES_MS = 190_000;
/** The longest that a far end can make us keep one. */
const MAX_EXPIRES_MS = 3_600_000;
const EXPIRY_GRACE_MS = 10_000;

type SubscriberState =
  /** The REFER has no final answer; a NOTIFY may come before it (RFC 6665 §4.1.2.4). */
  | { readonly name: 'sent' }
  | { readonly name: 'active' }
  /** The verdict was told: what still comes is answered and not passed on. */
  | { readonly name: 'settled' }
  | { readonly name: 'gone' };

/**
 * The implicit subscription of a REFER that we sent (RFC 3515 §2.4), a usage of its own: it outlives the call's BYE.
 *
 * ```
 *   sent ── 2xx, NOTIFY or silence ──► active ── terminated with a verdict ──► settled ── 32 s ──► gone
 *     └─ refusal ──► gone                 └─ no word before its time is up ───────────────────────► gone
 * ```
 */
export class ReferSubscriber {
  readonly id: ReferId;
  readonly dialog: Dialog;
  readonly #services: Services;
  readonly #release: () => void;
  /** CSeq of the REFER and of its digest rounds: any of them may stand in `Event: refer;id=`. */
  readonly #cseqs = new Set<number>();
  #state: SubscriberState = { name: 'sent' };
  #judged = false;

  constructor(services: Services, id: ReferId, dialog: Dialog, release: () => void) {
    this.id = id;
    this.dialog = dialog;
    this.#services = services;
    this.#release = release;
    services.dialogs.refers.add(id);
    services.dialogs.hold(dialog, this.#usage);
  }

  /** The REFER went out under this CSeq. */
  sentAs(cseq: number): void {
    this.#cseqs.add(cseq);
    this.dialog.refersSent.add(cseq);
  }

  /** Whether `Event: refer;id=` means this one. */
  hasId(id: string): boolean {
    return /^\d+$/.test(id) && this.#cseqs.has(Number(id));
  }

  get isLive(): boolean {
    return this.#state.name === 'sent' || this.#state.name === 'active';
  }

  /** Where it is. */
  get stage(): SubscriberState['name'] {
    return this.#state.name;
  }

  /** A verdict may still come: what carries no id is meant for the oldest of these. */
  get isOpen(): boolean {
    return this.isLive && !this.#judged;
  }

  /** A 2xx or a NOTIFY has shown that the far end took the REFER. */
  get isProven(): boolean {
    return this.#state.name === 'active' || this.#state.name === 'settled';
  }

  /** 2xx. `expiresS` is the first guess of an Expires that has no business there. */
  accepted(expiresS: number | undefined): void {
    if (this.#state.name !== 'sent') return;
    this.#state = { name: 'active' };
    this.#until(Math.max(DEFAULT_EXPIRES_MS, (expiresS ?? 0) * 1000));
  }

  /** Nobody answered the REFER. It may have arrived all the same: what comes of it is still listened to. */
  unanswered(): void {
    this.accepted(undefined);
  }

  /** Nothing will come: a refusal, or a 2xx with `Refer-Sub: false` (RFC 4488 §4). */
  end(): void {
    if (this.#state.name === 'gone') return;
    this.#state = { name: 'gone' };
    this.#services.timers.clear(this.#usage);
    this.#services.dialogs.refers.delete(this.id);
    this.#services.dialogs.release(this.dialog, this.#usage);
    this.#release();
  }

  /** A NOTIFY for it: answered 200 first, then told, whatever its body is worth. */
  notified(inbound: Inbound): void {
    this.#services.reply(inbound, 200, {
      localTag: this.dialog.identity.localTag,
      contact: this.dialog.contact,
    });
    if (!this.isLive) return;
    const fragment = parseSipfrag(inbound.request.body);
    const status = fragment.ok ? fragment.value.status : undefined;
    const stated = subscriptionStateOf(inbound.request);
    const final = status !== undefined && status >= 200;
    // Subscription-State missing: active for 1xx, terminated for a verdict.
    const word = stated?.state ?? (final ? 'terminated' : 'active');
    const subscription = word === 'terminated' || word === 'pending' ? word : 'active';
    if (this.#state.name === 'sent') this.#state = { name: 'active' };
    this.#judged ||= final;
    if (subscription === 'terminated' && final) {
      this.#state = { name: 'settled' };
      this.#services.dialogs.refers.delete(this.id);
      this.#until(64 * this.#services.t1);
    } else {
      // `terminated` without a verdict is no verdict: some send it on every NOTIFY, so we listen on.
      const told = stated?.expiresS === undefined ? DEFAULT_EXPIRES_MS : stated.expiresS * 1000 + EXPIRY_GRACE_MS;
      // After the verdict only the last NOTIFY is waited for, however long the far end would talk on.
      this.#until(this.#judged ? Math.min(told, DEFAULT_EXPIRES_MS) : told);
    }
    this.#services.emit({
      type: 'refer-notified',
      refer: this.id,
      status,
      phrase: fragment.ok ? fragment.value.phrase : '',
      subscription,
      ...(stated?.expiresS === undefined ? {} : { expiresS: stated.expiresS }),
    });
  }

  #until(span: number): void {
    const at = this.#services.now + Math.min(span, MAX_EXPIRES_MS);
    this.#services.timers.set(this.#usage, at, () => this.end());
  }

  get #usage(): string {
    return `refer-sent:${this.id}`;
  }
}
