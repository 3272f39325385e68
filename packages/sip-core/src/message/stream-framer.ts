import { limits } from './limits.ts';
import type { MessageFault } from './message-fault.ts';
import { octetText } from './octets.ts';
import { contentLength, readHead } from './parse-message.ts';

/** What a stream yields. After a fault nothing more comes: the connection has to be closed. */
export type StreamItem =
  /** Exactly one message, for `parseMessage(bytes, 'stream')`. */
  | { readonly type: 'message'; readonly bytes: Uint8Array }
  /** A double CRLF between messages: answer with one CRLF (RFC 5626 §4.4.1). */
  | { readonly type: 'ping' }
  /** A single CRLF between messages: the answer to our ping. */
  | { readonly type: 'pong' }
  /** The stream cannot be cut into messages any more; `bytes` may still be salvaged for an answer. */
  | { readonly type: 'fault'; readonly fault: MessageFault; readonly bytes: Uint8Array };

const CR = 0x0d;
const LF = 0x0a;
const EMPTY = new Uint8Array(0);

/**
 * Cuts one connection's octets into messages by Content-Length, which is mandatory here (RFC 3261 §18.3). Holds at most
 * one unfinished message, within the limits.
 */
export class StreamFramer {
  #held: Uint8Array = EMPTY;
  #used = 0;
  /** Everything before this offset has been searched for the end of the header fields. */
  #searched = 0;
  /** Length of the whole message at the front, once its header fields are complete. */
  #whole: number | undefined;
  #dead = false;

  /** Octets held back because their message is not complete. */
  get pending(): number {
    return this.#used;
  }

  /** Take the next octets; what is complete comes out in order. Messages are copies, never views of `bytes`. */
  push(bytes: Uint8Array): StreamItem[] {
    const items: StreamItem[] = [];
    if (this.#dead) return items;
    this.#hold(bytes);
    let at = 0;
    for (;;) {
      at = this.#blankLines(at, items);
      const whole = this.#wholeLength(at);
      if (typeof whole === 'string') {
        items.push({ type: 'fault', fault: whole, bytes: this.#held.slice(at, this.#used) });
        this.#dead = true;
        this.#held = EMPTY;
        this.#used = 0;
        return items;
      }
      if (whole === undefined || this.#used - at < whole) break;
      items.push({ type: 'message', bytes: this.#held.slice(at, at + whole) });
      at += whole;
      this.#whole = undefined;
      this.#searched = 0;
    }
    if (at > 0) {
      this.#held.copyWithin(0, at, this.#used);
      this.#used -= at;
      this.#searched = Math.max(0, this.#searched - at);
      if (this.#used === 0 && this.#held.length > 65_536) this.#held = EMPTY;
    }
    return items;
  }

  #hold(bytes: Uint8Array): void {
    const needed = this.#used + bytes.length;
    if (needed > this.#held.length) {
      const grown = new Uint8Array(Math.max(needed, this.#held.length * 2, 2048));
      grown.set(this.#held.subarray(0, this.#used));
      this.#held = grown;
    }
    this.#held.set(bytes, this.#used);
    this.#used = needed;
  }

  /** Step over the line ends between messages; a lone CR at the end waits for its LF. */
  #blankLines(from: number, items: StreamItem[]): number {
    if (this.#whole !== undefined) return from;
    let at = from;
    let lines = 0;
    while (at + 1 < this.#used && this.#held[at] === CR && this.#held[at + 1] === LF) {
      at += 2;
      if (++lines % 2 === 0) items.push({ type: 'ping' });
    }
    // An odd one directly before a start line is only slack after the message before it.
    if (lines % 2 === 1 && at === this.#used) items.push({ type: 'pong' });
    return at;
  }

  /** Length of the message that begins at `from`; undefined while its header fields are incomplete. */
  #wholeLength(from: number): number | undefined | MessageFault {
    if (this.#whole !== undefined) return this.#whole;
    const held = this.#held;
    const most = from + limits.head;
    let i = Math.max(from, this.#searched);
    let end = -1;
    for (; i + 3 < this.#used; i++) {
      if (held[i + 3] === LF && held[i + 2] === CR && held[i + 1] === LF && held[i] === CR) {
        end = i + 4;
        break;
      }
    }
    if (end < 0) {
      this.#searched = i;
      return this.#used > most ? 'head-too-long' : undefined;
    }
    if (end > most) return 'head-too-long';
    const { text, ascii } = octetText(held.subarray(from, end));
    const head = readHead(text, ascii, 'stream');
    if (!head.ok) return head.fault;
    const length = contentLength(head.value.headers);
    if (length === undefined || length === 'bad') return 'content-length';
    if (length > limits.body) return 'body-too-long';
    this.#whole = end - from + length;
    return this.#whole;
  }
}
