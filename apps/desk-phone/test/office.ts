import { createHash } from 'node:crypto';
import { type KeyTable, phoneSettings } from '@switchhook/phone';
import { type JournalEntry, Runtime } from '@switchhook/phone/node';
import type { Endpoint, MediaPort } from '@switchhook/rtp-media';
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
import { Hands } from '../src/hands.ts';

const WAY_MS = 2;
const PROXY = '10.0.0.1';

/** Phones with hands on them, a stateless proxy (RFC 3261 §16.11) between them, and virtual time. */
export class Office {
  readonly clock = new VirtualClock(1000);
  readonly #listeners = new Map<string, SipTransportListener>();
  readonly #hosts = new Map<string, string>();

  phone(user: string, keys?: KeyTable): Phone {
    const host = `10.0.0.${this.#hosts.size + 2}`;
    this.#hosts.set(user, host);
    return new Phone(this, user, host, keys);
  }

  /** The network's end of a phone at `host`. */
  port(host: string): SipTransport {
    return {
      local: { udp: { host, port: 5060 } },
      listen: (listener) => void this.#listeners.set(host, listener),
      send: (flow: Flow, bytes: Uint8Array) => this.#carry(host, flow.host, bytes),
      end: () => {},
      close: () => void this.#listeners.delete(host),
    };
  }

  #carry(from: string, to: string, bytes: Uint8Array): void {
    const copy = bytes.slice();
    this.clock.alarm(this.clock.now() + WAY_MS, () => {
      if (to === PROXY) this.#forward(from, copy);
      else this.#listeners.get(to)?.received({ transport: 'udp', host: from, port: 5060 }, copy);
    });
  }

  #forward(from: string, bytes: Uint8Array): void {
    const parsed = parseMessage(bytes, 'datagram');
    if (!parsed.ok) throw new Error(`the proxy got ${parsed.fault}`);
    const message = parsed.value.kind === 'request' ? markReceived(parsed.value, from, 5060) : parsed.value;
    const headers = message.headers.clone();
    if (message.kind === 'response') {
      headers.deleteFirst('Via');
      const next = parseVia(headers.list('Via')[0] ?? '');
      if (!next.ok) return;
      this.#carry(PROXY, next.value.params.get('received') ?? next.value.host, printMessage({ ...message, headers }));
      return;
    }
    if (headers.has('Route')) headers.deleteFirst('Route');
    const uri = parseUri(message.uri);
    if (!uri.ok) throw new Error(`the proxy cannot read ${message.uri}`);
    const to = uri.value.host === 'office.example' ? this.#hosts.get(uri.value.user ?? '') : uri.value.host;
    const via = parseVia(headers.list('Via')[0] ?? '');
    headers.prepend('Via', `SIP/2.0/UDP ${PROXY}:5060;branch=${via.ok ? via.value.branch : ''}p`);
    if (message.method === 'INVITE') headers.prepend('Record-Route', `<sip:${PROXY};lr>`);
    if (to !== undefined) this.#carry(PROXY, to, printMessage({ ...message, headers }));
  }
}

/** One phone of the office. */
export class Phone {
  readonly runtime: Runtime;
  readonly hands: Hands;
  /** What was wanted, and through which door: `keys key.transfer`. */
  readonly wanted: string[] = [];

  constructor(office: Office, user: string, host: string, keys: KeyTable | undefined) {
    const id = token<'account'>(user);
    const crypto = seededCrypto(Number(host.split('.')[3]));
    const account = { id, user, domain: 'office.example', transport: 'udp', register: false } as const;
    this.runtime = new Runtime({
      clock: office.clock,
      wall: () => Date.UTC(2026, 0, 1) + office.clock.now(),
      random: crypto,
      userAgent: new UserAgent({
        accounts: [{ ...account, server: { host: PROXY, port: 5060 } }],
        local: { udp: { host, port: 5060 } },
        crypto,
      }),
      transport: office.port(host),
      media: silentMedia(host),
      settings: phoneSettings({ accounts: [account], acceptRefer: 'same-dialog' }),
      strict: true,
      journal: (entry) => this.#note(entry),
    });
    this.hands = new Hands({ runtime: this.runtime, clock: office.clock, ...(keys === undefined ? {} : { keys }) });
  }

  /** States of the lines that are not idle. */
  get lines(): readonly string[] {
    return this.runtime
      .snapshot()
      .lines.map((line) => line.state)
      .filter((state) => state !== 'idle');
  }

  #note(entry: JournalEntry): void {
    if (entry.type === 'intent') this.wanted.push(`${entry.origin.door} ${entry.verb}`);
  }
}

function silentMedia(host: string): MediaPort {
  let port = 20_000;
  return {
    onEvent: () => {},
    open: (): Endpoint => {
      port += 2;
      return { host, port };
    },
    send: () => {},
    close: () => {},
  };
}

function seededCrypto(seed: number): Crypto {
  const random = new SeededRandom(seed);
  return {
    bytes: (count) => random.bytes(count),
    hash: (algorithm, text) =>
      createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
        .update(text, 'utf8')
        .digest('hex'),
  };
}
