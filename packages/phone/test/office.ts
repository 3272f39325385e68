import { createHash } from 'node:crypto';
import type { Endpoint, MediaCommand, MediaEvent, MediaId, MediaPort } from '@switchhook/rtp-media';
import { token } from '@switchhook/sans-io';
import { SeededRandom, VirtualClock } from '@switchhook/sans-io/testing';
import {
  type Crypto,
  type Flow,
  markReceived,
  parseMessage,
  parseUri,
  parseVia,
  printMessage,
  type SipTransport,
  type SipTransportListener,
  UserAgent,
} from '@switchhook/sip-core';
import type { Intent, Origin } from '../src/intent.ts';
import { type JournalEntry, Runtime, type RuntimeOptions } from '../src/node/index.ts';
import type { PhoneSettings, Settlement } from '../src/reducer/door.ts';
import { phoneSettings } from '../src/reducer/settings.ts';

/** One way of one datagram. */
const WAY_MS = 2;
const PROXY = '10.0.0.1';
const KEYS: Origin = { door: 'keys' };

/** An in-process network with a stateless proxy in it (RFC 3261 §16.11): phones by name, virtual time, no loss. */
export class Office {
  readonly clock = new VirtualClock(1000);
  readonly #ports = new Map<string, OfficePort>();
  readonly #users = new Map<string, string>();
  /** First lines of what went over the network, `10.0.0.2>10.0.0.1 INVITE …`. */
  readonly wire: string[] = [];

  /** A phone whose user part is `user`. */
  phone(user: string, wishes: Partial<PhoneSettings> = {}, options: Partial<RuntimeOptions> = {}): Phone {
    const host = `10.0.0.${this.#users.size + 2}`;
    this.#users.set(user, host);
    return new Phone(this, user, this.#port(host), wishes, options);
  }

  /** Deliver after one way. */
  carry(from: string, to: string, bytes: Uint8Array): void {
    this.wire.push(`${from}>${to} ${new TextDecoder().decode(bytes).split('\r\n', 1)[0]}`);
    const copy = bytes.slice();
    this.clock.alarm(this.clock.now() + WAY_MS, () => {
      if (to === PROXY) this.#forward(from, copy);
      else this.#ports.get(to)?.listener?.received({ transport: 'udp', host: from, port: 5060 }, copy);
    });
  }

  #port(host: string): OfficePort {
    const port = new OfficePort(this, host);
    this.#ports.set(host, port);
    return port;
  }

  #forward(from: string, bytes: Uint8Array): void {
    const parsed = parseMessage(bytes, 'datagram');
    if (!parsed.ok) throw new Error(`the proxy got ${parsed.fault}`);
    const message = parsed.value.kind === 'request' ? markReceived(parsed.value, from, 5060) : parsed.value;
    const headers = message.headers.clone();
    if (message.kind === 'response') {
      headers.deleteFirst('Via');
      const next = parseVia(headers.list('Via')[0] ?? '');
      if (next.ok)
        this.carry(PROXY, next.value.params.get('received') ?? next.value.host, printMessage({ ...message, headers }));
      return;
    }
    if (headers.has('Route')) headers.deleteFirst('Route');
    const uri = parseUri(message.uri);
    if (!uri.ok) throw new Error(`the proxy cannot read ${message.uri}`);
    const to = uri.value.host === 'office.example' ? this.#users.get(uri.value.user ?? '') : uri.value.host;
    const via = parseVia(headers.list('Via')[0] ?? '');
    const branch = via.ok ? via.value.branch : '';
    headers.prepend('Via', `SIP/2.0/UDP ${PROXY}:5060;branch=${branch}p`);
    if (message.method === 'INVITE') headers.prepend('Record-Route', `<sip:${PROXY};lr>`);
    if (to !== undefined) this.carry(PROXY, to, printMessage({ ...message, headers }));
  }
}

class OfficePort implements SipTransport {
  readonly local = { udp: { host: '', port: 5060 } };
  listener: SipTransportListener | undefined;
  readonly #office: Office;
  readonly host: string;

  constructor(office: Office, host: string) {
    this.#office = office;
    this.host = host;
  }

  listen(listener: SipTransportListener): void {
    this.listener = listener;
  }

  send(flow: Flow, bytes: Uint8Array): void {
    this.#office.carry(this.host, flow.host, bytes);
  }

  end(): void {}

  close(): void {
    this.listener = undefined;
  }
}

/** A media worker that writes down what it is told. */
export class RecordingMedia implements MediaPort {
  readonly commands: MediaCommand[] = [];
  readonly sessions = new Set<MediaId>();
  /** Endpoints still to give. */
  left = 8;
  /** The worker is still to come. */
  pending = false;
  onEvent: (event: MediaEvent) => void = () => {};
  readonly #host: string;

  constructor(host: string) {
    this.#host = host;
  }

  open(session: MediaId): Endpoint | undefined {
    if (this.pending || this.left === 0) return undefined;
    this.left -= 1;
    this.sessions.add(session);
    return { host: this.#host, port: 20_000 + 2 * this.left };
  }

  send(command: MediaCommand): void {
    this.commands.push(command);
    if (command.type === 'close') this.sessions.delete(command.session);
  }

  close(): void {}

  /** The worker is there, with its first endpoint. */
  come(): void {
    this.pending = false;
    this.onEvent({ type: 'spare', port: 20_000 });
    this.onEvent({ type: 'ready', clock: 'deadline', loop: 'poll' });
  }
}

/** One phone of the office with hands on it. */
export class Phone {
  readonly runtime: Runtime;
  readonly media: RecordingMedia;
  readonly userAgent: UserAgent;
  readonly journal: JournalEntry[] = [];
  readonly #office: Office;

  constructor(
    office: Office,
    user: string,
    port: OfficePort,
    wishes: Partial<PhoneSettings>,
    options: Partial<RuntimeOptions>,
  ) {
    this.#office = office;
    this.media = new RecordingMedia(port.host);
    const crypto = seededCrypto(user.length + port.host.length * 7 + Number(port.host.at(-1)));
    const id = token<'account'>(user);
    this.userAgent = new UserAgent({
      accounts: [
        { id, user, domain: 'office.example', transport: 'udp', server: { host: PROXY, port: 5060 }, register: false },
      ],
      local: { udp: { host: port.host, port: 5060 } },
      crypto,
    });
    this.runtime = new Runtime({
      clock: office.clock,
      wall: () => Date.UTC(2026, 0, 1) + office.clock.now(),
      random: crypto,
      userAgent: this.userAgent,
      transport: port,
      media: this.media,
      settings: phoneSettings({
        accounts: [{ id, user, domain: 'office.example', transport: 'udp', register: false }],
        ...wishes,
      }),
      strict: true,
      journal: (entry) => this.journal.push(entry),
      ...options,
    });
  }

  /** Press, and say how it ended; `undefined` while it has not. */
  do(intent: Intent, origin: Origin = KEYS): { outcome: Settlement | undefined } {
    const result: { outcome: Settlement | undefined } = { outcome: undefined };
    this.runtime.submit(intent, origin, (outcome) => {
      result.outcome = outcome;
    });
    return result;
  }

  /** State of line `n`. */
  line(n: number): string {
    return this.runtime.snapshot().lines[n - 1]!.state;
  }

  /** Let `ms` pass. */
  wait(ms: number): this {
    this.#office.clock.advance(ms);
    return this;
  }
}

export function seededCrypto(seed: number): Crypto {
  const random = new SeededRandom(seed);
  return {
    bytes: (count) => random.bytes(count),
    hash: (algorithm, text) =>
      createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
        .update(text, 'utf8')
        .digest('hex'),
  };
}
