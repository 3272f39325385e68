import { type Core, type Millis, type Token, token } from '@switchhook/sans-io';
import type { Intent, Role } from '../intent.ts';
import { type Command, decodeLine, type Topic } from './decode.ts';
import type { Diagnosis, MediaNotice } from './diagnosis.ts';
import type { TransferExplanation } from './explanation.ts';
import { isoFrom } from './iso.ts';
import type {
  Acknowledgement,
  CommandError,
  ErrorCode,
  Hello,
  PhoneNotice,
  Publication,
  Settlement,
  Snapshot,
} from './protocol.ts';
import { mayDo } from './roles.ts';
import { allVerbs } from './verbs.ts';

/*
 *  line ──► decode ──► rate ──► duplicate? ──► role, expiresAt, ifSeq ──► submit ──submitted──► accepted
 *             │          │          │ stored ack       │                     │
 *             └──────────┴──────────┴──────failed──────┘                     └──settled──► done | failed
 */

export type SessionIn =
  | { readonly type: 'opened' }
  /** One line, without its end. */
  | { readonly type: 'line'; readonly text: string }
  /** The shell has handed a `submit` on; what was not settled by then is `accepted`. */
  | { readonly type: 'submitted'; readonly ticket: Token<'ticket'> }
  | { readonly type: 'settled'; readonly ticket: Token<'ticket'>; readonly outcome: Settlement }
  | { readonly type: 'state'; readonly snapshot: Snapshot }
  | { readonly type: 'notice'; readonly notice: PhoneNotice }
  | { readonly type: 'media'; readonly notice: MediaNotice };

export type SessionOut =
  /** One line, without its end. */
  | { readonly type: 'send'; readonly line: string }
  | {
      readonly type: 'submit';
      readonly intent: Intent;
      readonly ticket: Token<'ticket'>;
      readonly role: Role;
      readonly id: string;
    };

export interface SessionSettings {
  /** Unlike any other session's of this phone: part of its tickets. */
  readonly client: string;
  readonly phone: string;
  readonly version: string;
  /** Ms since 1970 at `now`. */
  readonly wall: (now: Millis) => number;
  /** False while nobody has set the clock: `expiresAt` is not judged then (mqtt.md §3.5). Default always true. */
  readonly synchronised?: () => boolean;
  /**
   * Answers `transfer.explain` from the phone's state; `whole` = with the tags of the dialogs, by which a call could be
   * taken over. Absent: the verb is answered `internal`.
   */
  readonly explain?: (transferId: string | undefined, whole: boolean) => TransferExplanation | 'unknown';
  /** Answers `diag.get`. Absent: the verb is answered `internal`. */
  readonly diagnose?: () => Diagnosis;
}

/** Commands a second, and at once (mqtt.md §3.5). */
const commandsPerS = 20;
const rememberedMs = 600_000;
const rememberedIds = 512;

interface Remembered {
  readonly at: Millis;
  last: Acknowledgement | undefined;
}

interface Open {
  readonly id: string;
  readonly at: Millis;
  accepted: boolean;
}

/** One client of the control socket, from its hello to its close. */
export class ControlSession implements Core<SessionIn, SessionOut> {
  readonly #settings: SessionSettings;
  readonly #topics = new Set<Topic>();
  readonly #seen = new Map<string, Remembered>();
  readonly #open = new Map<string, Open>();
  #snapshot: Snapshot | undefined;
  #tickets = 0;
  #tokens = commandsPerS;
  #filledAt: Millis | undefined;

  constructor(settings: SessionSettings) {
    this.#settings = settings;
  }

  /** A session waits for nothing by itself. */
  readonly deadline = undefined;

  wake(): readonly SessionOut[] {
    return [];
  }

  receive(input: SessionIn, now: Millis): readonly SessionOut[] {
    switch (input.type) {
      case 'opened': {
        const hello: Hello = { phone: this.#settings.phone, version: this.#settings.version, verbs: allVerbs };
        return [publish({ v: 1, type: 'hello', ...hello })];
      }
      case 'line':
        return this.#line(input.text, now);
      case 'submitted':
        return this.#accepted(input.ticket, now);
      case 'settled':
        return this.#settled(input.ticket, input.outcome, now);
      case 'state':
        this.#snapshot = input.snapshot;
        return this.#topics.has('state') ? [publish({ v: 1, type: 'state', ...input.snapshot })] : [];
      case 'notice':
        if (!this.#topics.has('event')) return [];
        return [publish({ v: 1, type: 'event', ts: this.#stamp(now), seq: this.#snapshot?.seq ?? 0, ...input.notice })];
      case 'media':
        return this.#topics.has('media')
          ? [publish({ v: 1, type: 'media', ts: this.#stamp(now), ...input.notice })]
          : [];
      default:
        input satisfies never;
        throw new Error('unknown session input');
    }
  }

  #line(text: string, now: Millis): readonly SessionOut[] {
    const decoded = decodeLine(text);
    if (!decoded.ok) return this.#spend(now) ? [this.#failed(decoded.id ?? '', decoded.fault, decoded.why)] : [];
    const command = decoded.value;
    if (!this.#spend(now))
      return [this.#failed(command.id, 'rate_limited', `more than ${commandsPerS} commands a second`)];
    const known = this.#seen.get(command.id);
    if (known !== undefined && now - known.at < rememberedMs) {
      // executed once; the answer is given as often as it is asked for
      return known.last === undefined ? [] : [send(known.last)];
    }
    this.#remember(command.id, now);
    return this.#command(command, now);
  }

  #command(command: Command, now: Millis): readonly SessionOut[] {
    const { id, request } = command;
    const needs = request.name === 'intent' ? request.needs : 'reader';
    if (!mayDo(command.role, needs)) return [this.#fail(id, 'forbidden', `needs the role ${needs}`)];
    const synchronised = this.#settings.synchronised?.() ?? true;
    if (synchronised && command.expiresAt !== undefined && command.expiresAt < this.#settings.wall(now)) {
      return [this.#fail(id, 'expired', 'came too late')];
    }
    const seq = this.#snapshot?.seq;
    if (request.name === 'intent' && command.ifSeq !== undefined && seq !== undefined && command.ifSeq !== seq) {
      return [this.#fail(id, 'stale_state', `the state is ${seq}`)];
    }
    switch (request.name) {
      case 'intent': {
        this.#tickets += 1;
        const ticket = token<'ticket'>(`${this.#settings.client}/${this.#tickets}`);
        this.#open.set(ticket, { id, at: now, accepted: false });
        return [{ type: 'submit', intent: request.intent, ticket, role: command.role, id }];
      }
      case 'subscribe': {
        for (const topic of request.topics) this.#topics.add(topic);
        const done = this.#done(id, {}, 0);
        const first = this.#topics.has('state') && this.#snapshot !== undefined;
        return first ? [done, publish({ v: 1, type: 'state', ...(this.#snapshot as Snapshot) })] : [done];
      }
      case 'state':
        if (this.#snapshot === undefined) return [this.#fail(id, 'internal', 'no state yet')];
        return [this.#done(id, { ...this.#snapshot }, 0)];
      case 'diagnosis': {
        const diagnosis = this.#settings.diagnose?.();
        if (diagnosis === undefined) return [this.#fail(id, 'internal', 'this phone does not say how it is')];
        return [this.#done(id, { ...diagnosis }, 0)];
      }
      case 'explain': {
        const explained = this.#settings.explain?.(request.transferId, command.role === 'local');
        if (explained === undefined) return [this.#fail(id, 'internal', 'this phone does not explain')];
        return explained === 'unknown'
          ? [this.#fail(id, 'unknown_transfer', `no transfer ${request.transferId}`)]
          : [this.#done(id, { ...explained }, 0)];
      }
      default:
        request satisfies never;
        throw new Error('unknown request');
    }
  }

  #accepted(ticket: string, now: Millis): readonly SessionOut[] {
    const open = this.#open.get(ticket);
    if (open === undefined || open.accepted) return [];
    open.accepted = true;
    return [this.#answer({ v: 1, id: open.id, phase: 'accepted', ts: this.#stamp(now) })];
  }

  #settled(ticket: string, outcome: Settlement, now: Millis): readonly SessionOut[] {
    const open = this.#open.get(ticket);
    if (open === undefined) return [];
    if (outcome.name === 'failed') {
      this.#open.delete(ticket);
      return [this.#answer({ v: 1, id: open.id, phase: 'failed', error: outcome.error })];
    }
    const accepted = this.#accepted(ticket, now);
    this.#open.delete(ticket);
    return [...accepted, this.#done(open.id, outcome.result, now - open.at)];
  }

  #done(id: string, result: Readonly<Record<string, unknown>>, ms: number): SessionOut {
    return this.#answer({ v: 1, id, phase: 'done', result, ms: Math.round(ms) });
  }

  #fail(id: string, code: ErrorCode, message: string): SessionOut {
    return this.#answer({ v: 1, id, phase: 'failed', error: this.#error(code, message) });
  }

  /** A failure that is not remembered: the line was no command, or may be sent again. */
  #failed(id: string, code: ErrorCode, message: string): SessionOut {
    return send({ v: 1, id, phase: 'failed', error: this.#error(code, message) });
  }

  #error(code: ErrorCode, message: string): CommandError {
    return { code, message, sip: null, canDo: this.#snapshot?.canDo ?? [] };
  }

  #answer(ack: Acknowledgement): SessionOut {
    const known = this.#seen.get(ack.id);
    if (known !== undefined) known.last = ack;
    return send(ack);
  }

  #remember(id: string, now: Millis): void {
    this.#seen.delete(id);
    this.#seen.set(id, { at: now, last: undefined });
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > rememberedIds && oldest !== undefined) this.#seen.delete(oldest);
  }

  /** A bucket that holds one second's commands. */
  #spend(now: Millis): boolean {
    const passed = Math.max(0, now - (this.#filledAt ?? now));
    this.#tokens = Math.min(commandsPerS, this.#tokens + (passed * commandsPerS) / 1000);
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  #stamp(now: Millis): string {
    return isoFrom(this.#settings.wall(now));
  }
}

function send(ack: Acknowledgement): SessionOut {
  return { type: 'send', line: JSON.stringify(ack) };
}

function publish(publication: Publication): SessionOut {
  return { type: 'send', line: JSON.stringify(publication) };
}
