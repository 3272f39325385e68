import type { SilentFailure } from '../call/end-cause.ts';
import { flowHost, uriHost } from '../dialog/next-hop.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';
import { printVia } from '../message/via.ts';
import { cancelFor, newBranch } from '../transaction/requests.ts';
import type { Flow } from './door.ts';
import type { OpenRequest, Order, Services } from './services.ts';
import type { UserAgentSettings } from './settings.ts';

/** What requests need of the whole. */
export interface RequestsHost {
  readonly services: Services;
  readonly settings: UserAgentSettings;
  /** Start a client transaction; returns its name. */
  begin(request: SipRequest, flow: Flow): string;
}

interface Entry {
  readonly order: Order;
  transaction: string;
  sent: SipRequest;
  rounds: number;
  /** A 1xx came in this transaction. */
  heard: boolean;
  cancel: 'no' | 'wanted' | 'sent';
  cancelReason: string | undefined;
  /** INVITE only: a 2xx came, retransmissions of it still may. */
  succeeded: boolean;
}

/** Digest rounds for one request before its challenge is taken for a refusal. */
const MAX_ROUNDS = 3;

/** Our requests on their way: Via, digest rounds, CANCEL when it may be sent. */
export class Requests {
  readonly #host: RequestsHost;
  readonly #open = new Map<string, Entry>();

  constructor(host: RequestsHost) {
    this.#host = host;
  }

  /** How many are not done with. */
  get size(): number {
    return this.#open.size;
  }

  send(order: Order): OpenRequest {
    const request = this.#authorized(order);
    const entry: Entry = {
      order,
      transaction: '',
      sent: request,
      rounds: 0,
      heard: false,
      cancel: 'no',
      cancelReason: undefined,
      succeeded: false,
    };
    this.#begin(entry, request);
    const requests = this;
    return {
      get sent() {
        return entry.sent;
      },
      cancel(reason) {
        requests.#cancel(entry, reason);
      },
    };
  }

  /** Put our Via on a request (RFC 3261 §8.1.1.7, RFC 3581 §3). */
  withVia(request: SipRequest, flow: Flow): SipRequest {
    const own = this.#host.settings.local[flow.transport];
    if (own === undefined) throw new Error(`no local ${flow.transport} address for a request`);
    const { crypto, userAgent } = this.#host.settings;
    const params = flow.transport === 'udp' ? new Map([['rport', undefined]]) : new Map<string, undefined>();
    const branch = newBranch(crypto);
    const via = { transport: flow.transport.toUpperCase(), host: uriHost(own.host), port: own.port, branch, params };
    request.headers.prepend('Via', printVia(via));
    if (userAgent !== undefined && !request.headers.has('User-Agent')) request.headers.add('User-Agent', userAgent);
    return request;
  }

  responded(transaction: string, response: SipResponse, from: Flow): void {
    const entry = this.#open.get(transaction);
    if (entry === undefined) return;
    const { order } = entry;
    if (response.status < 200) {
      entry.heard = true;
      order.provisional?.(response, entry.sent, from);
      if (entry.cancel === 'wanted') this.#cancel(entry, entry.cancelReason);
      return;
    }
    if (response.status < 300 && entry.sent.method === 'INVITE') {
      if (!entry.succeeded) order.seat.accepted(entry.sent, response, from);
      this.#keepForRepeats(entry);
      order.final(response, entry.sent, from);
      return;
    }
    this.#open.delete(transaction);
    if (response.status === 401 || response.status === 407) {
      if (this.#challenged(entry, response, from)) return;
    } else order.seat.accepted(entry.sent, response, from);
    order.final(response, entry.sent, from);
  }

  failed(transaction: string, why: SilentFailure, detail?: string): void {
    const entry = this.#open.get(transaction);
    this.#open.delete(transaction);
    if (entry !== undefined && !entry.succeeded) entry.order.failed(why, detail);
  }

  #begin(entry: Entry, request: SipRequest): void {
    const { flow } = entry.order;
    entry.sent = this.withVia(request, flow);
    entry.heard = false;
    entry.transaction = this.#host.begin(entry.sent, flow);
    this.#open.set(entry.transaction, entry);
  }

  #authorized(order: Order): SipRequest {
    return order.seat.authorize(order.compose(), order.flow);
  }

  /** Answer a challenge of the account's own server. False = it stands as the final response. */
  #challenged(entry: Entry, response: SipResponse, from: Flow): boolean {
    const { order } = entry;
    const { seat } = order;
    if (entry.rounds >= MAX_ROUNDS || entry.cancel !== 'no' || order.wanted?.() === false) return false;
    // Never to a stranger: whoever we call could ask for our digest otherwise. Nor for a request that went elsewhere.
    if (!seat.serves(from) || !seat.serves(order.flow)) {
      this.#host.services.note('foreign-challenge', flowHost(from.host), from);
      return false;
    }
    const verdict = seat.challenged(entry.sent, response);
    if (verdict !== 'retry') {
      this.#host.services.note('challenge', verdict, from);
      return false;
    }
    entry.rounds++;
    this.#begin(entry, this.#authorized(order));
    return true;
  }

  #keepForRepeats(entry: Entry): void {
    if (entry.succeeded) return;
    entry.succeeded = true;
    const { timers, now, t1 } = this.#host.services;
    const { transaction } = entry;
    timers.set(`repeats:${transaction}`, now + 65 * t1, () => this.#open.delete(transaction));
  }

  #cancel(entry: Entry, reason: string | undefined): void {
    if (entry.cancel === 'sent' || entry.succeeded || !this.#open.has(entry.transaction)) return;
    if (!entry.heard) {
      // RFC 3261 §9.1: not before a provisional response.
      entry.cancel = 'wanted';
      entry.cancelReason = reason;
      return;
    }
    entry.cancel = 'sent';
    this.#host.begin(cancelFor(entry.sent, reason), entry.order.flow);
  }
}
