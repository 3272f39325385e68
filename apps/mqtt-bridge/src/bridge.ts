// control socket ──lines──►┌────────┐──publish──► broker
//                          │ bridge │
// control socket ◄──lines──└────────┘◄──message── broker
// Says `online` only while both sides stand; the retained picture is painted anew at every joint.
import type {
  Acknowledgement,
  CommandError,
  CommandLine,
  ErrorCode,
  PhoneNotice,
  Publication,
  Snapshot,
} from '@switchhook/phone/control';
import { type Core, Deadlines, type Millis } from '@switchhook/sans-io';
import { Remembrance, type ReplyAddress } from './acknowledgements.ts';
import { readEnvelope, readText } from './envelope.ts';
import { paint, withoutStamp } from './picture.ts';
import { settingCommand, shortCommand } from './short-form.ts';
import type { Role, Topics } from './topics.ts';

/** A message as the broker delivered it. */
export interface BrokerMessage {
  readonly type: 'message';
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly retain: boolean;
  /** MQTT 5 properties. */
  readonly responseTopic?: string;
  readonly correlationData?: Uint8Array;
  /** Seconds of life that the broker says are left. */
  readonly expiryS?: number;
}

export type BridgeIn =
  | BrokerMessage
  | { readonly type: 'broker-joined' }
  | { readonly type: 'broker-left' }
  | { readonly type: 'phone-joined' }
  | { readonly type: 'phone-left' }
  | { readonly type: 'phone-published'; readonly publication: Publication }
  | { readonly type: 'phone-answered'; readonly answer: Acknowledgement }
  /** The process is about to end: say `offline` first, for a clean disconnect sends no will. */
  | { readonly type: 'closing' };

export type BridgeOut =
  | {
      readonly type: 'publish';
      readonly topic: string;
      readonly payload: string;
      readonly qos: 0 | 1;
      readonly retain: boolean;
      readonly correlationData?: Uint8Array;
    }
  /** Its answers come back as `phone-answered`. */
  | { readonly type: 'ask-phone'; readonly command: CommandLine }
  /** For the log and the counters. */
  | { readonly type: 'note'; readonly word: string; readonly detail?: string };

interface Asked {
  /** The sender's own id. */
  readonly id: string;
  readonly key: string;
  readonly replyTo: ReplyAddress;
}

export interface BridgeSettings {
  readonly topics: Topics;
  readonly version: string;
  /** MQTT keep-alive: `online` is said again after twice this, in case an old session's will lands late. */
  readonly keepAliveMs: number;
  /** False while the machine's clock was never set: then `expiresAt` cannot be judged. */
  readonly clockIsRight: () => boolean;
}

const COMMANDS_PER_SECOND = 20;
const DIAG_EVERY_MS = 30_000;
/** How long a transfer's id must have been in the retained topic before a button without an id may complete it. */
const KNOWN_TRANSFER_MS = 1000;

/** The bridge between one phone and one broker. `now` is Unix time in milliseconds. */
export class Bridge implements Core<BridgeIn, BridgeOut> {
  readonly #settings: BridgeSettings;
  readonly #timers = new Deadlines<'online-again' | 'diag'>();
  readonly #painted = new Map<string, string>();
  readonly #asked = new Map<string, Asked>();
  readonly #remembrance = new Remembrance();
  #broker = false;
  #phone = false;
  #state: ({ readonly type: 'state' } & Snapshot) | undefined;
  #transfer: { readonly id: string; readonly since: Millis } | undefined;
  #began: Millis | undefined;
  #count = 0;
  #bucket = { second: 0, commands: 0 };

  constructor(settings: BridgeSettings) {
    this.#settings = settings;
  }

  get deadline(): Millis | undefined {
    return this.#timers.next;
  }

  receive(input: BridgeIn, now: Millis): readonly BridgeOut[] {
    this.#began ??= now;
    switch (input.type) {
      case 'broker-joined':
        this.#broker = true;
        this.#painted.clear();
        this.#timers.set('diag', now + DIAG_EVERY_MS);
        return [...this.#paintAll(), ...this.#diag(now), ...this.#sayWhetherOnline(now)];
      case 'broker-left':
        this.#broker = false;
        this.#timers.clearAll();
        return [];
      case 'phone-joined':
        this.#phone = true;
        return [ask({ v: 1, id: 'subscribe', cmd: 'subscribe', args: { topics: ['state', 'event'] } })];
      case 'phone-left':
        return this.#phoneLeft(now);
      case 'phone-published':
        return this.#published(input.publication, now);
      case 'phone-answered':
        return this.#acknowledge(input.answer);
      case 'message':
        return this.#message(input, now);
      case 'closing':
        return this.#broker ? [this.#publish('availability', 'offline', true)] : [];
      default:
        input satisfies never;
        throw new Error('unknown bridge input');
    }
  }

  wake(now: Millis): readonly BridgeOut[] {
    return this.#timers.due(now).flatMap((timer) => {
      if (timer === 'online-again') return [this.#publish('availability', this.#online ? 'online' : 'offline', true)];
      this.#timers.set('diag', now + DIAG_EVERY_MS);
      return this.#diag(now);
    });
  }

  get #online(): boolean {
    return this.#broker && this.#phone && this.#state !== undefined;
  }

  #phoneLeft(now: Millis): BridgeOut[] {
    if (!this.#phone) return [];
    this.#phone = false;
    this.#state = undefined;
    const lost = [...this.#asked.keys()].flatMap((id) => this.#fail(id, 'internal', 'the phone process went away'));
    return [...lost, ...this.#sayWhetherOnline(now)];
  }

  // ------------------------------------------------------------------------------------------- from phone to broker

  #published(said: Publication, now: Millis): BridgeOut[] {
    switch (said.type) {
      case 'hello':
        return [{ type: 'note', word: 'phone-hello', detail: `${said.phone} ${said.version}` }];
      case 'state': {
        const first = this.#state === undefined;
        this.#state = said;
        const id = said.transfer?.outcome === null ? said.transfer.transferId : undefined;
        if (id !== this.#transfer?.id) this.#transfer = id === undefined ? undefined : { id, since: now };
        return [...this.#paintAll(), ...(first ? this.#sayWhetherOnline(now) : [])];
      }
      case 'event':
        return this.#notice(said);
      case 'media':
        return [];
      default:
        said satisfies never;
        return [{ type: 'note', word: 'phone-unknown-line' }];
    }
  }

  #paintAll(): BridgeOut[] {
    if (!this.#broker || this.#state === undefined) return [];
    const out: BridgeOut[] = [];
    for (const { path, payload } of paint(this.#state)) {
      if (this.#painted.get(path) === withoutStamp(payload)) continue;
      this.#painted.set(path, withoutStamp(payload));
      out.push(this.#publish(path, payload, true));
    }
    return out;
  }

  #notice(said: { readonly ts: string; readonly seq: number } & PhoneNotice): BridgeOut[] {
    if (!this.#broker) return [];
    const { type: _, ...notice } = said as typeof said & { type: string };
    if (notice.event_type === 'key') return [this.#publish('event/key', JSON.stringify(notice), false, 0)];
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

  #diag(now: Millis): BridgeOut[] {
    if (!this.#broker) return [];
    const uptimeS = Math.round((now - (this.#began ?? now)) / 1000);
    const clock = this.#settings.clockIsRight() ? 'synced' : 'unsynced';
    const body = { v: 1, ts: new Date(now).toISOString(), uptimeS, version: this.#settings.version, clock };
    return [this.#publish('diag', JSON.stringify(body), true)];
  }

  #sayWhetherOnline(now: Millis): BridgeOut[] {
    if (!this.#broker) return [];
    this.#timers.set('online-again', now + 2 * this.#settings.keepAliveMs);
    return [this.#publish('availability', this.#online ? 'online' : 'offline', true)];
  }

  // ------------------------------------------------------------------------------------------- from broker to phone

  #message(message: BrokerMessage, now: Millis): BridgeOut[] {
    const ask = this.#settings.topics.ask(message.topic);
    if (ask === undefined) return [{ type: 'note', word: 'foreign-topic' }];
    if (!this.#admit(now)) return [{ type: 'note', word: 'rate-limited', detail: message.topic }];
    if (ask.form === 'envelope') return this.#envelope(message, ask.role, now);
    const id = `short-${++this.#count}`;
    const asked = this.#asking(message, 'operator', id, undefined);
    if (asked === undefined) return [{ type: 'note', word: 'bad-reply-topic' }];
    const text = readText(message.payload);
    if (!text.ok) return this.#refuse(asked, 'bad_schema', `the payload is ${text.fault}`);
    const command = ask.form === 'short' ? shortCommand(ask.verb, text.value) : settingCommand(ask.key, text.value);
    if (!command.ok)
      return this.#refuse(asked, 'bad_schema', `"${text.value.slice(0, 32)}" is no argument of ${message.topic}`);
    const stale = this.#staleness(message, undefined, now);
    if (stale !== undefined) return this.#refuse(asked, ...stale);
    const { cmd, args, role } = command.value;
    const about = /^transfer\.(complete|cancel|swap|merge|bridge)$/.exec(cmd)?.[1];
    if (about === undefined) return this.#pass(asked, role, { cmd, args });
    if (about !== 'complete' && about !== 'bridge') {
      // none of these ends a call for good or hands one over: the transfer that is shown is meant
      const transferId = this.#state?.transfer?.transferId;
      if (transferId === undefined) return this.#refuse(asked, 'not_in_state', 'there is no transfer');
      return this.#pass(asked, role, { cmd, args: { transferId } });
    }
    if (this.#transfer === undefined) return this.#refuse(asked, 'not_in_state', 'there is no transfer to complete');
    if (now - this.#transfer.since < KNOWN_TRANSFER_MS)
      return this.#refuse(asked, 'stale_state', 'this transfer is younger than a second: name its transferId');
    return this.#pass(asked, 'operator', { cmd, args: { transferId: this.#transfer.id } });
  }

  #envelope(message: BrokerMessage, role: Role, now: Millis): BridgeOut[] {
    const envelope = readEnvelope(message.payload);
    if (!envelope.ok) {
      const asked = this.#asking(message, role, `unreadable-${++this.#count}`, undefined);
      if (asked === undefined) return [{ type: 'note', word: 'bad-reply-topic' }];
      return this.#refuse(
        asked,
        envelope.fault === 'bad-json' ? 'bad_json' : 'bad_schema',
        `the command is ${envelope.fault}`,
      );
    }
    const { id, cmd, args, ifSeq, expiresAt, replyTo } = envelope.value;
    const asked = this.#asking(message, role, id, replyTo);
    if (asked === undefined) return [{ type: 'note', word: 'bad-reply-topic' }];
    const stale = this.#staleness(message, expiresAt, now);
    if (stale !== undefined) return this.#refuse(asked, ...stale);
    const before = this.#remembrance.seen(asked.key, now);
    if (before !== undefined)
      return before.last === undefined
        ? this.#refuse(asked, 'duplicate', 'this id is being carried out')
        : [this.#reply(asked, before.last)];
    if (cmd === 'transfer.complete' && args['transferId'] === undefined)
      return this.#refuse(asked, 'bad_schema', 'transfer.complete needs its transferId: it never guesses');
    return this.#pass(asked, role, {
      cmd,
      args,
      ...(ifSeq === undefined ? {} : { ifSeq }),
      ...(expiresAt === undefined ? {} : { expiresAt }),
    });
  }

  /** Where the answers go; undefined when the sender named a place it may not. */
  #asking(message: BrokerMessage, role: Role, id: string, replyTo: string | undefined): Asked | undefined {
    const topic = message.responseTopic ?? replyTo ?? this.#settings.topics.below(`reply/${role}`);
    if (!this.#settings.topics.mayReplyTo(topic)) return undefined;
    const address: ReplyAddress = {
      topic,
      ...(message.correlationData === undefined ? {} : { correlationData: message.correlationData }),
    };
    return { id, key: `${role} ${id}`, replyTo: address };
  }

  #staleness(message: BrokerMessage, expiresAt: string | undefined, now: Millis): [ErrorCode, string] | undefined {
    if (message.retain) return ['retained', 'a retained message is never carried out: publish commands without retain'];
    if (message.expiryS !== undefined && message.expiryS <= 0) return ['expired', 'the message expiry had run out'];
    if (expiresAt !== undefined && this.#settings.clockIsRight() && Date.parse(expiresAt) <= now)
      return ['expired', `it was to be carried out before ${expiresAt}`];
    return undefined;
  }

  #admit(now: Millis): boolean {
    const second = Math.floor(now / 1000);
    if (this.#bucket.second !== second) this.#bucket = { second, commands: 0 };
    this.#bucket.commands++;
    return this.#bucket.commands <= COMMANDS_PER_SECOND;
  }

  #pass(asked: Asked, role: Role, command: Omit<CommandLine, 'v' | 'id' | 'role'>): BridgeOut[] {
    if (!this.#phone) return this.#refuse(asked, 'internal', 'the phone process is not there');
    const id = `b${++this.#count}`;
    this.#asked.set(id, asked);
    return [ask({ v: 1, id, role, ...command })];
  }

  #acknowledge(said: Acknowledgement): BridgeOut[] {
    const asked = this.#asked.get(said.id);
    if (asked === undefined)
      return said.id === 'subscribe' ? [] : [{ type: 'note', word: 'stray-answer', detail: said.id }];
    if (said.phase !== 'accepted') this.#asked.delete(said.id);
    const answer = { ...said, id: asked.id };
    this.#remembrance.answered(asked.key, answer);
    return [this.#reply(asked, answer)];
  }

  #fail(id: string, code: ErrorCode, message: string): BridgeOut[] {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    return asked === undefined ? [] : this.#refuse(asked, code, message);
  }

  #refuse(asked: Asked, code: ErrorCode, message: string): BridgeOut[] {
    const error: CommandError = { code, message, sip: null, canDo: this.#state?.canDo ?? [] };
    return [
      this.#reply(asked, { v: 1, id: asked.id, phase: 'failed', error }),
      { type: 'note', word: 'refused', detail: code },
    ];
  }

  #reply({ replyTo }: Asked, answer: Acknowledgement): BridgeOut {
    const { topic, correlationData } = replyTo;
    const body = { type: 'publish', topic, payload: JSON.stringify(answer), qos: 1, retain: false } as const;
    return correlationData === undefined ? body : { ...body, correlationData };
  }

  #publish(path: string, payload: string, retain: boolean, qos: 0 | 1 = 1): BridgeOut {
    return { type: 'publish', topic: this.#settings.topics.below(path), payload, qos, retain };
  }
}

function ask(command: CommandLine): BridgeOut {
  return { type: 'ask-phone', command };
}
