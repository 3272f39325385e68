import type { Millis } from '@switchhook/sans-io';
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
  /** Whether a request fits something of ours wherever it comes from: its ids could not be guessed. */
  isExpected(request: SipRequest): boolean;
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
    if (message.kind === 'response' || this.#trusts(flow)) return true;
    if (this.#host.settings.acceptFrom === 'any') return this.#mayCall(message, flow, now);
    const known = this.#host.isExpected(message);
    this.#host.note(known ? 'foreign-source' : 'stranger', message.method, flow);
    return known;
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
