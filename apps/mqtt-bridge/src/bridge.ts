// control socket ──lines──►┌────────┐──publish──► broker
//                          │ bridge │
// control socket ◄──lines──└────────┘◄──message── broker
// Says `online` only while both sides stand; the retained picture is painted anew at every joint.
import type { Acknowledgement, CommandLine, PhoneNotice, Publication } from '@switchhook/phone/control';
import { type Core, Deadlines, earliest, type Millis } from '@switchhook/sans-io';
import { CommandDesk, type DeskOut, type DeskSettings, type PhonePicture } from './command-desk.ts';
import { diagnosis, type MachineFigures } from './diagnosis.ts';
import { Discovery, type DiscoverySettings } from './discovery.ts';
import type { BrokerMessage } from './order.ts';
import { paint, type StateLine } from './picture.ts';
import { Retained } from './retained.ts';
import type { Topics } from './topics.ts';

export type { BrokerMessage } from './order.ts';

export type BridgeIn =
  | BrokerMessage
  | { readonly type: 'broker-joined' }
  /** `takenOver`: somebody else has joined with our client id. */
  | { readonly type: 'broker-left'; readonly takenOver?: boolean }
  /** With the verbs that the phone's hello names. */
  | { readonly type: 'phone-joined'; readonly verbs: readonly string[] }
  | { readonly type: 'phone-left' }
  | { readonly type: 'phone-published'; readonly publication: Publication }
  | { readonly type: 'phone-answered'; readonly answer: Acknowledgement }
  /** The broker's ACL does not let us write there. */
  | { readonly type: 'publish-refused'; readonly topic: string }
  /** The process is about to end: say `offline` first, for a clean disconnect sends no will. */
  | { readonly type: 'closing' };

export type BridgeOut = DeskOut;

export interface BridgeSettings extends DeskSettings {
  readonly topics: Topics;
  readonly version: string;
  /** MQTT keep-alive: `online` is said again after twice this, in case an old session's will lands late. */
  readonly keepAliveMs: number;
  readonly discovery: DiscoverySettings;
  /** Whether `event/media` is published. */
  readonly media: boolean;
  /** What is not right with the way to the broker, for `diag`. */
  readonly warnings: readonly string[];
  readonly machine: () => MachineFigures;
  /** From 0 to 1. */
  readonly random: () => number;
}

const DIAG_EVERY_MS = 30_000;
/** A fleet that hears Home Assistant start does not answer in one voice. */
const BIRTH_WITHIN_MS = 3000;

/** The bridge between one phone and one broker. `now` is a clock that nobody sets; the calendar comes by `wall`. */
export class Bridge implements Core<BridgeIn, BridgeOut> {
  readonly #settings: BridgeSettings;
  readonly #timers = new Deadlines<'online-again' | 'diag' | 'birth'>();
  readonly #retained = new Retained();
  readonly #desk: CommandDesk;
  readonly #discovery: Discovery;
  readonly #began: Millis;
  readonly #refusedTopics = new Set<string>();
  #broker = false;
  #phone = false;
  #verbs: readonly string[] = [];
  #state: StateLine | undefined;
  #transfer: PhonePicture['transfer'];
  #asked = 0;
  #joints = 0;
  #takeovers = 0;

  constructor(settings: BridgeSettings, now: Millis) {
    this.#settings = settings;
    this.#began = now;
    this.#desk = new CommandDesk(settings, now);
    this.#discovery = new Discovery(settings.discovery, settings.topics, settings.version, settings.lent);
  }

  get deadline(): Millis | undefined {
    return earliest(this.#timers.next, this.#desk.deadline);
  }

  receive(input: BridgeIn, now: Millis): readonly BridgeOut[] {
    switch (input.type) {
      case 'broker-joined':
        this.#broker = true;
        this.#joints += 1;
        this.#retained.forget();
        this.#discovery.forget();
        this.#timers.set('diag', now + DIAG_EVERY_MS);
        return [...this.#paint(), ...this.#askDiagnosis(now), ...this.#sayWhetherOnline(now)];
      case 'broker-left':
        this.#broker = false;
        this.#timers.clearAll();
        if (input.takenOver === true) this.#takeovers += 1;
        return [];
      case 'phone-joined': {
        this.#phone = true;
        this.#verbs = input.verbs;
        const topics = ['state', 'event', ...(this.#settings.media ? ['media'] : [])];
        return [ask({ v: 1, id: 'subscribe', cmd: 'subscribe', args: { topics } })];
      }
      case 'phone-left':
        return this.#phoneLeft(now);
      case 'phone-published':
        return this.#published(input.publication, now);
      case 'phone-answered':
        return this.#answered(input.answer, now);
      case 'message':
        return this.#message(input, now);
      case 'publish-refused':
        if (this.#refusedTopics.has(input.topic) || this.#refusedTopics.size > 50) return [];
        this.#refusedTopics.add(input.topic);
        return [{ type: 'note', word: 'publish-refused', detail: `the broker's ACL forbids ${input.topic}` }];
      case 'closing':
        return this.#broker ? [this.#publish('availability', 'offline', true)] : [];
      default:
        input satisfies never;
        throw new Error('unknown bridge input');
    }
  }

  wake(now: Millis): readonly BridgeOut[] {
    const due = this.#timers.due(now).flatMap((timer): BridgeOut[] => {
      switch (timer) {
        case 'online-again':
          return [this.#publish('availability', this.#online ? 'online' : 'offline', true)];
        case 'diag':
          this.#timers.set('diag', now + DIAG_EVERY_MS);
          return this.#askDiagnosis(now);
        case 'birth':
          this.#retained.forget();
          this.#discovery.forget();
          return [...this.#paint(), ...this.#sayWhetherOnline(now)];
        default:
          timer satisfies never;
          throw new Error('unknown timer');
      }
    });
    return [...due, ...this.#desk.wake(now, this.#picture)];
  }

  get #online(): boolean {
    return this.#broker && this.#phone && this.#state !== undefined;
  }

  get #picture(): PhonePicture {
    return { joined: this.#phone, state: this.#state, transfer: this.#transfer };
  }

  #phoneLeft(now: Millis): BridgeOut[] {
    if (!this.#phone) return [];
    this.#phone = false;
    this.#state = undefined;
    this.#transfer = undefined;
    return [...this.#desk.phoneLeft(this.#picture), ...this.#sayWhetherOnline(now)];
  }

  #message(message: BrokerMessage, now: Millis): BridgeOut[] {
    const asks = this.#settings.topics.ask(message.topic);
    if (asks === undefined) return [{ type: 'note', word: 'foreign-topic' }];
    if (asks.form !== 'birth') return this.#desk.take(message, asks, this.#picture, now);
    const text = new TextDecoder().decode(message.payload.subarray(0, 16));
    if (text === 'online' && !message.retain)
      this.#timers.set('birth', now + Math.round(this.#settings.random() * BIRTH_WITHIN_MS));
    return [{ type: 'note', word: 'home-assistant', detail: text === 'online' ? 'online' : 'offline' }];
  }

  #published(said: Publication, now: Millis): BridgeOut[] {
    switch (said.type) {
      case 'hello':
        return [{ type: 'note', word: 'phone-hello', detail: `${said.phone} ${said.version}` }];
      case 'state': {
        const first = this.#state === undefined;
        this.#state = said;
        const id = said.transfer?.outcome === null ? said.transfer.transferId : undefined;
        if (id !== this.#transfer?.id) this.#transfer = id === undefined ? undefined : { id, since: now };
        return [...this.#paint(), ...(first ? [...this.#sayWhetherOnline(now), ...this.#askDiagnosis(now)] : [])];
      }
      case 'event':
        return this.#notice(said);
      case 'media': {
        if (!this.#broker) return [];
        const { type: _, ...figures } = said;
        return [this.#publish('event/media', JSON.stringify(figures), false, 0)];
      }
      default:
        said satisfies never;
        return [{ type: 'note', word: 'phone-unknown-line' }];
    }
  }

  /** Discovery before the state, the state before `online`. */
  #paint(): BridgeOut[] {
    if (!this.#broker || this.#state === undefined) return [];
    const picture = this.#settings.veil.snapshot(this.#state);
    const description = this.#discovery.change(picture, this.#verbs);
    const changes = this.#retained.changes(paint(picture));
    return [
      ...(description === undefined ? [] : [retain(this.#settings.topics.discovery, description)]),
      ...changes.map(({ path, payload }) => this.#publish(path, payload, true)),
    ];
  }

  #notice(
    whole: { readonly v: 1; readonly type: 'event'; readonly ts: string; readonly seq: number } & PhoneNotice,
  ): BridgeOut[] {
    if (!this.#broker) return [];
    const { type: _, ...notice } = this.#settings.veil.notice(whole);
    if (notice.event_type === 'key') {
      const { v, ts, seq, key, source, press } = notice;
      const body = { v, ts, seq, event_type: press ?? 'short_press', key, source };
      return [this.#publish('event/key', JSON.stringify(body), false, 0)];
    }
    const out = [this.#publish('event/call', JSON.stringify(notice), false)];
    if (notice.event_type === 'ended' || notice.event_type === 'missed')
      out.push(this.#publish('call/last', JSON.stringify(this.#lastCall(notice)), true));
    return out;
  }

  #lastCall(notice: { readonly ts: string; readonly seq: number } & PhoneNotice): Record<string, unknown> {
    const transfer = this.#state?.transfer;
    const involved = transfer?.caller === notice.callId || transfer?.consult === notice.callId;
    return {
      v: 1,
      ts: notice.ts,
      seq: notice.seq,
      callId: notice.callId ?? null,
      number: notice.number ?? null,
      name: notice.name ?? null,
      missed: notice.event_type === 'missed',
      code: notice.code ?? null,
      reason: notice.reason ?? null,
      transfer: involved ? (transfer?.outcome ?? null) : null,
    };
  }

  /** The phone says how it is; without one only the bridge does. */
  #askDiagnosis(now: Millis): BridgeOut[] {
    if (!this.#broker) return [];
    return this.#phone && this.#state !== undefined
      ? [ask({ v: 1, id: `diag-${++this.#asked}`, cmd: 'diag.get', role: 'reader' })]
      : this.#sayDiagnosis(undefined, now);
  }

  #sayDiagnosis(phone: Readonly<Record<string, unknown>> | undefined, now: Millis): BridgeOut[] {
    if (!this.#broker) return [];
    const { warnings, version, wall, clockIsRight, machine } = this.#settings;
    const body = diagnosis({
      at: wall(now),
      seq: this.#state?.seq ?? 0,
      bridgeUptimeS: Math.round((now - this.#began) / 1000),
      version,
      clock: clockIsRight() ? 'synced' : 'unsynced',
      machine: machine(),
      phone,
      dropped: this.#desk.dropped,
      joints: this.#joints,
      takeovers: this.#takeovers,
      warnings: [
        ...warnings,
        ...(this.#takeovers > 0 ? ['another program has joined the broker with the client id of this bridge'] : []),
        ...(this.#refusedTopics.size > 0 ? [`the broker's ACL forbids ${[...this.#refusedTopics][0]}`] : []),
      ],
    });
    return [this.#publish('diag', JSON.stringify(body), true)];
  }

  #answered(answer: Acknowledgement, now: Millis): BridgeOut[] {
    if (answer.id === 'subscribe') return [];
    if (answer.id.startsWith('diag-'))
      return this.#sayDiagnosis(answer.phase === 'done' ? answer.result : undefined, now);
    return this.#desk.answered(answer);
  }

  #sayWhetherOnline(now: Millis): BridgeOut[] {
    if (!this.#broker) return [];
    this.#timers.set('online-again', now + 2 * this.#settings.keepAliveMs);
    return [this.#publish('availability', this.#online ? 'online' : 'offline', true)];
  }

  #publish(path: string, payload: string, retained: boolean, qos: 0 | 1 = 1): BridgeOut {
    return { type: 'publish', topic: this.#settings.topics.below(path), payload, qos, retain: retained };
  }
}

function retain(topic: string, payload: string): BridgeOut {
  return { type: 'publish', topic, payload, qos: 1, retain: true };
}

function ask(command: CommandLine): BridgeOut {
  return { type: 'ask-phone', command };
}
