import { type ErrorCode, msFromIso } from '@switchhook/phone/control';
import type { Millis } from '@switchhook/sans-io';
import type { ReplyAddress } from './acknowledgements.ts';
import { type Envelope, readEnvelope, readText } from './envelope.ts';
import { settingCommand, shortCommand } from './short-form.ts';
import { judgeSignature, type SigningSettings } from './signature.ts';
import type { Ask, Role, Topics } from './topics.ts';

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

/** Somebody who waits for answers. */
export interface Asker {
  /** The sender's own id. */
  readonly id: string;
  readonly replyTo: ReplyAddress;
}

/** What somebody wants, checked for everything that needs no knowledge of the phone. */
export interface Order extends Asker {
  /** Sender and id: one execution each. Undefined for the short form, which has no id. */
  readonly key: string | undefined;
  readonly role: Role;
  readonly cmd: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly ifSeq?: number;
  readonly expiresAt?: string;
  /** Without an envelope: what it leaves out is taken from the picture. */
  readonly short: boolean;
}

export type Reading =
  | { readonly name: 'order'; readonly order: Order }
  | { readonly name: 'refused'; readonly asker: Asker; readonly code: ErrorCode; readonly why: string }
  /** It named a place for its answers that it may not name: there is nobody to tell. */
  | { readonly name: 'unanswerable' };

export interface OrderSettings {
  readonly topics: Topics;
  /** Settings whose `set/` topic stands for the admin's word. */
  readonly lent: readonly string[];
  readonly signing: SigningSettings | undefined;
  /** Ms since 1970 at `now`. */
  readonly wall: (now: Millis) => number;
  /** False while the machine's clock was never set: then `expiresAt` cannot be judged. */
  readonly clockIsRight: () => boolean;
}

/** Reads messages that anybody may have sent. */
export class OrderReader {
  readonly #settings: OrderSettings;
  #count = 0;

  constructor(settings: OrderSettings) {
    this.#settings = settings;
  }

  read(message: BrokerMessage, ask: Exclude<Ask, { form: 'birth' }>, now: Millis): Reading {
    return ask.form === 'envelope' ? this.#envelope(message, ask.role, now) : this.#short(message, ask);
  }

  /** Whom to tell that there are too many: by the envelope's id where it can be read. */
  asker(message: BrokerMessage, ask: Exclude<Ask, { form: 'birth' }>): Asker | undefined {
    const envelope = ask.form === 'envelope' ? readEnvelope(message.payload) : undefined;
    const role = ask.form === 'envelope' ? ask.role : 'operator';
    if (envelope?.ok !== true) return this.#asker(message, role, this.#name('unread'), undefined);
    return this.#asker(message, role, envelope.value.id, envelope.value.replyTo);
  }

  #short(message: BrokerMessage, ask: Extract<Ask, { form: 'short' | 'setting' }>): Reading {
    const asker = this.#asker(message, 'operator', this.#name('short'), undefined);
    if (asker === undefined) return { name: 'unanswerable' };
    const refused = (code: ErrorCode, why: string): Reading => ({ name: 'refused', asker, code, why });
    const stale = staleness(message);
    if (stale !== undefined) return refused(...stale);
    if (this.#settings.signing?.required === true)
      return refused('forbidden', 'this phone carries out signed commands only');
    const text = readText(message.payload);
    if (!text.ok) return refused('bad_schema', `the payload is ${text.fault}`);
    const command =
      ask.form === 'short'
        ? shortCommand(ask.verb, text.value)
        : settingCommand(ask.key, text.value, this.#settings.lent);
    // what was sent is not repeated: it may be digits
    if (!command.ok) return refused('bad_schema', `the payload is no argument of ${message.topic.slice(0, 100)}`);
    return { name: 'order', order: { ...asker, ...command.value, key: undefined, short: true } };
  }

  #envelope(message: BrokerMessage, role: Role, now: Millis): Reading {
    const { wall, clockIsRight, signing } = this.#settings;
    const read = readEnvelope(message.payload);
    if (!read.ok) {
      const asker = this.#asker(message, role, this.#name('unread'), undefined);
      if (asker === undefined) return { name: 'unanswerable' };
      const code = read.fault === 'bad-json' ? 'bad_json' : 'bad_schema';
      return { name: 'refused', asker, code, why: `the command is ${read.fault}` };
    }
    const { id, cmd, args, ifSeq, expiresAt, replyTo } = read.value;
    const asker = this.#asker(message, role, id, replyTo);
    if (asker === undefined) return { name: 'unanswerable' };
    const refused = (code: ErrorCode, why: string): Reading => ({ name: 'refused', asker, code, why });
    const time = clockIsRight() ? wall(now) : undefined;
    const stale = staleness(message) ?? outlived(read.value, time);
    if (stale !== undefined) return refused(...stale);
    const signature = judgeSignature(signing, read.value, role, time);
    if (signature.name === 'refused') return refused(signature.code, signature.why);
    if (cmd === 'transfer.complete' && args['transferId'] === undefined)
      return refused('bad_schema', 'transfer.complete needs its transferId: it never guesses');
    const sender = signature.name === 'signed' ? `signed:${signature.client}` : role;
    const order = { ...asker, key: `${sender} ${id}`, role, cmd, args, short: false };
    return {
      name: 'order',
      order: {
        ...order,
        ...(ifSeq === undefined ? {} : { ifSeq }),
        // judged here already; with a clock that is not right the phone shall not judge it either
        ...(expiresAt === undefined || time === undefined ? {} : { expiresAt }),
      },
    };
  }

  /** Where the answers go; undefined when the sender named a place it may not. */
  #asker(message: BrokerMessage, role: Role, id: string, replyTo: string | undefined): Asker | undefined {
    const { topics } = this.#settings;
    const topic = message.responseTopic ?? replyTo ?? topics.below(`reply/${role}`);
    if (!topics.mayReplyTo(topic)) return undefined;
    const { correlationData } = message;
    return { id, replyTo: { topic, ...(correlationData === undefined ? {} : { correlationData }) } };
  }

  #name(kind: string): string {
    this.#count += 1;
    return `${kind}-${this.#count}`;
  }
}

function staleness(message: BrokerMessage): [ErrorCode, string] | undefined {
  if (message.retain) return ['retained', 'a retained message is never carried out: publish commands without retain'];
  if (message.expiryS !== undefined && message.expiryS <= 0) return ['expired', 'the message expiry had run out'];
  return undefined;
}

function outlived({ expiresAt }: Envelope, now: number | undefined): [ErrorCode, string] | undefined {
  if (expiresAt === undefined || now === undefined) return undefined;
  // a moment that cannot be read has passed
  return (msFromIso(expiresAt) ?? 0) <= now ? ['expired', `it was to be carried out before ${expiresAt}`] : undefined;
}
