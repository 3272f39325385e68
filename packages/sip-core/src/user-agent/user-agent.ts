import { type Core, earliest, type Millis } from '@switchhook/sans-io';
import { DialogBook } from '../dialog/dialog-book.ts';
import { flowHost } from '../dialog/next-hop.ts';
import type { SipRequest } from '../message/message.ts';
import { Registration } from '../registration/registration.ts';
import { ReceivedRefers } from '../subscription/received-refers.ts';
import { SentRefers } from '../subscription/sent-refers.ts';
import { Subscriptions } from '../subscription/subscriptions.ts';
import { TransactionLayer, type TransactionOut } from '../transaction/transaction-layer.ts';
import { HalfMessages } from '../transport/half-messages.ts';
import { MessageIntake } from '../transport/message-intake.ts';
import { Admission } from './admission.ts';
import { Calls } from './calls.ts';
import type { AccountId, Flow, UserAgentIn, UserAgentOut } from './door.ts';
import { makeServices } from './make-services.ts';
import { Reception } from './reception.ts';
import { Requests } from './requests.ts';
import { Seat } from './seat.ts';
import type { Inbound, Services } from './services.ts';
import type { UserAgentSettings } from './settings.ts';
import { Timers } from './timers.ts';

/** What is alive in a user agent: all zero once everything has ended and its timers have run out. */
export interface Census {
  /** Or our own requests, should any of them be forgotten by its transaction. */
  readonly transactions: number;
  readonly dialogs: number;
  /** Subscriptions of events, and refer subscriptions of both kinds. */
  readonly subscriptions: number;
  /** Timers of the user agent and of its transactions, registrations excepted. */
  readonly timers: number;
  readonly calls: number;
  /** Refresh and back-off timers of registrations: they run for ever. */
  readonly registrations: number;
}

const REGISTRATION = 'registration:';

/** Calls at a time where the settings say nothing. */
const MOST_CALLS = 64;

/**
 * A SIP user agent as a core (RFC 3261): everything that it does is a function of its inputs, their times and its
 * random bytes. The door says what goes in and comes out.
 *
 * ```
 *   octets ─► intake ─► transactions ─► reception ─┬─► calls, sessions ─► events
 *                            ▲                     ├─► refers, subscriptions
 *   phone ─► verbs ──────────┴──────── requests ◄──┴── registrations
 * ```
 */
export class UserAgent implements Core<UserAgentIn, UserAgentOut> {
  readonly #seats: readonly Seat[];
  readonly #layer: TransactionLayer;
  readonly #timers = new Timers();
  readonly #dialogs = new DialogBook();
  readonly #intake = new MessageIntake();
  readonly #calls: Calls;
  readonly #registrations = new Map<AccountId, Registration>();
  readonly #sentRefers: SentRefers;
  readonly #receivedRefers: ReceivedRefers;
  readonly #subscriptions: Subscriptions;
  readonly #requests: Requests;
  readonly #admission: Admission;
  readonly #halves: HalfMessages;
  readonly #reception: Reception;
  readonly #services: Services;
  #now: Millis = 0;
  #out: UserAgentOut[] = [];

  constructor(settings: UserAgentSettings) {
    const t1 = settings.t1Ms ?? 500;
    const { calls: mostCalls = MOST_CALLS, serverTransactions } = settings.limits ?? {};
    this.#layer = new TransactionLayer({
      random: settings.crypto,
      timers: { t1 },
      ...(serverTransactions === undefined ? {} : { serverLimit: serverTransactions }),
    });
    this.#seats = settings.accounts.map((account) => new Seat(account, settings));
    for (const seat of this.#seats) {
      if (!seat.transports.has(seat.account.transport)) {
        throw new Error(`account ${seat.account.id} uses ${seat.account.transport}, which has no local address`);
      }
    }
    this.#services = makeServices({
      settings,
      seats: this.#seats,
      t1,
      timers: this.#timers,
      dialogs: this.#dialogs,
      now: () => this.#now,
      put: (out) => void this.#out.push(out),
      respond: (transaction, response) => this.#take(this.#layer.respond(transaction, response, this.#now)),
      requests: () => this.#requests,
      calls: () => this.#calls,
    });
    this.#requests = new Requests({
      services: this.#services,
      settings,
      begin: (request, flow) => this.#begin(request, flow),
    });
    this.#sentRefers = new SentRefers(this.#services);
    this.#receivedRefers = new ReceivedRefers(this.#services, settings.limits?.referringPeers);
    this.#subscriptions = new Subscriptions(this.#services, this.#seats, settings.limits?.subscriptions);
    this.#calls = new Calls(this.#services, this.#seats);
    this.#reception = new Reception({
      services: this.#services,
      seats: this.#seats,
      sentRefers: this.#sentRefers,
      receivedRefers: this.#receivedRefers,
      subscriptions: this.#subscriptions,
      calls: this.#calls,
      acceptFrom: settings.acceptFrom ?? 'servers',
      mostCalls,
    });
    this.#admission = new Admission({
      settings,
      seats: this.#seats,
      expectedIn: (request) => this.#reception.expectedIn(request),
      note: (word, detail, flow) => this.#services.note(word, detail, flow),
    });
    this.#halves = new HalfMessages(this.#intake, this.#services, (flow) => {
      this.#services.note('half-message', undefined, flow);
      this.#close(flow);
    });
    for (const seat of this.#seats) {
      this.#registrations.set(seat.account.id, new Registration(this.#services, seat));
    }
  }

  get deadline(): Millis | undefined {
    return earliest(this.#layer.deadline, this.#timers.next);
  }

  receive(input: UserAgentIn, now: Millis): readonly UserAgentOut[] {
    this.#now = now;
    this.#input(input);
    return this.#drain();
  }

  wake(now: Millis): readonly UserAgentOut[] {
    this.#now = now;
    this.#take(this.#layer.wake(now));
    this.#timers.ring(now);
    return this.#drain();
  }

  /** Count what is alive. */
  census(): Census {
    const registrations = this.#timers.count(REGISTRATION);
    return {
      transactions: Math.max(this.#layer.size, this.#requests.size),
      dialogs: this.#dialogs.size,
      subscriptions: this.#sentRefers.size + this.#receivedRefers.size + this.#subscriptions.size,
      timers: this.#timers.count() - registrations + this.#layer.timers,
      calls: this.#calls.size,
      registrations,
    };
  }

  /** The states in which transactions, calls, sessions and refer subscriptions are now, as often as they are: for tests that count what they reach. */
  states(): readonly string[] {
    return [
      ...this.#layer.states(),
      ...this.#calls.states(),
      ...this.#sentRefers.states(),
      ...this.#receivedRefers.states(),
    ];
  }

  #drain(): readonly UserAgentOut[] {
    const out = this.#out;
    this.#out = [];
    return out;
  }

  // ------------------------------------------------------------------------------------------------------- inputs

  #input(input: UserAgentIn): void {
    switch (input.type) {
      case 'received':
        this.#received(plainly(input.flow), input.bytes);
        return;
      case 'closed':
        this.#halves.forget(input.flow);
        this.#broken(input.flow, 'closed');
        return;
      case 'failed':
        this.#broken(input.flow, input.why);
        return;
      case 'register':
        this.#registrations.get(input.account)?.register();
        return;
      case 'unregister':
        this.#registrations.get(input.account)?.unregister();
        return;
      case 'refer':
        this.#sentRefers.send(input, this.#calls.session(input.call));
        return;
      case 'answer-refer':
        this.#receivedRefers.answer(input.refer, input.status, input.phrase);
        return;
      case 'report-refer':
        this.#receivedRefers.report(input.refer, input.status, input.phrase);
        return;
      case 'subscribe':
        this.#subscriptions.subscribe(input);
        return;
      case 'unsubscribe':
        this.#subscriptions.unsubscribe(input.subscription);
        return;
      case 'shutdown':
        this.#calls.hangupAll();
        this.#subscriptions.unsubscribeAll();
        for (const registration of this.#registrations.values()) registration.unregister();
        return;
      default:
        this.#calls.perform(input);
    }
  }

  #received(flow: Flow, bytes: Uint8Array): void {
    const items = this.#intake.take(flow, bytes);
    this.#halves.watch(flow, items);
    for (const item of items) {
      switch (item.type) {
        case 'message':
          if (this.#admission.admits(item.message, flow, this.#now)) {
            this.#take(this.#layer.receive(item.message, flow, this.#now));
          }
          break;
        case 'pong':
          this.#out.push({ type: 'send', flow, bytes: item.bytes });
          break;
        case 'lives':
          for (const registration of this.#registrationsOver(flow)) registration.lives(flow);
          break;
        case 'refused':
          this.#services.note('bad-message', item.fault, flow);
          // A stranger learns nothing from us, not even that we are here.
          if (item.answer !== undefined && this.#admission.accepts(flow)) {
            this.#out.push({ type: 'send', flow: item.answer.flow, bytes: item.answer.bytes });
          }
          if (item.fatal) this.#close(flow);
          break;
        default:
          throw new Error(`no such item: ${JSON.stringify(item satisfies never)}`);
      }
    }
  }

  #close(flow: Flow): void {
    this.#halves.forget(flow);
    this.#out.push({ type: 'close', flow });
  }

  #broken(flow: Flow, why: string): void {
    this.#services.note('flow-broken', why, flow);
    this.#take(this.#layer.failed(flow, why, this.#now));
    if (flow.transport === 'udp') return;
    for (const registration of this.#registrationsOver(flow)) registration.connectionLost();
  }

  /** The registrations whose server is at the other end. */
  #registrationsOver({ host, port, transport }: Flow): readonly Registration[] {
    const mine = ({ flow }: Seat) => flow.host === host && flow.port === port && flow.transport === transport;
    return this.#seats.filter(mine).flatMap(({ account }) => this.#registrations.get(account.id) ?? []);
  }

  // ------------------------------------------------------------------------------------------------- transactions

  #begin(request: SipRequest, flow: Flow): string {
    const { transaction, out } = this.#layer.send(request, flow, this.#now);
    this.#take(out);
    return transaction;
  }

  #take(outs: readonly TransactionOut[]): void {
    for (const out of outs) this.#takeOne(out);
  }

  #takeOne(out: TransactionOut): void {
    switch (out.type) {
      case 'send':
        this.#out.push(out);
        return;
      case 'request': {
        const { request, flow, transaction } = out;
        const inbound: Inbound = { request, flow, transaction };
        if (request.method === 'CANCEL') this.#calls.cancel(inbound, out.cancels);
        else this.#reception.receive(inbound);
        return;
      }
      case 'ack':
        this.#reception.receiveAck(out.request, out.flow);
        return;
      case 'response':
        this.#requests.responded(out.transaction, out.response, out.flow);
        return;
      case 'timed-out':
        this.#requests.failed(out.transaction, 'timeout');
        return;
      case 'failed':
        this.#requests.failed(out.transaction, 'transport', out.why);
        return;
      case 'unacknowledged':
        this.#services.note('no-ack', out.request.method);
        return;
      case 'stray':
        this.#services.note('stray-response', `${out.response.status} ${out.why}`, out.flow);
        return;
      default:
        throw new Error(`no such output: ${JSON.stringify(out satisfies never)}`);
    }
  }
}

/** The flow with its host as messages write it. */
function plainly(flow: Flow): Flow {
  const host = flowHost(flow.host);
  return host === flow.host ? flow : { ...flow, host };
}
