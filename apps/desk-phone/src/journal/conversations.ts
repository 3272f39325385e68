import { readSip, redactSip, type SipText, tagOf, uriOf } from '@switchhook/ladder';
import type { Call, PhoneState } from '@switchhook/phone';
import type { Millis } from '@switchhook/sans-io';
import type { PassingMessage } from './sip-tap.ts';

/** Dialogs whose messages are remembered at once; the one that was silent for longest makes room. */
export const CONVERSATION_LIMIT = 32;
/** Messages of one dialog: the first ones always stay, and the newest. */
export const MESSAGE_LIMIT = 400;
const FIRST_MESSAGES = 40;
/** Octets of one dialog as they were on the wire. */
export const CONVERSATION_BYTES = 262_144;
/** An INVITE that never became a call of ours is forgotten after this. */
const STRAY_MS = 60_000;

/** A message that is remembered. */
export interface KeptMessage {
  readonly atMs: Millis;
  /** Place among all that was remembered: several things happen in one millisecond. */
  readonly order: number;
  readonly out: boolean;
  readonly transport: string;
  readonly remote: string;
  /** Made when it is asked for first. */
  readonly redacted: () => Uint8Array;
  readonly size: number;
}

/** The messages of one Call-ID, and of a REFER out of its dialog. */
export interface Conversation {
  readonly sipCallId: string;
  readonly out: boolean;
  /** URI of the first To. */
  readonly to: string;
  readonly messages: readonly KeptMessage[];
  /** How many were let go for the limits. */
  readonly dropped: number;
}

interface Kept extends Conversation {
  readonly messages: KeptMessage[];
  dropped: number;
  bytes: number;
  lastAt: Millis;
  call: Call['id'] | undefined;
}

/** How far a Call-ID is looked for before the whole message is read. */
const HEAD_BYTES = 2048;
const CALL_ID = /^(?:call-id|i)[ \t]*:[ \t]*(\S+)[ \t]*\r?$/im;
const ascii = new TextDecoder('latin1');

const INVITE = [0x49, 0x4e, 0x56, 0x49, 0x54, 0x45, 0x20];

/**
 * The SIP messages of the calls that are up, and of nothing else: while there is no call, a message that is no INVITE
 * costs one comparison.
 */
export class Conversations {
  readonly #kept = new Map<string, Kept>();
  /** Call-IDs of REFERs out of dialog → the conversation that their Target-Dialog names. */
  readonly #aside = new Map<string, Kept>();

  get size(): number {
    return this.#kept.size;
  }

  /** A message passed. `order` as in `KeptMessage`. */
  message({ out, transport, remote, bytes }: PassingMessage, atMs: Millis, order: number): void {
    if (this.#kept.size === 0 && !INVITE.every((octet, i) => bytes[i] === octet)) return;
    const conversation = this.#known(bytes) ?? this.#read(bytes, out, atMs);
    if (conversation === undefined) return;
    let kept: Uint8Array = bytes.slice();
    let clean = false;
    const redacted = (): Uint8Array => {
      if (!clean) kept = redactSip(kept);
      clean = true;
      return kept;
    };
    conversation.messages.push({ atMs, order, out, transport, remote, redacted, size: bytes.length });
    conversation.bytes += bytes.length;
    conversation.lastAt = atMs;
    while (conversation.messages.length > MESSAGE_LIMIT || conversation.bytes > CONVERSATION_BYTES) {
      const [gone] = conversation.messages.splice(Math.min(FIRST_MESSAGES, conversation.messages.length - 1), 1);
      conversation.bytes -= gone!.size;
      conversation.dropped += 1;
    }
  }

  /** Learn which call of the phone each conversation is. */
  associate(state: PhoneState): void {
    if (this.#kept.size === 0) return;
    for (const call of state.calls) {
      const known = call.dialog === undefined ? undefined : this.#kept.get(call.dialog.sipCallId);
      if (known !== undefined) known.call = call.id;
      else if (call.direction === 'out' && this.of(call.id) === undefined) {
        // no answer has told its dialog yet: the INVITE to what was dialled that nobody has claimed
        const sent = [...this.#kept.values()].find(
          (each) => each.out && each.call === undefined && plain(each.to) === plain(call.address),
        );
        if (sent !== undefined) sent.call = call.id;
      }
    }
  }

  of(call: Call['id']): Conversation | undefined {
    for (const each of this.#kept.values()) if (each.call === call) return each;
    return undefined;
  }

  /** Forget what no living call and none of `needed` is about. */
  sweep(state: PhoneState, needed: ReadonlySet<Call['id']>, now: Millis): void {
    for (const [id, each] of this.#kept) {
      const { call } = each;
      const living =
        call === undefined
          ? now - each.lastAt < STRAY_MS
          : needed.has(call) || state.calls.some((one) => one.id === call);
      if (!living) this.#forget(id, each);
    }
  }

  /** The usual case without reading the message: a Call-ID that is remembered. */
  #known(bytes: Uint8Array): Kept | undefined {
    const id = CALL_ID.exec(ascii.decode(bytes.subarray(0, HEAD_BYTES)))?.[1];
    return id === undefined ? undefined : (this.#kept.get(id) ?? this.#aside.get(id));
  }

  #read(bytes: Uint8Array, out: boolean, atMs: Millis): Kept | undefined {
    const text = readSip(bytes);
    const id = text?.headers.get('call-id');
    if (text === undefined || id === undefined) return undefined;
    return this.#kept.get(id) ?? this.#aside.get(id) ?? this.#begin(text, id, out, atMs);
  }

  #begin(text: SipText, id: string, out: boolean, now: Millis): Kept | undefined {
    const to = text.headers.get('to');
    if (text.method === 'REFER' && out) {
      // RFC 4538 §3: it names the dialog that it is about
      const about = this.#kept.get(text.headers.get('target-dialog')?.split(';')[0]?.trim() ?? '');
      if (about !== undefined) this.#aside.set(id, about);
      return about;
    }
    if (text.method !== 'INVITE' || tagOf(to) !== undefined) return undefined;
    if (this.#kept.size >= CONVERSATION_LIMIT) {
      const [oldest] = [...this.#kept].sort(([, a], [, b]) => a.lastAt - b.lastAt);
      if (oldest !== undefined) this.#forget(...oldest);
    }
    const made: Kept = {
      sipCallId: id,
      out,
      to: uriOf(to).uri,
      messages: [],
      dropped: 0,
      bytes: 0,
      lastAt: now,
      call: undefined,
    };
    this.#kept.set(id, made);
    return made;
  }

  #forget(id: string, conversation: Kept): void {
    this.#kept.delete(id);
    for (const [other, about] of this.#aside) if (about === conversation) this.#aside.delete(other);
  }
}

function plain(uri: string): string {
  return uri.replace(/^sips?:/i, '').toLowerCase();
}
