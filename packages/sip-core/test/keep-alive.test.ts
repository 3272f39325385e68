import assert from 'node:assert/strict';
import { token } from '@switchhook/sans-io';
import { SeededRandom, VirtualClock } from '@switchhook/sans-io/testing';
import {
  type Flow,
  parseMessage,
  printMessage,
  responseTo,
  Shell,
  type SipTransportListener,
  UserAgent,
  type UserAgentEvent,
} from '@switchhook/sip-core';
import { test } from 'uvu';
import { seededCrypto } from './office.ts';

/** A phone registered over a stream to a server that answers keep-alives as long as `pongs` says. */
class StreamOffice {
  readonly clock = new VirtualClock(1_000_000);
  readonly events: UserAgentEvent[] = [];
  /** When keep-alives and REGISTERs came, s. */
  readonly pings: number[] = [];
  registers = 0;
  ended = 0;
  endedAt = 0;
  pongs = true;
  #connection = 1;
  #listener: SipTransportListener | undefined;

  constructor() {
    const id = token<'account'>('a');
    const server = { host: '192.0.2.9', port: 5061 };
    const account = {
      id,
      user: 'a',
      domain: 'example.com',
      transport: 'tls',
      server,
      register: true,
      expiresS: 7200,
    } as const;
    const crypto = seededCrypto(new SeededRandom(1));
    const agent = new UserAgent({ accounts: [account], local: { tls: { host: '192.0.2.1', port: 5061 } }, crypto });
    const shell = new Shell(agent, {
      clock: this.clock,
      transport: {
        local: {},
        listen: (listener) => {
          this.#listener = listener;
        },
        send: (_flow, bytes) => this.#heard(bytes),
        end: () => {
          this.ended++;
          this.endedAt = this.clock.now() / 1000;
          this.#connection++;
        },
        close: () => undefined,
      },
      onEvent: (event) => this.events.push(event),
    });
    shell.submit({ type: 'register', account: id });
  }

  #say(bytes: Uint8Array): void {
    const flow: Flow = { transport: 'tls', host: '192.0.2.9', port: 5061, connection: this.#connection };
    this.clock.alarm(this.clock.now() + 5, () => this.#listener?.received(flow, bytes));
  }

  #heard(bytes: Uint8Array): void {
    if (bytes.length === 4) {
      this.pings.push(this.clock.now() / 1000);
      if (this.pongs) this.#say(new TextEncoder().encode('\r\n'));
      return;
    }
    const read = parseMessage(bytes, 'stream');
    if (!read.ok || read.value.kind !== 'request') return;
    this.registers++;
    const contact = read.value.headers.get('Contact')!;
    this.#say(printMessage(responseTo(read.value, 200, undefined, { toTag: 's', headers: [['Contact', contact]] })));
  }

  states(): string[] {
    return this.events.flatMap((event) => (event.type === 'registration' ? [event.state.name] : []));
  }
}

test('RFC 5626 §4.4.1: a double CRLF every 95 to 120 s over a stream', () => {
  const office = new StreamOffice();
  office.clock.advance(1_000_000);
  assert.ok(office.pings.length >= 8 && office.pings.length <= 10, `${office.pings.length}`);
  assert.equal(office.ended, 0);
});

test('RFC 5626 §4.4.1: a server that answered before and does not now is given up after 10 s, and registered with anew', () => {
  const office = new StreamOffice();
  office.clock.advance(300_000);
  office.pongs = false;
  const before = office.registers;
  const asked = office.pings.length;
  office.clock.advance(145_000);
  assert.equal(office.ended, 1);
  assert.equal(office.endedAt, office.pings[asked]! + 10);
  assert.deepEqual(office.states().slice(-3), ['failed', 'registering', 'registered']);
  assert.equal(office.registers, before + 1);
});

test('RFC 5626 §4.4.1: a server that never answers keep-alives is left in peace', () => {
  const office = new StreamOffice();
  office.pongs = false;
  office.clock.advance(3_000_000);
  assert.equal(office.ended, 0);
  assert.equal(office.registers, 1);
});

test.run();
