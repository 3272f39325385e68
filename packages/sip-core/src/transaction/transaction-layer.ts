import type { Millis, Random } from '@switchhook/sans-io';
import { responseTo } from '../message/build.ts';
import type { SipMessage, SipRequest, SipResponse } from '../message/message.ts';
import { printMessage } from '../message/print-message.ts';
import { markReceived } from '../message/received.ts';
import { toTagOf, viaOf } from '../message/values.ts';
import type { Flow } from '../user-agent/door.ts';
import type { ClientEffect, ClientEvent } from './client-step.ts';
import { inviteClient, inviteClientStep } from './invite-client.ts';
import { inviteServer, inviteServerStep } from './invite-server.ts';
import { clientKey, isRfc3261Branch, mayAnswer, mergeKey, responseFlow, serverKey } from './matching.ts';
import { nonInviteClient, nonInviteClientStep } from './non-invite-client.ts';
import { nonInviteServer, nonInviteServerStep } from './non-invite-server.ts';
import { ackFor, newTag } from './requests.ts';
import type { ServerEffect, ServerEvent } from './server-step.ts';
import { TimerQueue } from './timer-queue.ts';
import { BASE_TIMERS, type BaseTimers, type Conditions, type TimerEffect, type TimerName } from './timers.ts';
import { acknowledges, type Client, type Server, type Transaction, takesResponse } from './transaction.ts';
import type { TransactionOut, TransactionSettings } from './transaction-out.ts';

export type { TransactionOut, TransactionSettings } from './transaction-out.ts';

/** What is at hand while effects are performed. */
interface Occasion {
  readonly now: Millis;
  readonly out: TransactionOut[];
  readonly response?: SipResponse;
  readonly request?: SipRequest;
  readonly from?: Flow;
  readonly why?: string;
}

const RETRY_AFTER_S = 10;

/**
 * All client and server transactions of one user agent (RFC 3261 §17, RFC 6026): what retransmits, absorbs
 * retransmissions and gives up. Messages come in parsed, octets go out; the user sees each request once and each final
 * response once (2xx to INVITE excepted).
 */
export class TransactionLayer {
  readonly #random: Random;
  readonly #overDatagrams: Conditions;
  readonly #overStreams: Conditions;
  readonly #serverLimit: number;
  readonly #clients = new Map<string, Client>();
  readonly #servers = new Map<string, Server>();
  readonly #merges = new Map<string, Server>();
  readonly #queue = new TimerQueue<Transaction, TimerName>();

  constructor(settings: TransactionSettings) {
    this.#random = settings.random;
    const base: BaseTimers = { ...BASE_TIMERS, ...settings.timers };
    this.#overDatagrams = { ...base, reliable: false };
    this.#overStreams = { ...base, reliable: true };
    this.#serverLimit = settings.serverLimit ?? 500;
  }

  /** How many transactions live. */
  get size(): number {
    return this.#clients.size + this.#servers.size;
  }

  /** How many timers run; none without a transaction. */
  get timers(): number {
    return this.#queue.size;
  }

  /** The state of each transaction, as `invite client proceeding`. */
  states(): string[] {
    return [...this.#clients.values(), ...this.#servers.values()].map(
      ({ side, machine }) => `${machine.name} ${side} ${machine.state.name}`,
    );
  }

  /** When `wake` has to be called. */
  get deadline(): Millis | undefined {
    return this.#queue.next;
  }

  /** A message of the parser arrived over `flow`. */
  receive(message: SipMessage, flow: Flow, now: Millis): readonly TransactionOut[] {
    return message.kind === 'request' ? this.#requested(message, flow, now) : this.#responded(message, flow, now);
  }

  /**
   * Send a request in a new client transaction. Its topmost Via has to carry a fresh branch (`newBranch`); a CANCEL has
   * that of its INVITE. The ACK of a 2xx is no transaction and goes past this layer.
   */
  send(request: SipRequest, flow: Flow, now: Millis): { transaction: string; out: readonly TransactionOut[] } {
    if (request.method === 'ACK') throw new Error('an ACK has no client transaction');
    const branch = viaOf(request).branch;
    if (!isRfc3261Branch(branch)) throw new Error(`not a branch of RFC 3261: ${branch}`);
    const key = clientKey(request);
    if (this.#clients.has(key)) throw new Error(`the branch ${branch} is in use for ${request.method}`);
    const on = this.#conditions(flow);
    const client: Client = {
      side: 'client',
      key,
      on,
      timers: new Map(),
      flow,
      request,
      bytes: printMessage(request),
      machine:
        request.method === 'INVITE'
          ? { name: 'invite', state: inviteClient(on) }
          : { name: 'non-invite', state: nonInviteClient(on) },
    };
    this.#clients.set(key, client);
    const out: TransactionOut[] = [];
    this.#stepClient(client, { type: 'start' }, { now, out });
    if (request.method === 'CANCEL') {
      const invite = this.#clients.get(`${branch.toLowerCase()} INVITE`);
      if (invite !== undefined) this.#stepClient(invite, { type: 'cancelled' }, { now, out });
    }
    return { transaction: key, out };
  }

  /** Answer a request. A no-op when its transaction has gone or has had its final response. */
  respond(transaction: string, response: SipResponse, now: Millis): readonly TransactionOut[] {
    const out: TransactionOut[] = [];
    const server = this.#servers.get(transaction);
    if (server === undefined) return out;
    const { status } = response;
    if (server.machine.name === 'non-invite' && status > 100 && status < 200) {
      // RFC 4320 §4.1: no provisional response but 100 to anything but INVITE.
      throw new Error(`${status} must not be sent to ${server.request.method}`);
    }
    if (takesResponse(server, status)) server.last = { bytes: printMessage(response), toTag: toTagOf(response) };
    this.#stepServer(server, { type: 'respond', status }, { now, out });
    return out;
  }

  /** Whether a server transaction still waits for its final response. */
  awaits(transaction: string): boolean {
    const name = this.#servers.get(transaction)?.machine.state.name;
    return name === 'proceeding' || name === 'trying';
  }

  /** The requests that still wait for a final response of ours. */
  waiting(): { readonly transaction: string; readonly request: SipRequest }[] {
    const waiting: { readonly transaction: string; readonly request: SipRequest }[] = [];
    for (const { key, request } of this.#servers.values()) {
      if (this.awaits(key)) waiting.push({ transaction: key, request });
    }
    return waiting;
  }

  /** What was handed to `send` for this flow could not be sent, or its connection broke (RFC 3261 §17.1.4, §17.2.4). */
  failed(flow: Flow, why: string, now: Millis): readonly TransactionOut[] {
    const out: TransactionOut[] = [];
    for (const client of [...this.#clients.values()]) {
      if (sameFlow(client.flow, flow)) this.#stepClient(client, { type: 'failed' }, { now, out, why });
    }
    for (const server of [...this.#servers.values()]) {
      if (sameFlow(server.flow, flow)) this.#stepServer(server, { type: 'failed' }, { now, out, why });
    }
    return out;
  }

  /** Let every timer that is due ring. */
  wake(now: Millis): readonly TransactionOut[] {
    const out: TransactionOut[] = [];
    for (let timer = this.#queue.take(now); timer !== undefined; timer = this.#queue.take(now)) {
      const { owner, name } = timer;
      owner.timers.delete(name);
      if (owner.side === 'client') this.#stepClient(owner, { type: 'timer', timer: name }, { now, out });
      else this.#stepServer(owner, { type: 'timer', timer: name }, { now, out });
    }
    return out;
  }

  #requested(received: SipRequest, flow: Flow, now: Millis): readonly TransactionOut[] {
    const out: TransactionOut[] = [];
    const key = serverKey(received);
    const known = this.#servers.get(key);
    if (received.method === 'ACK') {
      if (known === undefined || !acknowledges(known, received)) out.push({ type: 'ack', request: received, flow });
      else this.#stepServer(known, { type: 'ack' }, { now, out, request: received, from: flow });
      return out;
    }
    if (known !== undefined) {
      this.#stepServer(known, { type: 'request' }, { now, out });
      return out;
    }
    // RFC 3261 §18.2.1: noted before anything looks at the request.
    const request = markReceived(received, flow.host, flow.port);
    if (!this.#hasRoomFor(request)) {
      const busy = responseTo(request, 503, undefined, {
        toTag: newTag(this.#random),
        headers: [['Retry-After', String(RETRY_AFTER_S)]],
      });
      out.push({ type: 'send', flow: responseFlow(request, flow), bytes: printMessage(busy) });
      return out;
    }
    // RFC 3261 §8.2.2.2: the same request along another way; CANCEL has its INVITE's CSeq number but its own method.
    const merge = toTagOf(request) === undefined && request.method !== 'CANCEL' ? mergeKey(request) : undefined;
    const server: Server = {
      side: 'server',
      key,
      mergeKey: merge,
      on: this.#conditions(flow),
      timers: new Map(),
      flow: responseFlow(received, flow),
      request,
      last: undefined,
      machine:
        request.method === 'INVITE'
          ? { name: 'invite', state: inviteServer() }
          : { name: 'non-invite', state: nonInviteServer() },
    };
    this.#servers.set(key, server);
    this.#stepServer(server, { type: 'start' }, { now, out });
    if (merge !== undefined && this.#merges.has(merge)) {
      out.push(...this.respond(key, responseTo(request, 482, undefined, newTag(this.#random)), now));
      return out;
    }
    if (merge !== undefined) this.#merges.set(merge, server);
    if (request.method === 'CANCEL') {
      const invite = serverKey(request, 'INVITE');
      const cancels = this.#servers.has(invite) ? invite : undefined;
      out.push({ type: 'request', transaction: key, request, flow, cancels });
    } else out.push({ type: 'request', transaction: key, request, flow });
    return out;
  }

  /**
   * Up to the limit for everything, up to twice of it for what ends something that we have: a flood of INVITEs must cost
   * neither a standing call its BYE nor a ringing one its CANCEL.
   */
  #hasRoomFor(request: SipRequest): boolean {
    const { size } = this.#servers;
    if (size < this.#serverLimit) return true;
    const ends = request.method === 'CANCEL' ? this.#servers.has(serverKey(request, 'INVITE')) : toTagOf(request);
    return Boolean(ends) && size < 2 * this.#serverLimit;
  }

  #responded(response: SipResponse, flow: Flow, now: Millis): readonly TransactionOut[] {
    const client = this.#clients.get(clientKey(response));
    if (client === undefined) return [{ type: 'stray', response, flow, why: 'unknown' }];
    if (!mayAnswer(client.flow, flow)) return [{ type: 'stray', response, flow, why: 'source' }];
    const out: TransactionOut[] = [];
    this.#stepClient(client, { type: 'response', status: response.status }, { now, out, response, from: flow });
    return out;
  }

  #stepClient(client: Client, event: ClientEvent, occasion: Occasion): void {
    let effects: readonly ClientEffect[];
    if (client.machine.name === 'invite') {
      const step = inviteClientStep(client.machine.state, event, client.on);
      client.machine = { name: 'invite', state: step.state };
      effects = step.effects;
    } else {
      const step = nonInviteClientStep(client.machine.state, event, client.on);
      client.machine = { name: 'non-invite', state: step.state };
      effects = step.effects;
    }
    if (client.machine.state.name === 'terminated') {
      this.#clients.delete(client.key);
      this.#stopAll(client);
    }
    for (const effect of effects) this.#performClient(client, effect, occasion);
  }

  #performClient(client: Client, effect: ClientEffect, occasion: Occasion): void {
    const { out } = occasion;
    const { key: transaction, request: sent, flow } = client;
    switch (effect.type) {
      case 'start-timer':
      case 'stop-timer':
        this.#time(client, effect, occasion.now);
        return;
      case 'send-request':
        out.push({ type: 'send', flow, bytes: client.bytes });
        return;
      case 'send-ack':
        out.push({ type: 'send', flow, bytes: printMessage(ackFor(sent, atHand(occasion.response))) });
        return;
      case 'pass-response':
        out.push({
          type: 'response',
          transaction,
          response: atHand(occasion.response),
          sent,
          flow: atHand(occasion.from),
        });
        return;
      case 'time-out':
        out.push({ type: 'timed-out', transaction, sent });
        return;
      case 'fail':
        out.push({ type: 'failed', transaction, sent, why: occasion.why ?? 'transport' });
        return;
      default:
        throw new Error(`no such effect: ${JSON.stringify(effect satisfies never)}`);
    }
  }

  #stepServer(server: Server, event: ServerEvent, occasion: Occasion): void {
    let effects: readonly ServerEffect[];
    if (server.machine.name === 'invite') {
      const step = inviteServerStep(server.machine.state, event, server.on);
      server.machine = { name: 'invite', state: step.state };
      effects = step.effects;
    } else {
      const step = nonInviteServerStep(server.machine.state, event, server.on);
      server.machine = { name: 'non-invite', state: step.state };
      effects = step.effects;
    }
    if (server.machine.state.name === 'terminated') {
      this.#servers.delete(server.key);
      if (server.mergeKey !== undefined && this.#merges.get(server.mergeKey) === server) {
        this.#merges.delete(server.mergeKey);
      }
      this.#stopAll(server);
    }
    for (const effect of effects) this.#performServer(server, effect, occasion);
  }

  #performServer(server: Server, effect: ServerEffect, occasion: Occasion): void {
    const { out } = occasion;
    switch (effect.type) {
      case 'start-timer':
      case 'stop-timer':
        this.#time(server, effect, occasion.now);
        return;
      case 'send-trying':
        server.last = { bytes: printMessage(responseTo(server.request, 100)), toTag: undefined };
        out.push({ type: 'send', flow: server.flow, bytes: server.last.bytes });
        return;
      case 'send-response':
        out.push({ type: 'send', flow: server.flow, bytes: atHand(server.last).bytes });
        return;
      case 'pass-ack':
        out.push({ type: 'ack', request: atHand(occasion.request), flow: atHand(occasion.from) });
        return;
      case 'time-out':
      case 'fail':
        if (server.machine.name === 'invite') {
          out.push({ type: 'unacknowledged', transaction: server.key, request: server.request });
        }
        return;
      default:
        throw new Error(`no such effect: ${JSON.stringify(effect satisfies never)}`);
    }
  }

  #time(owner: Transaction, effect: TimerEffect, now: Millis): void {
    const running = owner.timers.get(effect.timer);
    if (running !== undefined) {
      this.#queue.stop(running);
      owner.timers.delete(effect.timer);
    }
    if (effect.type === 'start-timer') {
      owner.timers.set(effect.timer, this.#queue.start(owner, effect.timer, now + effect.afterMs));
    }
  }

  #stopAll(owner: Transaction): void {
    for (const timer of owner.timers.values()) this.#queue.stop(timer);
    owner.timers.clear();
  }

  #conditions(flow: Flow): Conditions {
    return flow.transport === 'udp' ? this.#overDatagrams : this.#overStreams;
  }
}

function atHand<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a transaction acted on a message that is not at hand');
  return value;
}

function sameFlow(a: Flow, b: Flow): boolean {
  if (a.transport !== b.transport) return false;
  if (a.connection !== undefined && b.connection !== undefined) return a.connection === b.connection;
  return a.host === b.host && a.port === b.port;
}
