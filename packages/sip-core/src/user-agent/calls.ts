import { IncomingCall } from '../call/incoming-call.ts';
import { OutgoingCall } from '../call/outgoing-call.ts';
import type { Session } from '../call/session.ts';
import { isUriText, parseUri } from '../message/uri.ts';
import { newTag } from '../transaction/requests.ts';
import type { CallId, CallIn, EndCause } from './door.ts';
import type { Seat } from './seat.ts';
import type { Inbound, Services } from './services.ts';

/** All calls in being, by the names that the door uses. A verb for a call that has gone is a no-op. */
export class Calls {
  readonly #services: Services;
  readonly #seats: readonly Seat[];
  readonly #calls = new Map<CallId, OutgoingCall | IncomingCall>();

  constructor(services: Services, seats: readonly Seat[]) {
    this.#services = services;
    this.#seats = seats;
  }

  get size(): number {
    return this.#calls.size;
  }

  /** The state of each call, as `call proceeding`, and of its session. */
  states(): string[] {
    return [...this.#calls.values()].flatMap((call) => {
      const { session } = call;
      const side = call instanceof IncomingCall ? 'incoming' : 'outgoing';
      return [`${side} call ${call.stage}`, ...(session === undefined ? [] : [`session ${session.stage}`])];
    });
  }

  /** Whether `ended` has not been said of it. */
  isUp(call: CallId): boolean {
    return this.#calls.has(call);
  }

  /** An incoming one. */
  enter(call: IncomingCall): void {
    this.#calls.set(call.id, call);
  }

  /** The last word of a call, said once. */
  ended(call: CallId, cause: EndCause): void {
    if (this.#calls.delete(call)) this.#services.emit({ type: 'ended', call, cause });
  }

  session(call: CallId): Session | undefined {
    return this.#calls.get(call)?.session;
  }

  hangupAll(): void {
    for (const call of [...this.#calls.values()]) call.hangup();
  }

  /** What the phone wants of a call. */
  perform(input: CallIn): void {
    switch (input.type) {
      case 'invite':
        this.#invite(input);
        return;
      case 'ring':
        this.#incoming(input.call)?.ring(input.status ?? 180, input.body);
        return;
      case 'answer':
        this.#incoming(input.call)?.answer(input.body);
        return;
      case 'reject':
        this.#incoming(input.call)?.reject(input.status, input.retryAfterS, input.divert);
        return;
      case 'hangup':
        this.#calls.get(input.call)?.hangup(input.reason);
        return;
      case 'offer':
        this.session(input.call)?.offer(input.body, input.instead ?? false);
        return;
      case 'acknowledge':
        this.session(input.call)?.acknowledge(input.body);
        return;
      case 'answer-offer':
        this.session(input.call)?.answerOffer(input.offer, input.body);
        return;
      case 'refuse-offer':
        this.session(input.call)?.refuseOffer(input.offer, input.status);
        return;
      case 'info-digit':
        this.session(input.call)?.infoDigit(input.digit, input.durationMs);
        return;
      default:
        throw new Error(`no such verb: ${JSON.stringify(input satisfies never)}`);
    }
  }

  /** RFC 3261 §9.2: 200 to the CANCEL, 487 to what it cancels if that has no final response. */
  cancel(inbound: Inbound, cancels: string | undefined): void {
    const localTag = newTag(this.#services.crypto);
    this.#services.reply(inbound, cancels === undefined ? 481 : 200, { localTag });
    if (cancels === undefined) return;
    for (const call of [...this.#calls.values()]) {
      if (call instanceof IncomingCall && call.isOf(cancels)) call.cancelled(inbound);
      else call.session?.cancelled(cancels);
    }
  }

  #invite(input: Extract<CallIn, { type: 'invite' }>): void {
    if (this.#calls.has(input.call)) throw new Error(`the call ${input.call} exists`);
    const seat = this.#seats.find(({ account }) => account.id === input.account);
    const uri = parseUri(input.to);
    // RFC 5630 §3.1: sips is not for a way without TLS.
    const schemes = seat?.account.transport === 'tls' ? ['sip', 'sips'] : ['sip'];
    const callable =
      uri.ok && isUriText(input.to) && schemes.includes(uri.value.scheme) && uri.value.headers.size === 0;
    if (seat === undefined || !callable) {
      const [status, phrase] = seat === undefined ? [404, 'No Such Account'] : [416, 'Unsupported URI'];
      this.#services.emit({ type: 'ended', call: input.call, cause: { by: 'local', how: 'response', status, phrase } });
      return;
    }
    const call = new OutgoingCall(this.#services, seat, input);
    this.#calls.set(input.call, call);
    call.start();
  }

  #incoming(id: CallId): IncomingCall | undefined {
    const call = this.#calls.get(id);
    return call instanceof IncomingCall ? call : undefined;
  }
}
