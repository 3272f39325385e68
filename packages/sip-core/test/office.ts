import assert from 'node:assert/strict';
import { type Random, token } from '@switchhook/sans-io';
import { SeededRandom, VirtualClock } from '@switchhook/sans-io/testing';
import {
  type Account,
  type AccountId,
  type CallId,
  type Crypto,
  type Flow,
  newBranch,
  parseMessage,
  printMessage,
  type ReferId,
  responseTo,
  Shell,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  type SipTransport,
  type SipTransportListener,
  UserAgent,
  type UserAgentEvent,
  type UserAgentIn,
  type UserAgentSettings,
} from '@switchhook/sip-core';
import { nodeCrypto } from '@switchhook/sip-core/node';

/** What a packet on its way may be made to suffer: return false to lose it. */
export type Weather = (message: SipMessage | undefined, from: string, to: string) => boolean;

/** An in-process network of datagrams in virtual time: 5 ms a packet unless told otherwise. */
export class Network {
  readonly clock = new VirtualClock(1_000_000);
  readonly random: SeededRandom;
  weather: Weather = () => true;
  /** Everything that was sent, lost packets included, as `from>to METHOD|status`. */
  readonly log: string[] = [];
  readonly packets: { readonly from: string; readonly to: string; readonly message: SipMessage | undefined }[] = [];
  delayMs: () => number = () => 5;
  readonly #hosts = new Map<string, SipTransportListener>();

  constructor(seed = 1) {
    this.random = new SeededRandom(seed);
  }

  /** A socket of `host`, port 5060. */
  transport(host: string): SipTransport {
    return {
      local: { udp: { host, port: 5060 } },
      listen: (listener) => this.#hosts.set(host, listener),
      send: (flow, bytes) => this.carry(host, flow, bytes),
      end: () => undefined,
      close: () => this.#hosts.delete(host),
    };
  }

  carry(from: string, flow: Flow, bytes: Uint8Array): void {
    const read = parseMessage(bytes, 'datagram');
    const message = read.ok ? read.value : undefined;
    const what = message === undefined ? '?' : message.kind === 'request' ? message.method : String(message.status);
    this.log.push(`${from}>${flow.host} ${what}`);
    this.packets.push({ from, to: flow.host, message });
    if (!this.weather(message, from, flow.host)) return;
    const copy = bytes.slice();
    this.clock.alarm(this.clock.now() + this.delayMs(), () => {
      this.#hosts.get(flow.host)?.received({ transport: 'udp', host: from, port: 5060 }, copy);
    });
  }

  /** Messages of one kind that went from one host to another. */
  sent(from: string, what: string): SipMessage[] {
    const found: SipMessage[] = [];
    for (const packet of this.packets) {
      const { message } = packet;
      if (packet.from !== from || message === undefined) continue;
      if ((message.kind === 'request' ? message.method : String(message.status)) === what) found.push(message);
    }
    return found;
  }

  seconds(count: number): void {
    this.clock.advance(count * 1000);
  }
}

/** Hashes of Node, random bytes from a seed. */
export function seededCrypto(random: Random): Crypto {
  return { bytes: (count) => random.bytes(count), hash: (algorithm, text) => nodeCrypto.hash(algorithm, text) };
}

type EventOf<Type extends UserAgentEvent['type']> = Extract<UserAgentEvent, { type: Type }>;

/** A user agent on the network, with everything it has said. */
export class Phone {
  readonly network: Network;
  readonly agent: UserAgent;
  readonly shell: Shell;
  readonly account: AccountId;
  readonly host: string;
  readonly events: UserAgentEvent[] = [];
  /** Called with each event as it happens, to answer at once. */
  onEvent: (event: UserAgentEvent) => void = () => undefined;
  #calls = 0;

  constructor(
    network: Network,
    name: string,
    host: string,
    server: string,
    more: Partial<Account> = {},
    settings: Partial<UserAgentSettings> = {},
  ) {
    this.network = network;
    this.host = host;
    this.account = token<'account'>(`${name}-account`);
    const account: Account = {
      id: this.account,
      user: name,
      domain: 'example.com',
      transport: 'udp',
      server: { host: server, port: 5060 },
      register: false,
      ...more,
    };
    this.agent = new UserAgent({
      accounts: [account],
      local: { udp: { host, port: 5060 } },
      crypto: seededCrypto(network.random),
      ...settings,
    });
    this.shell = new Shell(this.agent, {
      clock: network.clock,
      transport: network.transport(host),
      onEvent: (event) => {
        this.events.push(event);
        this.onEvent(event);
      },
    });
  }

  submit(input: UserAgentIn): void {
    this.shell.submit(input);
  }

  /** Dial a name; the packets go to our server. */
  dial(to: string, more: Partial<Extract<UserAgentIn, { type: 'invite' }>> = {}): CallId {
    const call = token<'call'>(`${this.account}-out-${++this.#calls}`);
    this.submit({ type: 'invite', call, account: this.account, to, body: 'offer', ...more });
    return call;
  }

  refer(call: CallId, referTo: string, more: Partial<Extract<UserAgentIn, { type: 'refer' }>> = {}): ReferId {
    const refer = token<'refer'>(`${this.account}-refer-${++this.#calls}`);
    this.submit({ type: 'refer', call, refer, referTo, referredBy: 'sip:boss@example.com', ...more });
    return refer;
  }

  all<Type extends UserAgentEvent['type']>(type: Type): EventOf<Type>[] {
    return this.events.filter((event): event is EventOf<Type> => event.type === type);
  }

  /** The last event of a type; there has to be one. */
  last<Type extends UserAgentEvent['type']>(type: Type): EventOf<Type> {
    const found = this.all(type).at(-1);
    assert.ok(found, `${this.account} has no ${type} among ${this.events.map((event) => event.type).join(', ')}`);
    return found;
  }

  /** Names of events without notes. */
  story(): string[] {
    return this.events.filter((event) => event.type !== 'note').map((event) => event.type);
  }

  assertEmpty(): void {
    const { registrations: _, ...rest } = this.agent.census();
    assert.deepEqual(rest, { transactions: 0, dialogs: 0, subscriptions: 0, timers: 0, calls: 0 });
  }
}

/** Two phones that are each other's server, and a call between them, answered. */
export interface Talk {
  readonly network: Network;
  readonly alice: Phone;
  readonly bob: Phone;
  readonly aliceCall: CallId;
  readonly bobCall: CallId;
}

export function pair(
  seed = 1,
  more: Partial<Account> = {},
  settings: Partial<UserAgentSettings> = {},
): { network: Network; alice: Phone; bob: Phone } {
  const network = new Network(seed);
  const alice = new Phone(network, 'alice', '192.0.2.1', '192.0.2.2', more, settings);
  const bob = new Phone(network, 'bob', '192.0.2.2', '192.0.2.1');
  return { network, alice, bob };
}

/** Alice has called Bob and Bob has answered; `more` and `settings` are Alice's. */
export function talk(seed = 1, more: Partial<Account> = {}, settings: Partial<UserAgentSettings> = {}): Talk {
  const { network, alice, bob } = pair(seed, more, settings);
  const aliceCall = alice.dial('sip:bob@example.com');
  network.seconds(1);
  const bobCall = bob.last('incoming').call;
  bob.submit({ type: 'ring', call: bobCall });
  network.seconds(1);
  bob.submit({ type: 'answer', call: bobCall, body: 'answer' });
  network.seconds(1);
  assert.equal(alice.last('answered').call, aliceCall);
  assert.equal(bob.last('answered').call, bobCall);
  return { network, alice, bob, aliceCall, bobCall };
}

/** A host that says exactly what the test tells it to, and keeps what it hears. */
export class Wire {
  readonly host: string;
  readonly heard: SipMessage[] = [];
  /** Called with each message as it arrives. */
  onMessage: (message: SipMessage) => void = () => undefined;
  readonly #network: Network;
  readonly #transport: SipTransport;

  constructor(network: Network, host: string) {
    this.host = host;
    this.#network = network;
    this.#transport = network.transport(host);
    this.#transport.listen({
      received: (_flow, bytes) => {
        if (bytes.every((octet) => octet === 13 || octet === 10)) return;
        const read = parseMessage(bytes, 'datagram');
        // Only the refusal of an unreadable request, which copies its fields, may be unreadable itself.
        if (!read.ok) return assert.match(new TextDecoder().decode(bytes), /^SIP\/2\.0 [45]\d\d /);
        this.heard.push(read.value);
        this.onMessage(read.value);
      },
      closed: () => undefined,
      failed: () => undefined,
    });
  }

  requests(method: string): SipRequest[] {
    return this.heard.filter((one): one is SipRequest => one.kind === 'request' && one.method === method);
  }

  responses(status: number): SipResponse[] {
    return this.heard.filter((one): one is SipResponse => one.kind === 'response' && one.status === status);
  }

  /** The last request of a method; there has to be one. */
  request(method: string): SipRequest {
    const found = this.requests(method).at(-1);
    assert.ok(found, `${this.host} heard no ${method}`);
    return found;
  }

  send(to: string, message: SipMessage | string): void {
    const bytes = typeof message === 'string' ? new TextEncoder().encode(message) : printMessage(message);
    this.#transport.send({ transport: 'udp', host: to, port: 5060 }, bytes);
  }

  /** Answer a request of `to`. */
  answer(to: string, request: SipRequest, status: number, parts: Parameters<typeof responseTo>[3] = {}): void {
    this.send(to, responseTo(request, status, undefined, parts));
  }

  /** A request as text, from its lines; Via, Max-Forwards and Content-Length are put on. */
  say(to: string, startLine: string, fields: readonly string[], body = ''): void {
    const via = `Via: SIP/2.0/UDP ${this.host}:5060;branch=${newBranch(this.#network.random)};rport`;
    const length = `Content-Length: ${new TextEncoder().encode(body).length}`;
    this.send(to, `${[startLine, via, 'Max-Forwards: 70', ...fields, length].join('\r\n')}\r\n\r\n${body}`);
  }
}

/** Fields of a request in the dialog of a call that `phone` placed to a wire, seen from the wire. */
export function inDialog(invite: SipRequest, tag: string, cseq: number, method: string): string[] {
  return [
    `From: ${invite.headers.get('To')};tag=${tag}`,
    `To: ${invite.headers.get('From')}`,
    `Call-ID: ${invite.headers.get('Call-ID')}`,
    `CSeq: ${cseq} ${method}`,
  ];
}

/** A phone that has called a wire, which has answered: the dialog's ids are then known to the test. */
export function talkToWire(seed = 1): { network: Network; phone: Phone; wire: Wire; call: CallId; invite: SipRequest } {
  const network = new Network(seed);
  const phone = new Phone(network, 'alice', '192.0.2.1', '192.0.2.9');
  const wire = new Wire(network, '192.0.2.9');
  const call = phone.dial('sip:bob@example.com');
  network.seconds(0.1);
  const invite = wire.request('INVITE');
  wire.answer(phone.host, invite, 200, {
    toTag: 'wire',
    contact: 'sip:bob@192.0.2.9',
    contentType: 'application/sdp',
    body: 'answer',
  });
  network.seconds(0.1);
  assert.equal(phone.last('answered').call, call);
  return { network, phone, wire, call, invite };
}
