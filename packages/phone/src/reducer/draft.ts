import type { ToneName } from '@switchhook/rtp-media';
import type { Millis } from '@switchhook/sans-io';
import { token } from '@switchhook/sans-io';
import type { CallId } from '@switchhook/sip-core';
import type { TransferId } from '@switchhook/transfer';
import type { CommandError, ErrorCode, PhoneNotice } from '../control/protocol.ts';
import { changedCall, changedRecord, changedState } from './changed.ts';
import type { PhoneEffect, Ticket } from './door.ts';
import { emergencyCall } from './inquiry.ts';
import type { Call, CallPhase, PhoneState, TransferRecord, Waiting } from './state.ts';

/** How long one-shot tones sound, ms. */
const beepMs: Partial<Record<ToneName, number>> = {
  refusal: 400,
  confirmation: 600,
  reorder: 1500,
  busy: 5000,
  unobtainable: 5000,
  unknown: 1000,
  'caller-gone': 900,
  'auto-answer': 600,
};

/** One step's working copy: the state as it becomes, and the effects in their order. Lives for one step only. */
export class Draft {
  state: PhoneState;
  readonly now: Millis;
  readonly effects: PhoneEffect[] = [];

  constructor(state: PhoneState, now: Millis) {
    this.state = state;
    this.now = now;
  }

  set(patch: Partial<PhoneState>): void {
    this.state = changedState(this.state, patch);
  }

  emit(effect: PhoneEffect): void {
    this.effects.push(effect);
  }

  call(id: CallId): Call | undefined {
    return this.state.calls.find((call) => call.id === id);
  }

  patchCall(id: CallId, patch: Partial<Call>): void {
    this.set({ calls: this.state.calls.map((call) => (call.id === id ? changedCall(call, patch) : call)) });
  }

  /** Move a call; `heldSince` and `recalling` follow from where it is. */
  phase(id: CallId, phase: CallPhase): void {
    const heldSince = phase.name === 'held' ? (this.call(id)?.heldSince ?? this.now) : undefined;
    this.patchCall(id, phase.name === 'held' ? { phase, heldSince } : { phase, heldSince, recalling: false });
  }

  record(id: TransferId): TransferRecord | undefined {
    return this.state.transfers.find((record) => record.pair.transfer === id);
  }

  patchRecord(id: TransferId, patch: Partial<TransferRecord>): void {
    this.set({
      transfers: this.state.transfers.map((record) =>
        record.pair.transfer === id ? changedRecord(record, patch) : record,
      ),
    });
  }

  /** `c-1`, `c-2`, …: never a name that a call has now. */
  mintCall(): CallId {
    let count = this.state.callCount;
    do count += 1;
    while (this.call(token<'call'>(`c-${count}`)) !== undefined);
    this.set({ callCount: count });
    return token<'call'>(`c-${count}`);
  }

  mintTransfer(): TransferId {
    this.set({ transferCount: this.state.transferCount + 1 });
    return token<'transfer'>(`t-${this.state.transferCount}`);
  }

  /** Nothing but a refusal is heard over an emergency call. */
  beep(tone: ToneName, forMs = beepMs[tone] ?? 1000): void {
    if (tone !== 'refusal' && emergencyCall(this.state) !== undefined) return;
    this.set({ beep: { tone, forMs } });
  }

  say(forMs: number, ...text: readonly string[]): void {
    this.set({ message: { text, forMs } });
  }

  notice(notice: PhoneNotice): void {
    this.emit({ type: 'notice', notice });
  }

  done(ticket: Ticket | undefined, result: Readonly<Record<string, string | number | boolean>> = {}): void {
    if (ticket !== undefined) this.emit({ type: 'settle', ticket, outcome: { name: 'done', result } });
  }

  /** `canDo` is filled in at the end of the step, when it is known. */
  failed(ticket: Ticket | undefined, code: ErrorCode, message: string, sip?: number): void {
    if (ticket === undefined) return;
    const error: CommandError = { code, message, sip: sip ?? null, canDo: [] };
    this.emit({ type: 'settle', ticket, outcome: { name: 'failed', error } });
  }

  refuse(ticket: Ticket | undefined, verb: string, code: ErrorCode, text: string): void {
    this.emit({ type: 'refuse', verb, text, ...(ticket === undefined ? {} : { ticket }) });
    this.failed(ticket, code, text);
  }

  /** Settle `ticket` when `until` comes. */
  wait(ticket: Ticket | undefined, until: Waiting['until']): void {
    if (ticket !== undefined) this.set({ waiting: [...this.state.waiting, { ticket, until }] });
  }

  /** Take the tickets out that wait for what `of` recognises. */
  take(of: (until: Waiting['until']) => boolean): readonly Waiting[] {
    const taken = this.state.waiting.filter((each) => of(each.until));
    if (taken.length > 0) this.set({ waiting: this.state.waiting.filter((each) => !of(each.until)) });
    return taken;
  }
}
