import { type Core, earliest, type Millis, token } from '@switchhook/sans-io';
import {
  type AccountId,
  type CallId,
  type CallOut,
  type Flow,
  markReceived,
  type NetworkIn,
  type NetworkOut,
  parseMessage,
  parseUri,
  printMessage,
  type ReferOut,
  type SipResponse,
  type UserAgentEvent,
  type UserAgentIn,
  type UserAgentOut,
  type UserAgentSettings,
} from '@switchhook/sip-core';
import { Gate } from './gate.ts';
import { assertIdentity, introduces } from './identity.ts';
import { type Leg, Legs } from './legs.ts';
import { Registrar } from './registrar.ts';
import type { ExchangeSettings } from './settings.ts';
import { Swaps } from './swaps.ts';

/** I of INVITE, S of SIP/2.0, and the digits of 10x. */
const [I, S, ONE, ZERO] = [0x49, 0x53, 0x31, 0x30];

/** How long a phone rings before it is given up: its power may have gone. (A proxy waits three minutes, RFC 3261 §16.6, timer C.) */
const RINGS_MS = 120_000;

/** How a user agent is made: given from outside, so that the lab can wrap it. */
export type MakeUserAgent = (settings: UserAgentSettings) => Core<UserAgentIn, UserAgentOut>;

/** The exchange's own user agent towards one phone. */
export interface Trunk {
  readonly user: string;
  readonly address: string;
  readonly agent: Core<UserAgentIn, UserAgentOut>;
}

/**
 * An exchange in the middle of every call: two dialogs a call, each with a user agent of its own. A REFER ends here: the
 * exchange joins the far legs itself.
 *
 * ```
 *  phone A ═dialog═ trunk A ┄leg┄pair┄leg┄ trunk B ═dialog═ phone B
 *  REFER with Replaces on A1: 202, NOTIFY 100, re-INVITE far(A2) and far(A1) with each other's SDP,
 *  NOTIFY 200, BYE on A2; A1 waits for the phone's own BYE
 * ```
 */
export class B2buaExchange implements Core<NetworkIn, NetworkOut> {
  readonly registrar: Registrar;
  readonly #settings: ExchangeSettings;
  readonly #make: MakeUserAgent;
  readonly #gate: Gate;
  readonly #trunks = new Map<string, Trunk>();
  readonly #legs = new Legs();
  readonly #swaps: Swaps;
  #outs: NetworkOut[] = [];
  #now: Millis = 0;
  #minted = 0;
  /** The leg whose first INVITE is being written, and the Call-ID of the message that is being read. */
  #dialling: Leg | undefined;
  #heard = '';

  constructor(settings: ExchangeSettings, make: MakeUserAgent) {
    this.#settings = settings;
    this.#make = make;
    this.#gate = new Gate(settings);
    this.registrar = new Registrar(settings, this.#gate.doorkeeper);
    this.#swaps = new Swaps(this.#legs, {
      say: (leg, input) => this.#say(leg.trunk, input),
      dial: (user, from, body) => this.#dial(user, from, body),
      endsBothLegs: settings.endsBothLegs === true,
    });
  }

  know(user: string, contact: string, flow: Flow): void {
    this.registrar.know(user, contact, flow);
    this.#trunkAt(user, flow);
  }

  /** Calls in hand, both legs counted. */
  get size(): number {
    return this.#legs.size;
  }

  get deadline(): Millis | undefined {
    return earliest(this.#legs.deadline, ...[...this.#trunks.values()].map((trunk) => trunk.agent.deadline));
  }

  wake(now: Millis): readonly NetworkOut[] {
    this.#now = now;
    for (const trunk of this.#trunks.values()) {
      const due = trunk.agent.deadline;
      if (due !== undefined && due <= now) this.#take(trunk, trunk.agent.wake(now));
    }
    for (const leg of this.#legs.overdue(now)) {
      leg.ringsUntil = Number.POSITIVE_INFINITY;
      this.#say(leg.trunk, { type: 'hangup', call: leg.call });
    }
    return this.#flush();
  }

  receive(input: NetworkIn, now: Millis): readonly NetworkOut[] {
    this.#now = now;
    if (input.type !== 'received') return [];
    const message = parseMessage(input.bytes, 'datagram');
    this.#heard = message.ok ? (message.value.headers.get('Call-ID') ?? '') : '';
    if (message.ok && message.value.kind === 'request') {
      const request = markReceived(message.value, input.flow.host, input.flow.port);
      if (request.method === 'REGISTER') {
        this.#reply(this.registrar.register(request, input.flow, now), input.flow);
        for (const binding of this.registrar.all(now)) this.#trunkAt(binding.user, binding.flow);
        return this.#flush();
      }
      const passed = this.#gate.judge(request, now);
      if (passed.name === 'reply') this.#reply(passed.response, input.flow);
      if (passed.name !== 'pass') return this.#flush();
    }
    const trunk = this.#trunks.get(`${input.flow.host}:${input.flow.port}`);
    if (trunk !== undefined) this.#take(trunk, trunk.agent.receive(input, now));
    return this.#flush();
  }

  #flush(): readonly NetworkOut[] {
    const outs = this.#outs;
    this.#outs = [];
    return outs;
  }

  #reply(response: SipResponse, flow: Flow): void {
    this.#outs.push({ type: 'send', flow, bytes: printMessage(response) });
  }

  #trunkAt(user: string, flow: Flow): Trunk {
    const address = `${flow.host}:${flow.port}`;
    const held = this.#trunks.get(address);
    if (held !== undefined) return held;
    const { host, port, domain, extensions, crypto } = this.#settings;
    const agent = this.#make({
      accounts: extensions.map((extension) => ({
        id: token<'account'>(extension.user),
        user: extension.user,
        domain,
        ...(extension.displayName === undefined ? {} : { displayName: extension.displayName }),
        transport: 'udp',
        server: { host: flow.host, port: flow.port },
        register: false,
      })),
      local: { udp: { host, port } },
      userAgent: 'Switchhook lab exchange',
      acceptFrom: 'any',
      crypto,
    });
    const trunk: Trunk = { user, address, agent };
    this.#trunks.set(address, trunk);
    return trunk;
  }

  #say(trunk: Trunk, input: UserAgentIn): void {
    this.#take(trunk, trunk.agent.receive(input, this.#now));
  }

  #take(trunk: Trunk, outs: readonly UserAgentOut[]): void {
    for (const out of outs) {
      if (out.type === 'send') this.#outs.push({ ...out, bytes: this.#introduced(trunk, out.bytes) });
      else if (out.type === 'close') this.#outs.push(out);
      else this.#event(trunk, out);
    }
  }

  /** What goes to a phone tells it whom it is connected with, as exchanges do. */
  #introduced(trunk: Trunk, bytes: Uint8Array): Uint8Array {
    // Other requests, and 100, introduce nobody: most of the traffic is not read again.
    const [first] = bytes;
    if (first !== I && (first !== S || (bytes[8] === ONE && bytes[9] === ZERO))) return bytes;
    const parsed = parseMessage(bytes, 'datagram');
    if (!parsed.ok || !introduces(parsed.value)) return bytes;
    const sipCallId = parsed.value.headers.get('Call-ID') ?? '';
    if (this.#dialling !== undefined) this.#dialling.sipCallId ??= sipCallId;
    const headers = parsed.value.headers.clone();
    assertIdentity(headers, this.#legs.of(trunk, sipCallId)?.shows, this.#settings);
    return printMessage({ ...parsed.value, headers });
  }

  #event(trunk: Trunk, event: UserAgentEvent) {
    switch (event.type) {
      case 'refer-requested':
        return this.#refer(trunk, event);
      case 'registration':
      case 'refer-answered':
      case 'refer-notified':
      case 'subscription':
      case 'notified':
      case 'notified-unasked':
      case 'note':
        return;
      case 'incoming':
        return this.#incoming(trunk, event);
      default: {
        const leg = this.#legs.find(event.call);
        if (leg !== undefined && !this.#swaps.take(leg, event)) this.#relay(leg, event);
      }
    }
  }

  #incoming(trunk: Trunk, event: CallOut & { readonly type: 'incoming' }): void {
    const leg = this.#legs.add(event.call, trunk, 'up');
    leg.sipCallId = this.#heard;
    leg.sdp = event.body;
    const dialled = parseUri(event.to);
    const user = dialled.ok ? (dialled.value.user ?? '') : '';
    const far = event.replaces === undefined ? this.#dial(user, trunk.user, event.body) : undefined;
    if (far === undefined) {
      this.#say(trunk, { type: 'reject', call: event.call, status: event.replaces === undefined ? 404 : 481 });
      return;
    }
    this.#legs.join(leg, far);
  }

  /** Ring an extension on behalf of another; undefined when it is not registered. */
  #dial(user: string, from: string, body: string | undefined): Leg | undefined {
    const binding = this.registrar.find(user, this.#now);
    if (binding === undefined) return undefined;
    const trunk = this.#trunkAt(user, binding.flow);
    const call: CallId = token<'call'>(`x-${++this.#minted}`);
    const leg = this.#legs.add(call, trunk, 'down', this.#now + RINGS_MS);
    const account: AccountId = token<'account'>(from);
    const to = binding.contact;
    leg.shows = from;
    this.#dialling = leg;
    this.#say(trunk, {
      type: 'invite',
      call,
      account,
      to,
      ...(body === undefined ? {} : { body: leg.dressing.dress(body) }),
    });
    this.#dialling = undefined;
    return leg;
  }

  /** What happens on one leg is done on the other. */
  #relay(leg: Leg, event: Exclude<CallOut, { readonly type: 'incoming' }>) {
    const far = leg.far;
    switch (event.type) {
      case 'progress':
        if (event.body !== undefined) leg.sdp = event.body;
        if (far !== undefined && !far.answered) {
          const body = event.body === undefined ? {} : { body: far.dressing.dress(event.body) };
          this.#say(far.trunk, { type: 'ring', call: far.call, status: event.status, ...body });
        }
        return;
      case 'answered':
        return this.#answered(leg, event);
      case 'offered':
        if (far?.answered === true && event.body !== undefined) {
          leg.sdp = event.body;
          far.asked = { by: leg, offer: event.offer };
          this.#say(far.trunk, { type: 'offer', call: far.call, body: far.dressing.dress(event.body) });
        } else this.#say(leg.trunk, { type: 'refuse-offer', call: leg.call, offer: event.offer, status: 488 });
        return;
      case 'offer-answered':
      case 'offer-refused': {
        const asked = leg.asked;
        leg.asked = undefined;
        if (event.type === 'offer-answered') leg.sdp = event.body;
        if (asked === undefined) return;
        const { call, trunk, dressing } = asked.by;
        if (event.type === 'offer-refused') {
          this.#say(trunk, { type: 'refuse-offer', call, offer: asked.offer, status: event.status });
        } else this.#say(trunk, { type: 'answer-offer', call, offer: asked.offer, body: dressing.dress(event.body) });
        return;
      }
      case 'ended': {
        this.#legs.drop(leg);
        if (far === undefined) return;
        const status = event.cause.status ?? 480;
        if (!far.answered && far.side === 'up' && event.cause.how !== 'bye') {
          this.#say(far.trunk, { type: 'reject', call: far.call, status: status >= 300 ? status : 480 });
        } else this.#say(far.trunk, { type: 'hangup', call: far.call });
        return;
      }
      case 'peer-changed':
      case 'info-digit':
        return;
      default:
        throw event satisfies never;
    }
  }

  #answered(leg: Leg, event: CallOut & { readonly type: 'answered' }): void {
    const far = leg.far;
    leg.answered = true;
    leg.dialog = event.dialog;
    if (event.body !== undefined) leg.sdp = event.body;
    if (far === undefined || event.body === undefined) return;
    if (event.direction === 'outgoing') {
      far.answered = true;
      this.#say(far.trunk, { type: 'answer', call: far.call, body: far.dressing.dress(event.body) });
    } else this.#say(far.trunk, { type: 'acknowledge', call: far.call, body: far.dressing.dress(event.body) });
  }

  #refer(trunk: Trunk, event: ReferOut & { readonly type: 'refer-requested' }): void {
    const leg = event.call === undefined ? undefined : this.#legs.find(event.call);
    if (leg?.far === undefined) this.#say(trunk, { type: 'answer-refer', refer: event.refer, status: 481 });
    else this.#swaps.start(leg, event.refer, event.referTo);
  }
}
