import type { CallId } from '@switchhook/sip-core';
import type { PhoneEvent } from '../reducer/door.ts';
import { userOf } from '../reducer/inquiry.ts';
import type { PhoneState } from '../reducer/state.ts';
import type { CallRecord } from './journal.ts';

interface Span {
  readonly startedAtMs: number;
  answeredAtMs: number | null;
}

/** Watches calls pass and makes the record of each when it ends. */
export class CallLog {
  readonly #wall: () => number;
  readonly #spans = new Map<CallId, Span>();

  constructor(wall: () => number) {
    this.#wall = wall;
  }

  /** A call of ours goes out. */
  began(call: CallId): void {
    this.#span(call);
  }

  /** Take an event and the state before it; the record comes with the call's `ended`. */
  take(event: PhoneEvent, before: PhoneState): CallRecord | undefined {
    if (event.type === 'incoming') this.#span(event.call);
    if (event.type === 'answered') this.#span(event.call).answeredAtMs ??= this.#wall();
    if (event.type !== 'ended') return undefined;
    const span = this.#spans.get(event.call) ?? { startedAtMs: this.#wall(), answeredAtMs: null };
    this.#spans.delete(event.call);
    const call = before.calls.find((one) => one.id === event.call);
    if (call === undefined) return undefined;
    const transfer = before.transfers.find(({ pair }) => pair.caller === call.id || pair.target === call.id);
    return {
      callId: call.id,
      direction: call.direction,
      number: call.number,
      dialled: call.direction === 'out' ? userOf(call.address) : null,
      name: call.peer?.party.display ?? null,
      account: call.account,
      line: call.line,
      startedAtMs: span.startedAtMs,
      answeredAtMs: span.answeredAtMs,
      endedAtMs: this.#wall(),
      cause: event.cause,
      transferId: call.handed?.transfer ?? transfer?.pair.transfer ?? null,
      earlier: call.earlier.map(({ number, name }) => ({ number, name: name ?? null })),
      handedTo: call.handed?.to ?? null,
    };
  }

  #span(call: CallId): Span {
    let span = this.#spans.get(call);
    if (span === undefined) {
      span = { startedAtMs: this.#wall(), answeredAtMs: null };
      this.#spans.set(call, span);
    }
    return span;
  }
}
