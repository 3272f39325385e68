import { type Intent, type Kept, type PhoneAccount, type PhoneSettings, phoneSettings } from '@switchhook/phone';
import { type JournalEntry, Runtime } from '@switchhook/phone/node';
import { type Millis, token } from '@switchhook/sans-io';
import { SeededRandom, VirtualClock } from '@switchhook/sans-io/testing';
import { type Crypto, Shell, type UserAgentSettings } from '@switchhook/sip-core';
import type { MakeUserAgent } from '../exchange/b2bua.ts';
import { type Exchange, makeExchange } from '../exchange/exchange.ts';
import { NotifyingExchange } from '../exchange/notifying.ts';
import type { ExchangeStyle } from '../exchange/settings.ts';
import { VirtualNetwork } from '../network/virtual-network.ts';
import { Recording } from '../recorder/recording.ts';
import { type Act, PERSONS, type Person } from './acts.ts';
import { SilentMedia } from './media-port.ts';
import type { Sound } from './oracle.ts';
import { type Sabotage, sabotaged } from './sabotage.ts';
import { sipPort } from './sip-port.ts';

const DOMAIN = 'office.example';
const LONG_S = 3600;

/** Who is where in the virtual network. */
export const HOSTS: Readonly<Record<Person | 'exchange', string>> = {
  exchange: '10.0.0.1',
  receptionist: '10.0.0.10',
  caller: '10.0.0.11',
  specialist: '10.0.0.99',
  second: '10.0.0.12',
  colleague: '10.0.0.13',
  visitor: '10.0.0.14',
  bookkeeper: '10.0.0.15',
  porter: '10.0.0.16',
};

/** Names by host, for ladders and the oracle. */
export const NAMES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(HOSTS).map(([name, host]) => [host, name]),
);

/** Extensions. */
export const USERS: Readonly<Record<Person, string>> = {
  receptionist: '1000',
  caller: '1001',
  specialist: '9999',
  second: '1002',
  colleague: '1003',
  visitor: '1004',
  bookkeeper: '1005',
  porter: '1006',
};

/** What a virtual office is made of. */
export interface OfficeOptions {
  readonly seed: number;
  readonly style: ExchangeStyle;
  readonly make: MakeUserAgent;
  /** Hashes, and random bytes out of a seed. */
  readonly crypto: (seed: number) => Crypto;
  readonly sabotage?: Sabotage | undefined;
  readonly kept?: Kept;
  /** How many telephones there are, 3 to 8. Default 3. */
  readonly phones?: number;
  /** See `ExchangeSettings`. */
  readonly endsBothLegs?: boolean;
  /** How long a registration lasts. Default: so long that nobody registers again while an office lasts. 0 = the exchange knows its phones. */
  readonly registeredS?: number;
  /** See `ExchangeSettings`. */
  readonly trusts?: 'digest' | 'address';
  /** See `ExchangeSettings`. */
  readonly notifies?: boolean;
  /** What the person of a phone has configured otherwise, `mwi` of its account among it. */
  readonly wishes?: (who: Person) => Partial<PhoneSettings> & Pick<PhoneAccount, 'mwi' | 'pickup'>;
  /** What each phone tells its journal. */
  readonly journal?: (who: Person, entry: JournalEntry) => void;
}

/** A telephone as power makes it. */
interface Phone {
  readonly runtime: Runtime;
  readonly media: SilentMedia;
}

/** One phone with its person's hands on it. */
export class Desk {
  readonly who: Person;
  readonly #office: VirtualOffice;
  readonly #power: () => Phone;
  #phone: Phone;
  crashed = false;

  constructor(office: VirtualOffice, who: Person, power: () => Phone) {
    this.#office = office;
    this.who = who;
    this.#power = power;
    this.#phone = power();
  }

  get runtime(): Runtime {
    return this.#phone.runtime;
  }

  get media(): SilentMedia {
    return this.#phone.media;
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

  /** The power is back; nothing of before is known. */
  restart(): void {
    if (!this.crashed) return;
    this.#phone = this.#power();
    this.crashed = false;
    this.#office.note({ atMs: this.#office.clock.now(), who: this.who, what: 'restart' });
    this.runtime.start();
  }
}

/** A telephone office in virtual time: three to eight real runtimes, an exchange, a network that is recorded. */
export class VirtualOffice {
  readonly clock = new VirtualClock();
  readonly network: VirtualNetwork;
  readonly recording = new Recording();
  readonly acts: Act[] = [];
  readonly sounds: Sound[] = [];
  /** Everybody who has a phone here, the receptionist first. */
  readonly staff: readonly Desk[];
  /** The three that are always there. */
  readonly desks: Readonly<Record<'receptionist' | 'caller' | 'specialist', Desk>>;
  readonly #options: OfficeOptions;
  #exchange: Exchange;
  #shell: Shell;
  #starts = 0;

  constructor(options: OfficeOptions) {
    this.#options = options;
    const { seed, crypto, sabotage } = options;
    this.network = new VirtualNetwork(this.clock, new SeededRandom(seed));
    this.network.record = this.recording.add;
    [this.#exchange, this.#shell] = this.#startExchange();
    this.staff = PERSONS.slice(0, options.phones ?? 3).map((who, i) => {
      const random = crypto(seed + 2 + i);
      return new Desk(this, who, () => this.#phone(who, random, who === 'receptionist' ? sabotage : undefined));
    });
    const [receptionist, caller, specialist] = this.staff as [Desk, Desk, Desk];
    this.desks = { receptionist, caller, specialist };
    for (const desk of this.staff) desk.runtime.start();
  }

  get exchange(): Exchange {
    return this.#exchange;
  }

  /** The exchange decides something by itself; what it has to send because of that leaves at once. */
  exchangeActs(act: (exchange: NotifyingExchange) => void): void {
    if (!(this.#exchange instanceof NotifyingExchange)) throw new Error('this exchange notifies nobody');
    act(this.#exchange);
    // a connection that never was: it makes the loop look
    this.#shell.submit({ type: 'closed', flow: { transport: 'tcp', host: HOSTS.exchange, port: 0 } });
  }

  note(act: Act): void {
    this.acts.push(act);
  }

  /** The exchange loses power and is back at once: calls that ran through it are unknown to it, and so are the phones. */
  restartExchange(): void {
    this.#shell.close();
    this.note({ atMs: this.clock.now(), who: 'exchange', what: 'restart' });
    [this.#exchange, this.#shell] = this.#startExchange();
  }

  /** Let `spanMs` pass. */
  pass(spanMs: Millis): void {
    this.clock.advance(spanMs);
  }

  /** All phones and the exchange stop at once. */
  close(): void {
    for (const desk of this.staff) desk.runtime.close();
    this.#shell.close();
  }

  #startExchange(): [Exchange, Shell] {
    const { style, make, crypto, seed, endsBothLegs, trusts, registeredS, phones, notifies } = this.#options;
    const exchange = makeExchange(
      style,
      {
        host: HOSTS.exchange,
        port: 5060,
        domain: DOMAIN,
        extensions: Object.values(USERS).map((user) => ({ user, password: `secret ${user}` })),
        algorithms: ['MD5'],
        crypto: crypto(seed + 1 + 1000 * this.#starts++),
        ...(endsBothLegs === undefined ? {} : { endsBothLegs }),
        ...(trusts === undefined ? {} : { trusts }),
        ...(notifies === undefined ? {} : { notifies }),
      },
      make,
    );
    if (registeredS === 0)
      for (const who of PERSONS.slice(0, phones ?? 3)) {
        const host = HOSTS[who];
        exchange.know(USERS[who], `sip:${USERS[who]}@${host}:5060`, { transport: 'udp', host, port: 5060 });
      }
    const shell = new Shell(exchange, {
      clock: this.clock,
      transport: sipPort(this.network.attach(`${HOSTS.exchange}:5060`)),
      onEvent: () => {},
    });
    return [exchange, shell];
  }

  #phone(who: Person, crypto: Crypto, sabotage: Sabotage | undefined): Phone {
    const host = HOSTS[who];
    const user = USERS[who];
    const id = token<'account'>(user);
    const { kept, journal, make, registeredS } = this.#options;
    const register = registeredS !== 0;
    const { mwi, pickup, ...wishes } = this.#options.wishes?.(who) ?? {};
    const settings: UserAgentSettings = {
      accounts: [
        {
          id,
          user,
          domain: DOMAIN,
          password: `secret ${user}`,
          transport: 'udp',
          server: { host: HOSTS.exchange, port: 5060 },
          register,
          expiresS: registeredS || LONG_S,
        },
      ],
      local: { udp: { host, port: 5060 } },
      crypto,
    };
    const media = new SilentMedia(this.clock, host);
    media.onJoined = (connected, bridged) => this.sounds.push({ who, atMs: this.clock.now(), connected, bridged });
    const runtime = new Runtime({
      clock: this.clock,
      wall: () => this.clock.now(),
      random: crypto,
      userAgent: sabotaged(make(settings), sabotage),
      transport: sipPort(this.network.attach(`${host}:5060`)),
      media,
      settings: phoneSettings({
        accounts: [
          {
            id,
            user,
            domain: DOMAIN,
            transport: 'udp',
            register,
            ...(mwi === undefined ? {} : { mwi }),
            ...(pickup === undefined ? {} : { pickup }),
          },
        ],
        acceptRefer: 'same-dialog',
        ...wishes,
      }),
      strict: true,
      ...(kept === undefined ? {} : { kept }),
      ...(journal === undefined ? {} : { journal: (entry: JournalEntry) => journal(who, entry) }),
    });
    return { runtime, media };
  }
}
