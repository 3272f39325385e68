import { hex, type Millis, unit } from '@switchhook/sans-io';
import { flowHost, isAddress, isLocalOnly } from '../dialog/next-hop.ts';
import { requestOf } from '../message/build.ts';
import { deltaSeconds } from '../message/event.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';
import { nameAddr } from '../message/name-addr.ts';
import { parseUri } from '../message/uri.ts';
import { contactsOf, numberOf, viaOf } from '../message/values.ts';
import type { Flow, RegistrationState } from '../user-agent/door.ts';
import type { Seat } from '../user-agent/seat.ts';
import type { Services } from '../user-agent/services.ts';
import { backOff, refreshAfter } from './back-off.ts';

const DEFAULT_EXPIRES_S = 300;
/** 423 answers in a row that are obeyed (RFC 3261 §10.3 step 6). */
const MAX_BRIEF = 2;
/** How often a newly learned address may lead to another REGISTER before a refresh: two are an endless dance. */
const MAX_REWRITES = 1;
/** Seconds that a Retry-After can make us wait at most. */
const MAX_RETRY_AFTER_S = 1800;

/** Between two keep-alives through a NAT (UDP: 24 to 29 s) and over a stream (95 to 120 s), RFC 5626 §4.4. */
const KEEP_ALIVE_S = { datagram: 24, stream: 95 } as const;

/** How long the answer to a keep-alive may take (RFC 5626 §4.4.1). */
const PONG_MS = 10_000;

type Failed = Extract<RegistrationState, { name: 'failed' }>;

/** What is wanted and what is under way; the door's state is told apart. */
type Activity = 'idle' | 'registering' | 'resting' | 'unregistering';

/**
 * The binding of one account at its registrar (RFC 3261 §10.2), refreshed for ever and never given up.
 *
 * ```
 *   unregistered ── register ──► registering ── 2xx ──► registered ── refresh ──► registering
 *        ▲                          │  ▲ 423: longer; own address learned: once more
 *        │                          ▼  │ back-off (RFC 5626 §4.5)
 *        └── unregister, 2xx ──── failed
 * ```
 */
export class Registration {
  readonly #services: Services;
  readonly #seat: Seat;
  readonly #sipCallId: string;
  readonly #tag: string;
  #cseq = 0;
  #activity: Activity = 'idle';
  #state: RegistrationState = { name: 'unregistered' };
  #expiresS: number;
  #failures = 0;
  #attempt = 0;
  #briefs = 0;
  #rewrites = 0;
  /** The binding under our former address, to be taken away with the next REGISTER. */
  #stale: string | undefined;
  /** The connection over which the server has answered a keep-alive. */
  #lives: Flow | undefined;
  /** What the person said while a REGISTER was under way. */
  #next: 'register' | 'unregister' | undefined;

  constructor(services: Services, seat: Seat) {
    this.#services = services;
    this.#seat = seat;
    this.#sipCallId = hex(services.crypto, 16);
    this.#tag = hex(services.crypto, 8);
    this.#expiresS = seat.account.expiresS ?? DEFAULT_EXPIRES_S;
  }

  /** Register now, whatever the back-off says. */
  register(): void {
    if (!this.#seat.account.register) return;
    if (this.#activity === 'registering') return;
    if (this.#activity === 'unregistering') {
      this.#next = 'register';
      return;
    }
    this.#failures = 0;
    this.#rewrites = 0;
    this.#send(this.#expiresS);
  }

  /** Take the binding away. */
  unregister(): void {
    if (this.#activity === 'registering') {
      this.#next = 'unregister';
      return;
    }
    if (this.#activity === 'unregistering') {
      this.#next = undefined;
      return;
    }
    this.#services.timers.clear(this.#timer);
    if (this.#state.name !== 'registered') {
      this.#gone();
      return;
    }
    this.#send(0);
  }

  /** The connection to the server broke: bind anew soon (RFC 5626 §4.4). */
  connectionLost(): void {
    this.#lives = undefined;
    this.#services.timers.clear(this.#pongTimer);
    if (this.#activity !== 'resting' || this.#state.name !== 'registered') return;
    this.#fail({ why: 'transport', status: 503, phrase: 'Connection Lost' });
  }

  #send(expiresS: number): void {
    this.#services.timers.clear(this.#timer);
    this.#activity = expiresS === 0 ? 'unregistering' : 'registering';
    if (expiresS > 0 && this.#state.name !== 'registered') {
      this.#attempt++;
      this.#tell({ name: 'registering', attempt: this.#attempt });
    }
    const stale = this.#stale;
    this.#stale = undefined;
    this.#services.request({
      seat: this.#seat,
      flow: this.#seat.flow,
      compose: () => this.#compose(expiresS, stale),
      final: (response) => (expiresS === 0 ? this.#settled() : this.#answered(response)),
      failed: (why, detail) => {
        if (expiresS === 0) return this.#settled();
        const unreachable = { status: 503, phrase: detail?.includes(' ') === true ? detail : 'Unreachable' };
        const failed = why === 'timeout' ? { status: 408, phrase: 'Request Timeout' } : unreachable;
        return this.#fail({ why, ...failed });
      },
    });
  }

  #compose(expiresS: number, stale: string | undefined): SipRequest {
    const { account, addressOfRecord, binding, capabilities } = this.#seat;
    const { instance } = account;
    const named: readonly (readonly [string, string])[] =
      instance === undefined ? [] : [['+sip.instance', `<${instance}>`]];
    const request = requestOf({
      method: 'REGISTER',
      uri: `sip:${account.domain}`,
      from: nameAddr(addressOfRecord, account.displayName, [['tag', this.#tag]]),
      to: nameAddr(addressOfRecord),
      callId: this.#sipCallId,
      cseq: ++this.#cseq,
      contact: nameAddr(binding, undefined, [['expires', String(expiresS)], ...named]),
      headers: [['Expires', String(expiresS)], ...capabilities],
    });
    if (stale !== undefined) request.headers.add('Contact', `<${stale}>;expires=0`);
    return request;
  }

  #answered(response: SipResponse): void {
    const { status, reason: phrase } = response;
    if (status < 300) {
      this.#registered(response);
      return;
    }
    if (status === 423 && this.#briefs < MAX_BRIEF) {
      const least = numberOf(response, 'Min-Expires');
      if (least !== undefined && least > this.#expiresS) {
        this.#briefs++;
        this.#expiresS = least;
        this.#send(this.#expiresS);
        return;
      }
    }
    const why = status === 401 || status === 407 ? 'wrong-password' : status === 403 ? 'forbidden' : 'refused';
    this.#fail({ why, status, phrase }, Math.min(numberOf(response, 'Retry-After') ?? 0, MAX_RETRY_AFTER_S));
  }

  #registered(response: SipResponse): void {
    this.#briefs = 0;
    this.#failures = 0;
    this.#attempt = 0;
    const before = this.#seat.binding;
    if (this.#learn(response) && this.#rewrites < MAX_REWRITES) {
      this.#rewrites++;
      this.#stale = before;
      if (this.#next === undefined) {
        this.#send(this.#expiresS);
        return;
      }
    }
    const grantedS = this.#granted(response);
    if (this.#seat.account.instance !== undefined) this.#seat.grant(gruuOf(response, this.#seat.contactUser));
    const { now, timers, crypto } = this.#services;
    this.#activity = 'resting';
    this.#tell({ name: 'registered', expiresAt: now + grantedS * 1000, contact: this.#seat.contact });
    if (this.#turn()) return;
    this.#keepAlive();
    timers.set(this.#timer, now + refreshAfter(grantedS, crypto), () => {
      this.#rewrites = 0;
      this.#send(this.#expiresS);
    });
  }

  /** Datagrams only through a NAT, streams always; an answer is not waited for. */
  #keepAlive(): void {
    const { timers, now, crypto } = this.#services;
    const datagram = this.#seat.account.transport === 'udp';
    if (datagram && !this.#seat.isMapped) return;
    const everyS = datagram ? KEEP_ALIVE_S.datagram + 5 * unit(crypto) : KEEP_ALIVE_S.stream + 25 * unit(crypto);
    timers.set(this.#keepAliveTimer, now + Math.round(everyS * 1000), () => {
      this.#services.keepAlive(this.#seat.flow);
      this.#keepAlive();
      // Departs from RFC 5626 §4.4.1 because many never answer: only one that has answered before is missed.
      const lived = this.#lives;
      if (lived !== undefined) timers.set(this.#pongTimer, this.#services.now + PONG_MS, () => this.#dead(lived));
    });
  }

  /** The server answers keep-alives over this connection. */
  lives(flow: Flow): void {
    this.#lives = flow;
    this.#services.timers.clear(this.#pongTimer);
  }

  #dead(flow: Flow): void {
    this.#services.note('no-pong', undefined, flow);
    this.#services.close(flow);
    this.connectionLost();
  }

  /** Seconds granted to our own Contact: its parameter, else Expires, else what we asked for (RFC 3261 §10.2.4). */
  #granted(response: SipResponse): number {
    for (const contact of contactsOf(response)) {
      const uri = parseUri(contact.uri);
      if (!uri.ok || uri.value.user !== this.#seat.contactUser) continue;
      const granted = deltaSeconds(contact.params.get('expires'));
      if (granted !== undefined && granted > 0) return granted;
    }
    const common = numberOf(response, 'Expires') ?? 0;
    return common > 0 ? common : this.#expiresS;
  }

  /** Where the server saw us (RFC 3581 §4): `received` and `rport` of our own Via. */
  #learn(response: SipResponse): boolean {
    const via = viaOf(response);
    const port = Number(via.params.get('rport') ?? '');
    const host = flowHost(via.params.get('received') ?? via.host);
    // Over a stream the source port is the connection's, of no use to others.
    if (this.#seat.account.transport !== 'udp' || !Number.isInteger(port) || port < 1 || port > 65_535) return false;
    // It will stand in our Contact: only what others can call, and never ourselves unless the server is here too.
    if (!isAddress(host) || (isLocalOnly(host) && !isLocalOnly(this.#seat.flow.host))) return false;
    return this.#seat.learn(host, port);
  }

  #fail(failure: Omit<Failed, 'name' | 'nextTryAt'>, leastS = 0): void {
    this.#failures++;
    this.#activity = 'resting';
    this.#services.timers.clear(this.#keepAliveTimer);
    this.#services.timers.clear(this.#pongTimer);
    const { now, timers, crypto } = this.#services;
    const patient = failure.why === 'wrong-password' || failure.why === 'forbidden';
    const nextTryAt: Millis = now + Math.max(leastS * 1000, backOff(this.#failures, patient, crypto));
    this.#tell({ name: 'failed', ...failure, nextTryAt });
    if (this.#turn()) return;
    timers.set(this.#timer, nextTryAt, () => this.#send(this.#expiresS));
  }

  /** Unregistering came to its end, one way or the other. */
  #settled(): void {
    this.#gone();
    this.#turn();
  }

  #gone(): void {
    this.#activity = 'idle';
    this.#attempt = 0;
    this.#services.timers.clear(this.#timer);
    this.#services.timers.clear(this.#keepAliveTimer);
    this.#services.timers.clear(this.#pongTimer);
    if (this.#state.name !== 'unregistered') this.#tell({ name: 'unregistered' });
  }

  /** Do what was said in the meantime. True when something was. */
  #turn(): boolean {
    const next = this.#next;
    this.#next = undefined;
    if (next === 'unregister') this.unregister();
    else if (next === 'register') this.register();
    return next !== undefined;
  }

  #tell(state: RegistrationState): void {
    this.#state = state;
    this.#services.emit({ type: 'registration', account: this.#seat.account.id, state });
  }

  get #keepAliveTimer(): string {
    return `registration:${this.#seat.account.id}:keep-alive`;
  }

  get #pongTimer(): string {
    return `registration:${this.#seat.account.id}:pong`;
  }

  get #timer(): string {
    return `registration:${this.#seat.account.id}`;
  }
}

/** The `pub-gruu` beside our own Contact (RFC 5627 §4.2). */
function gruuOf(response: SipResponse, contactUser: string): string | undefined {
  for (const contact of contactsOf(response)) {
    const uri = parseUri(contact.uri);
    if (uri.ok && uri.value.user === contactUser) return contact.params.get('pub-gruu');
  }
  return undefined;
}
