// message ─► rate ─► read (topic, payload, age, signature) ─► known id? ─► what the picture must add ─► ask the phone
//              │        │                                        │                  │                        │
//              └────────┴──────────── failed ────────────────────┴──── failed ──────┘     accepted, done, failed, timeout
import type { Acknowledgement, CommandError, CommandLine, ErrorCode, Snapshot } from '@switchhook/phone/control';
import type { Millis } from '@switchhook/sans-io';
import { type KeptCommand, Remembrance } from './acknowledgements.ts';
import { type Asker, type BrokerMessage, type Order, OrderReader, type OrderSettings } from './order.ts';
import type { Veil } from './privacy.ts';
import { TokenBucket } from './token-bucket.ts';
import { type Ask, ROLES, type Role } from './topics.ts';

export type DeskOut =
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
  /** To be kept over a restart, before anything after it is done. */
  | { readonly type: 'keep'; readonly command: KeptCommand }
  /** For the log. */
  | { readonly type: 'note'; readonly word: string; readonly detail?: string };

export interface DeskSettings extends OrderSettings {
  readonly veil: Veil;
  /** Acting commands that were kept over the last restart. */
  readonly kept: readonly KeptCommand[];
}

/** What of the phone a command may need. */
export interface PhonePicture {
  readonly joined: boolean;
  readonly state: Snapshot | undefined;
  /** The transfer that is under way, and since when its id stands in the retained topic. */
  readonly transfer: { readonly id: string; readonly since: Millis } | undefined;
}

/** Commands a second: each topic prefix has its own share, so that rubbish on one does not keep the others out. */
const PER_SECOND: Readonly<Record<Role, number>> = {
  operator: 20,
  reader: 5,
  dialer: 5,
  announcer: 5,
  recorder: 5,
  admin: 10,
};
/** Of those that are too many, how many are told. */
const TOLD_PER_SECOND = 5;
const ANSWER_WITHIN_MS = 5000;
/** How long a transfer's id must have been in the retained topic before a button without an id may complete it. */
const KNOWN_TRANSFER_MS = 1000;
/** They change nothing: asked again they are answered again. */
const QUERIES: readonly string[] = ['state.get', 'diag.get', 'transfer.explain'];

interface Waiting {
  readonly order: Order;
  readonly at: Millis;
  heard: boolean;
  /** The sender was told `timeout`: a late answer is kept for whoever repeats the id. */
  given: boolean;
}

/** Takes commands from the broker, hands them to the phone, and answers. */
export class CommandDesk {
  readonly #settings: DeskSettings;
  readonly #reader: OrderReader;
  readonly #remembrance: Remembrance;
  readonly #buckets: ReadonlyMap<Role, TokenBucket>;
  readonly #told = new TokenBucket(TOLD_PER_SECOND);
  readonly #waiting = new Map<string, Waiting>();
  #count = 0;
  #dropped = 0;

  constructor(settings: DeskSettings, now: Millis) {
    this.#settings = settings;
    this.#reader = new OrderReader(settings);
    this.#remembrance = new Remembrance(settings.kept, settings.wall(now));
    this.#buckets = new Map(ROLES.map((role) => [role, new TokenBucket(PER_SECOND[role])]));
  }

  /** Messages that were too many, since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  /** When the phone must have said something about the oldest command. */
  get deadline(): Millis | undefined {
    for (const { at, heard } of this.#waiting.values()) if (!heard) return at + ANSWER_WITHIN_MS;
    return undefined;
  }

  wake(now: Millis, phone: PhonePicture): DeskOut[] {
    return [...this.#waiting.values()].flatMap((waiting) => {
      if (waiting.heard || now - waiting.at < ANSWER_WITHIN_MS) return [];
      waiting.heard = true;
      waiting.given = true;
      const why = `the phone said nothing for ${ANSWER_WITHIN_MS / 1000} s; it may still act: look at its state`;
      return this.#refuse(waiting.order, 'timeout', why, phone);
    });
  }

  take(message: BrokerMessage, ask: Exclude<Ask, { form: 'birth' }>, phone: PhonePicture, now: Millis): DeskOut[] {
    const role = ask.form === 'envelope' ? ask.role : 'operator';
    const bucket = this.#buckets.get(role)!;
    if (!bucket.spend(now)) {
      this.#dropped += 1;
      if (!this.#told.spend(now)) return [];
      const asker = this.#reader.asker(message, ask);
      const why = `more than ${PER_SECOND[role]} commands a second as ${role}`;
      return asker === undefined ? [] : this.#refuse(asker, 'rate_limited', why, phone);
    }
    const reading = this.#reader.read(message, ask, now);
    switch (reading.name) {
      case 'unanswerable':
        return [{ type: 'note', word: 'bad-reply-topic' }];
      case 'refused':
        return this.#refuse(reading.asker, reading.code, reading.why, phone);
      case 'order':
        return this.#order(reading.order, phone, now);
      default:
        reading satisfies never;
        throw new Error('unknown reading');
    }
  }

  /** The phone has answered. */
  answered(said: Acknowledgement): DeskOut[] {
    const waiting = this.#waiting.get(said.id);
    if (waiting === undefined) return [{ type: 'note', word: 'stray-answer', detail: said.id }];
    const { order } = waiting;
    waiting.heard = true;
    if (said.phase !== 'accepted') this.#waiting.delete(said.id);
    const answer = this.#settings.veil.answer(order.cmd, { ...said, id: order.id });
    const kept = order.key === undefined ? undefined : this.#remembrance.answered(order.key, answer);
    return [
      ...(kept === undefined ? [] : [{ type: 'keep', command: kept } as const]),
      ...(waiting.given ? [] : [reply(order, answer)]),
    ];
  }

  /** The phone process has gone, and every answer with it. */
  phoneLeft(phone: PhonePicture): DeskOut[] {
    const lost = [...this.#waiting.keys()];
    return lost.flatMap((id) => {
      const error = failure('internal', 'the phone process went away', phone);
      return this.answered({ v: 1, id, phase: 'failed', error });
    });
  }

  #order(order: Order, phone: PhonePicture, now: Millis): DeskOut[] {
    const { cmd, key } = order;
    const { veil, wall } = this.#settings;
    if (cmd === 'subscribe') return this.#refuse(order, 'unknown_verb', 'no verb subscribe: topics are there', phone);
    if (cmd === 'transfer.explain' && !veil.open)
      return this.#refuse(order, 'forbidden', 'numbers are kept from this broker (privacy)', phone);
    const acting = key !== undefined && !QUERIES.includes(cmd);
    const before = acting ? this.#remembrance.seen(key, wall(now)) : undefined;
    if (before !== undefined) {
      if (before.last !== undefined) return [reply(order, before.last)];
      return this.#refuse(order, 'duplicate', 'this id is being carried out', phone);
    }
    const completed = order.short ? completedBy(order, phone, now) : order;
    if ('code' in completed) return this.#refuse(order, completed.code, completed.why, phone);
    if (!phone.joined) return this.#refuse(order, 'internal', 'the phone process is not there', phone);
    this.#count += 1;
    const id = `b${this.#count}`;
    this.#waiting.set(id, { order, at: now, heard: false, given: false });
    const { role, args, ifSeq, expiresAt } = completed;
    const command: CommandLine = {
      v: 1,
      id,
      cmd: completed.cmd,
      args,
      role,
      ...(ifSeq === undefined ? {} : { ifSeq }),
      ...(expiresAt === undefined ? {} : { expiresAt }),
    };
    const ask = { type: 'ask-phone', command } as const;
    return acting ? [{ type: 'keep', command: this.#remembrance.began(key, wall(now)) }, ask] : [ask];
  }

  #refuse(asker: Asker, code: ErrorCode, message: string, phone: PhonePicture): DeskOut[] {
    const failed = { v: 1, id: asker.id, phase: 'failed', error: failure(code, message, phone) } as const;
    return [reply(asker, this.#settings.veil.answer('', failed)), { type: 'note', word: 'refused', detail: code }];
  }
}

/** A short command has neither ids nor a choice of verbs: what it leaves out is in the picture, or it is refused. */
function completedBy(order: Order, phone: PhonePicture, now: Millis): Order | { code: ErrorCode; why: string } {
  const { state, transfer } = phone;
  switch (order.cmd) {
    case 'transfer.complete':
    case 'transfer.bridge':
      if (transfer === undefined) return { code: 'not_in_state', why: 'there is no transfer to complete' };
      if (now - transfer.since < KNOWN_TRANSFER_MS)
        return { code: 'stale_state', why: 'this transfer is younger than a second: name its transferId' };
      return { ...order, args: { transferId: transfer.id } };
    case 'transfer.cancel':
    case 'transfer.swap':
    case 'transfer.merge': {
      // none of these ends a call for good or hands one over: the transfer that is shown is meant
      const transferId = state?.transfer?.transferId;
      if (transferId === undefined) return { code: 'not_in_state', why: 'there is no transfer' };
      return { ...order, args: { transferId } };
    }
    case 'call.swap': {
      // one button as the hold key of a telephone: swap, else hold, else take back
      const verbs = ['call.swap', 'call.hold', 'call.resume'];
      return { ...order, cmd: verbs.find((verb) => state?.canDo.includes(verb)) ?? order.cmd };
    }
    default:
      return order;
  }
}

function failure(code: ErrorCode, message: string, { state }: PhonePicture): CommandError {
  return { code, message, sip: null, canDo: state?.canDo ?? [] };
}

function reply({ replyTo }: Asker, answer: Acknowledgement): DeskOut {
  const { topic, correlationData } = replyTo;
  const body = { type: 'publish', topic, payload: JSON.stringify(answer), qos: 1, retain: false } as const;
  return correlationData === undefined ? body : { ...body, correlationData };
}
