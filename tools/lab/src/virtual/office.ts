import type { Intent } from '@switchhook/phone';
import { type Kept, phoneSettings } from '@switchhook/phone';
import { Runtime } from '@switchhook/phone/node';
import { type Millis, token } from '@switchhook/sans-io';
import { SeededRandom, VirtualClock } from '@switchhook/sans-io/testing';
import { type Crypto, Shell, type UserAgentSettings } from '@switchhook/sip-core';
import type { MakeUserAgent } from '../exchange/b2bua.ts';
import { type Exchange, makeExchange } from '../exchange/exchange.ts';
import type { ExchangeStyle } from '../exchange/settings.ts';
import { VirtualNetwork } from '../network/virtual-network.ts';
import { Recording } from '../recorder/recording.ts';
import type { Act, Person } from './acts.ts';
import { SilentMedia } from './media-port.ts';
import { type Sabotage, sabotaged } from './sabotage.ts';
import { sipPort } from './sip-port.ts';

const DOMAIN = 'office.example';

/** Who is where in the virtual network. */
export const HOSTS: Readonly<Record<Person | 'exchange', string>> = {
  exchange: '10.0.0.1',
  receptionist: '10.0.0.10',
  caller: '10.0.0.11',
  specialist: '10.0.0.99',
};

/** Names by host, for ladders and the oracle. */
export const NAMES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(HOSTS).map(([name, host]) => [host, name]),
);

const USERS: Readonly<Record<Person, string>> = { receptionist: '1000', caller: '1001', specialist: '9999' };

/** What a virtual office is made of. */
export interface OfficeOptions {
  readonly seed: number;
  readonly style: ExchangeStyle;
  readonly make: MakeUserAgent;
  /** Hashes, and random bytes out of a seed. */
  readonly crypto: (seed: number) => Crypto;
  readonly sabotage?: Sabotage | undefined;
  readonly kept?: Kept;
}

/** One phone with its person's hands on it. */
export class Desk {
  readonly who: Person;
  readonly runtime: Runtime;
  readonly media: SilentMedia;
  readonly #office: VirtualOffice;
  crashed = false;

  constructor(office: VirtualOffice, who: Person, runtime: Runtime, media: SilentMedia) {
    this.#office = office;
    this.who = who;
    this.runtime = runtime;
    this.media = media;
  }

  /** The person does something. */
  press(intent: Intent): void {
    if (this.crashed) return;
    const detail =
      'digit' in intent
        ? ` ${intent.digit}`
        : 'line' in intent
          ? ` ${intent.line}`
          : 'to' in intent
            ? ` ${intent.to}`
            : '';
    this.#office.note({ atMs: this.#office.clock.now(), who: this.who, what: `${intent.verb}${detail}` });
    this.runtime.submit(intent, { door: 'keys' });
  }

  /** The power goes. */
  crash(): void {
    if (this.crashed) return;
    this.crashed = true;
    this.#office.note({ atMs: this.#office.clock.now(), who: this.who, what: 'crash' });
    this.runtime.close();
  }
}

/** A telephone office in virtual time: three real runtimes, an exchange, a network that is recorded. */
export class VirtualOffice {
  readonly clock = new VirtualClock();
  readonly network: VirtualNetwork;
  readonly recording = new Recording();
  readonly exchange: Exchange;
  readonly acts: Act[] = [];
  readonly desks: Readonly<Record<Person, Desk>>;
  readonly #shell: Shell;

  constructor(options: OfficeOptions) {
    const { seed, style, make, crypto, sabotage } = options;
    this.network = new VirtualNetwork(this.clock, new SeededRandom(seed));
    this.network.record = this.recording.add;
    const extensions = Object.values(USERS).map((user) => ({ user, password: `secret ${user}` }));
    this.exchange = makeExchange(
      style,
      {
        host: HOSTS.exchange,
        port: 5060,
        domain: DOMAIN,
        extensions,
        algorithms: ['SHA-256', 'MD5'],
        crypto: crypto(seed + 1),
      },
      make,
    );
    this.#shell = new Shell(this.exchange, {
      clock: this.clock,
      transport: sipPort(this.network.attach(`${HOSTS.exchange}:5060`)),
      onEvent: () => {},
    });
    const desk = (who: Person, salt: number) =>
      this.#desk(who, options, crypto(seed + salt), who === 'receptionist' ? sabotage : undefined);
    this.desks = {
      receptionist: desk('receptionist', 2),
      caller: desk('caller', 3),
      specialist: desk('specialist', 4),
    };
    for (const one of Object.values(this.desks)) one.runtime.start();
  }

  note(act: Act): void {
    this.acts.push(act);
  }

  /** Let `spanMs` pass. */
  pass(spanMs: Millis): void {
    this.clock.advance(spanMs);
  }

  /** All phones and the exchange stop at once. */
  close(): void {
    for (const desk of Object.values(this.desks)) desk.runtime.close();
    this.#shell.close();
  }

  #desk(who: Person, options: OfficeOptions, crypto: Crypto, sabotage: Sabotage | undefined): Desk {
    const host = HOSTS[who];
    const user = USERS[who];
    const id = token<'account'>(user);
    const settings: UserAgentSettings = {
      accounts: [
        {
          id,
          user,
          domain: DOMAIN,
          password: `secret ${user}`,
          transport: 'udp',
          server: { host: HOSTS.exchange, port: 5060 },
          register: true,
        },
      ],
      local: { udp: { host, port: 5060 } },
      crypto,
    };
    const media = new SilentMedia(this.clock, host);
    const runtime = new Runtime({
      clock: this.clock,
      wall: () => this.clock.now(),
      random: crypto,
      userAgent: sabotaged(options.make(settings), sabotage),
      transport: sipPort(this.network.attach(`${host}:5060`)),
      media,
      settings: phoneSettings({
        accounts: [{ id, user, domain: DOMAIN, transport: 'udp', register: true }],
        acceptRefer: 'same-dialog',
      }),
      strict: true,
    });
    return new Desk(this, who, runtime, media);
  }
}
