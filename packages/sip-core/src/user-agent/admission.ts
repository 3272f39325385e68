import type { Millis } from '@switchhook/sans-io';
import type { Dialog } from '../dialog/dialog.ts';
import type { SipMessage, SipRequest } from '../message/message.ts';
import { callIdOf, toTagOf } from '../message/values.ts';
import type { Flow } from './door.ts';
import type { Seat } from './seat.ts';
import type { UserAgentSettings } from './settings.ts';
import { StrangerGate } from './stranger-gate.ts';

/** What admission needs of the whole. */
export interface AdmissionHost {
  readonly settings: UserAgentSettings;
  readonly seats: readonly Seat[];
  /** The dialog that a request means by its ids, which could not be guessed, or that it may be the first word of. */
  expectedIn(request: SipRequest): Dialog | undefined;
  note(word: string, detail: string, flow: Flow): void;
}

/** Calls in 10 s from one stranger, and from all. */
const PER_SOURCE = 5;
const IN_ALL = 20;

/** Who is listened to (sip-core.md §10): our servers in everything, strangers within limits or not at all. */
export class Admission {
  readonly #host: AdmissionHost;
  readonly #gate: StrangerGate;

  constructor(host: AdmissionHost) {
    this.#host = host;
    const { invitesPerSource = PER_SOURCE, invitesOfStrangers = IN_ALL } = host.settings.limits ?? {};
    this.#gate = new StrangerGate({ perSource: invitesPerSource, inAll: invitesOfStrangers });
  }

  /** Whether requests out of any dialog are taken from there. */
  accepts(flow: Flow): boolean {
    return this.#host.settings.acceptFrom === 'any' || this.#trusts(flow);
  }

  /** All responses (their transaction knows better), what is expected, and from elsewhere only what fits a dialog. */
  admits(message: SipMessage, flow: Flow, now: Millis): boolean {
    if (message.kind === 'response') return true;
    const dialog = this.#host.expectedIn(message);
    if (dialog !== undefined) return this.#mayJoinIn(dialog, message, flow);
    if (this.#trusts(flow)) return true;
    if (this.#host.settings.acceptFrom === 'any') return this.#mayCall(message, flow, now);
    this.#host.note('stranger', message.method, flow);
    return false;
  }

  /**
   * Who has overheard Call-ID and both tags could end a call, or say of a transfer that it succeeded: a request inside a
   * dialog counts from where the dialog has been, and from the account's own server. Another gets no answer.
   */
  #mayJoinIn(dialog: Dialog, { method }: SipRequest, flow: Flow): boolean {
    if (dialog.seat.serves(flow) || dialog.expects(flow.host)) return true;
    this.#host.note('foreign-source', method, flow);
    return this.#host.settings.inDialogFrom === 'any';
  }

  #trusts(flow: Flow): boolean {
    return this.#host.seats.some((seat) => seat.serves(flow));
  }

  /** A stranger may call, but not as often as he likes: who rings too much is not answered for a while. */
  #mayCall(message: SipRequest, flow: Flow, now: Millis): boolean {
    if (message.method !== 'INVITE' || toTagOf(message) !== undefined) return true;
    const verdict = this.#gate.admits(flow.host, callIdOf(message), now);
    if (verdict !== 'yes') this.#host.note('stranger-calls', verdict, flow);
    return verdict === 'yes';
  }
}
