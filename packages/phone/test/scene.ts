import assert from 'node:assert/strict';
import { token } from '@switchhook/sans-io';
import { SeededRandom, VirtualClock } from '@switchhook/sans-io/testing';
import {
  type Account,
  cseqOf,
  fromTagOf,
  newBranch,
  parseMessage,
  parseUri,
  printMessage,
  type SipMessage,
  type SipTransportListener,
  toTagOf,
  UserAgent,
} from '@switchhook/sip-core';
import { type ProfileName, profiles, type TransferRules } from '@switchhook/transfer';
import type { PhoneNotice } from '../src/control/protocol.ts';
import { lamps } from '../src/index.ts';
import type { Intent } from '../src/intent.ts';
import { type JournalEntry, Runtime } from '../src/node/index.ts';
import type { PhoneSettings, Settlement } from '../src/reducer/door.ts';
import { phoneSettings } from '../src/reducer/settings.ts';
import { RecordingMedia, seededCrypto } from './office.ts';
import { Party, type PartyOptions } from './party.ts';

/** One way of one datagram. */
const WAY_MS = 2;
export const PHONE = '10.0.0.2';
export const EXCHANGE = '10.0.0.1';

export interface SceneOptions {
  readonly profile?: ProfileName;
  readonly rules?: Partial<TransferRules>;
  readonly settings?: Partial<PhoneSettings>;
  /** A second account, `other` at other.example, whose server is 10.0.9.1. */
  readonly secondAccount?: boolean;
}

/** Something that went over the network. */
export interface Seen {
  readonly at: number;
  readonly from: string;
  readonly to: string;
  readonly message: SipMessage | undefined;
  readonly text: string;
}

/**
 * One whole phone (reducer, runtime, user agent, transfer machine) on a stage in virtual time. Everything beyond its
 * socket is a `Party` that speaks wire messages; the phone's account `desk` is at the exchange 10.0.0.1.
 */
export class Scene {
  readonly clock = new VirtualClock(1000);
  readonly media = new RecordingMedia(PHONE);
  readonly journal: JournalEntry[] = [];
  readonly notices: PhoneNotice[] = [];
  readonly wire: Seen[] = [];
  readonly userAgent: UserAgent;
  readonly runtime: Runtime;
  /** Return false to lose what is on its way. */
  weather: (seen: Seen) => boolean = () => true;
  readonly #parties: Party[] = [];
  readonly #random = new SeededRandom(7);
  #listener: SipTransportListener | undefined;

  constructor({ profile = 'generic', rules = {}, settings = {}, secondAccount = false }: SceneOptions = {}) {
    const crypto = seededCrypto(11);
    const names = secondAccount ? ['desk', 'other'] : ['desk'];
    const accounts = names.map(accountOf);
    const local = { udp: { host: PHONE, port: 5060 } };
    this.userAgent = new UserAgent({ accounts, local, crypto });
    this.runtime = new Runtime({
      clock: this.clock,
      wall: () => Date.UTC(2026, 0, 1) + this.clock.now(),
      random: crypto,
      userAgent: this.userAgent,
      transport: {
        local,
        listen: (listener) => {
          this.#listener = listener;
        },
        send: (flow, bytes) => this.#carry(PHONE, flow.host, bytes.slice()),
        end: () => {},
        close: () => {},
      },
      media: this.media,
      settings: phoneSettings({
        accounts: accounts.map(({ id, user, domain, transport, register, server }) => ({
          id,
          user,
          domain,
          transport,
          register,
          nextHop: `${server.host}:${server.port}`,
        })),
        transfer: { ...profiles[profile], ...rules },
        ...settings,
      }),
      strict: true,
      journal: (entry) => this.journal.push(entry),
    });
    this.runtime.subscribe({ notice: (notice) => this.notices.push(notice) });
  }

  // ------------------------------------------------------------------------------------------------------- the cast

  party(number: string, options: PartyOptions = {}): Party {
    const line = {
      phone: { aor: 'sip:desk@office.example', host: PHONE },
      send: (from: string, bytes: Uint8Array | SipMessage) =>
        this.#carry(from, PHONE, bytes instanceof Uint8Array ? bytes : printMessage(bytes)),
      branch: () => newBranch(this.#random),
    };
    const party = new Party(line, number, options);
    this.#parties.push(party);
    return party;
  }

  /** Any octets from anywhere. */
  throwIn(from: string, text: string | Uint8Array): void {
    this.#carry(from, PHONE, typeof text === 'string' ? new TextEncoder().encode(text) : text);
  }

  // --------------------------------------------------------------------------------------------------------- the acts

  /** The person presses, and a moment passes. */
  press(intent: Intent): { readonly outcome: Settlement | undefined } {
    const result: { outcome: Settlement | undefined } = { outcome: undefined };
    this.runtime.submit(intent, { door: 'keys' }, (outcome) => {
      result.outcome = outcome;
    });
    this.ms(50);
    return result;
  }

  ms(count: number): this {
    this.clock.advance(count);
    return this;
  }

  seconds(count: number): this {
    return this.ms(count * 1000);
  }

  /** `caller` calls and is answered by lifting the handset. */
  talking(caller: Party): void {
    caller.calls();
    this.ms(50);
    this.press({ verb: this.runtime.state.hook === 'on' ? 'hook.lift' : 'call.answer' });
    assert.equal(this.phase(caller), 'talking');
  }

  /** The caller is held and `target` is called, ringing. */
  calling(caller: Party, target: Party): void {
    this.talking(caller);
    this.press({ verb: 'transfer.start', to: target.number });
    target.rings();
    this.ms(50);
    assert.deepEqual(this.stage, { [caller.number]: 'held', [target.number]: 'ringback' });
  }

  /** The caller is held and the person talks with the target. */
  consulting(caller: Party, target: Party): void {
    this.calling(caller, target);
    target.answers();
    this.ms(50);
    assert.deepEqual(this.stage, { [caller.number]: 'held', [target.number]: 'talking' });
  }

  /** As `consulting`, then Transfer: `referee` has the REFER and has not answered it. */
  referring(caller: Party, target: Party, referee = caller): void {
    this.consulting(caller, target);
    this.press({ verb: 'transfer.complete' });
    referee.request('REFER');
  }

  /** As `referring`, and the REFER was accepted. */
  accepted(caller: Party, target: Party, status = 202): void {
    this.referring(caller, target);
    caller.reply('REFER', status);
    this.ms(50);
  }

  // ------------------------------------------------------------------------------------------------ what there is to see

  phase(party: Party): string | undefined {
    return this.stage[party.number];
  }

  /** Phases of all calls by number. */
  get stage(): Record<string, string> {
    return Object.fromEntries(this.runtime.state.calls.map((call) => [call.number, call.phase.name]));
  }

  /** The verdicts that the person and MQTT were told. */
  get verdicts(): string[] {
    return this.notices.flatMap((notice) => {
      const { event_type, evidence, reason, code } = notice;
      if (!/^transfer(Completed|Failed|Unknown)$/.test(event_type)) return [];
      return [[event_type.slice('transfer'.length).toLowerCase(), evidence ?? reason, code].filter(Boolean).join(' ')];
    });
  }

  get display(): string {
    return this.runtime.snapshot().display.join(' | ');
  }

  get canDo(): readonly string[] {
    return this.runtime.snapshot().canDo;
  }

  lamp(name: string): string | undefined {
    return lamps(this.runtime.state)[name];
  }

  /** Whom microphone and ear are connected to, `2001` or `2001+9999`. */
  get ear(): string | undefined {
    const connect: unknown = this.runtime.state.sounds.connect;
    const ids: readonly unknown[] = Array.isArray(connect) ? connect : [connect];
    const numbers = this.runtime.state.calls.filter((call) => ids.includes(call.id)).map((call) => call.number);
    return numbers.length === 0 ? undefined : numbers.join('+');
  }

  /** Words of notes in the journal. */
  get notes(): string[] {
    return this.journal.flatMap((entry) => (entry.type === 'note' ? [entry.word] : []));
  }

  /** Requests of a method that the phone has sent, retransmissions left out. */
  sent(method: string): SipMessage[] {
    const branches = new Set<string>();
    return this.wire.flatMap(({ from, message }) => {
      if (from !== PHONE || message?.kind !== 'request' || message.method !== method) return [];
      const branch = message.headers.get('Via') ?? '';
      if (branches.has(branch)) return [];
      branches.add(branch);
      return [message];
    });
  }

  /** Everybody hangs up; after the longest timer nothing is left. `afterS` for a subscription of an hour. */
  over(afterS = 700): void {
    for (const { id } of this.runtime.state.calls) this.press({ verb: 'call.hangup', callId: id });
    this.seconds(2);
    this.press({ verb: 'hook.put-down' });
    this.seconds(afterS);
    const { registrations: _, ...rest } = this.userAgent.census();
    assert.deepEqual(rest, { transactions: 0, dialogs: 0, subscriptions: 0, timers: 0, calls: 0 });
    assert.deepEqual([this.runtime.state.calls.length, this.runtime.state.transfers.length], [0, 0]);
    assert.deepEqual(this.runtime.leftovers, { timers: 0, tickets: 0, sessions: 0 });
  }

  // -------------------------------------------------------------------------------------------------------- the network

  #carry(from: string, to: string, bytes: Uint8Array): void {
    const read = parseMessage(bytes, 'datagram');
    const message = read.ok ? read.value : undefined;
    const seen: Seen = { at: this.clock.now(), from, to, message, text: new TextDecoder().decode(bytes) };
    this.wire.push(seen);
    if (!this.weather(seen)) return;
    this.clock.alarm(this.clock.now() + WAY_MS, () => {
      if (to === PHONE) this.#listener?.received({ transport: 'udp', host: from, port: 5060 }, bytes);
      else if (message !== undefined) this.#party(message)?.receive(message);
    });
  }

  /** Whose dialog a message of the phone belongs to; the first INVITE to a number opens one. */
  #party(message: SipMessage): Party | undefined {
    const callId = message.headers.get('Call-ID') ?? '';
    const known = this.#parties.filter((party) => party.callId === callId);
    if (known.length > 0) {
      const tag = message.kind === 'request' ? toTagOf(message) : fromTagOf(message);
      return known.find((party) => party.tag === tag) ?? known[0];
    }
    if (message.kind === 'response' || cseqOf(message).method !== 'INVITE') return undefined;
    const uri = parseUri(message.uri);
    const user = uri.ok ? uri.value.user : undefined;
    return this.#parties.find((party) => party.number === user && party.phoneTag === '');
  }
}

function accountOf(name: string): Account {
  const second = name !== 'desk';
  return {
    id: token<'account'>(name),
    user: name,
    domain: second ? 'other.example' : 'office.example',
    password: `secret of ${name}`,
    transport: 'udp',
    server: { host: second ? '10.0.9.1' : EXCHANGE, port: 5060 },
    register: false,
  };
}
