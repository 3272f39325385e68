import { type Token, token } from '@switchhook/sans-io';
import type { AccountId, CallId } from '@switchhook/sip-core';
import type { CommandError, ErrorCode } from '../control/protocol.ts';
import type { Intent } from '../intent.ts';
import type { Call, CallPhase } from '../reducer/state.ts';
import { Emitter } from './emitter.ts';
import type { CallRecord } from './journal.ts';
import type { SoftphoneAudio } from './softphone-audio.ts';

/** Where a call is; `ended` is the last one. */
export type SoftphoneCallState = CallPhase['name'] | 'ended';

/** A refusal: `code` is one of the closed set of words that every door of the phone uses. */
export class SoftphoneError extends Error {
  readonly code: ErrorCode;
  /** The SIP status behind it, if any. */
  readonly sip: number | undefined;

  constructor({ code, message, sip }: CommandError) {
    super(message);
    this.name = 'SoftphoneError';
    this.code = code;
    this.sip = sip ?? undefined;
  }
}

/** What a call needs of its softphone. */
export interface CallHost {
  readonly audio: SoftphoneAudio;
  submit(intent: Intent): Promise<Readonly<Record<string, string | number | boolean>>>;
  /** The transfer's target call, once its id is known. */
  targetOf(transfer: Token<'transfer'>): SoftphoneCall;
}

/** How a transfer ended well. A failed or unknown one rejects with a `SoftphoneError` and keeps both calls. */
export interface TransferResult {
  readonly transferId: string;
  /** What proved it: `notify`, `target-bye`, `both-byes`; `bridge` = this phone has joined the two. */
  readonly evidence: string | undefined;
}

/** An attended transfer that has been started. */
export interface SoftphoneTransfer {
  readonly id: string;
  /** The call with the specialist. */
  readonly call: SoftphoneCall;
  /** Hand the caller over; resolves with evidence that it worked, never on a bare 202. */
  complete(): Promise<TransferResult>;
  /** Back to the caller. */
  cancel(): Promise<void>;
  /** Talk to the other one. */
  swap(): Promise<void>;
  /** All three talk; after `bridge`, come back in. */
  merge(): Promise<void>;
  /** Join the two through this phone and leave them alone; it must stay on while they talk. */
  bridge(): Promise<TransferResult>;
}

interface CallEvents {
  state: SoftphoneCallState;
  ended: CallRecord;
  dtmf: string;
}

/** One call of a softphone. */
export class SoftphoneCall extends Emitter<CallEvents> {
  readonly id: CallId;
  readonly account: AccountId;
  readonly direction: 'in' | 'out';
  /** 20 ms frames of 160 samples (8 kHz, mono, 16 bit): those of the far end, and ours to it. */
  readonly audio: { frames(): AsyncIterable<Int16Array>; write(frame: Int16Array): Promise<void> };
  readonly #host: CallHost;
  #state: SoftphoneCallState;
  #number: string;
  #name: string | undefined;
  #remoteHold = false;
  #encrypted = false;

  constructor(host: CallHost, call: Call) {
    super();
    this.#host = host;
    this.id = call.id;
    this.account = call.account;
    this.direction = call.direction;
    this.#state = call.phase.name;
    this.#number = call.number;
    this.audio = {
      frames: () => host.audio.frames(call.id),
      write: (frame) => host.audio.write(call.id, frame),
    };
  }

  get state(): SoftphoneCallState {
    return this.#state;
  }

  /** The other party's number, and the name that it shows. */
  get number(): string {
    return this.#number;
  }
  get name(): string | undefined {
    return this.#name;
  }

  /** Whether the far end has us on hold. */
  get heldByPeer(): boolean {
    return this.#remoteHold;
  }

  /** Whether its sound is encrypted (SRTP); known once the call talks. */
  get encrypted(): boolean {
    return this.#encrypted;
  }

  /** Accept an incoming call; resolves when both sides are connected. A call that talks is held first. */
  async answer(): Promise<void> {
    await this.#host.submit({ verb: 'call.answer', callId: this.id });
  }

  /** Refuse an incoming call, with 486 unless `code` says another. */
  async reject(code = 486): Promise<void> {
    await this.#host.submit({ verb: 'call.reject', callId: this.id, code });
  }

  async hangup(): Promise<void> {
    await this.#host.submit({ verb: 'call.hangup', callId: this.id });
  }

  async hold(): Promise<void> {
    await this.#host.submit({ verb: 'call.hold', callId: this.id });
  }

  async resume(): Promise<void> {
    await this.#host.submit({ verb: 'call.resume', callId: this.id });
  }

  async dtmf(digits: string, durationMs = 100): Promise<void> {
    await this.#host.submit({ verb: 'call.dtmf', callId: this.id, digits, durationMs });
  }

  /** Resolves when the call talks; rejects when it ends before. */
  answered(): Promise<void> {
    return new Promise((resolve, reject) => {
      const judge = (state: SoftphoneCallState): boolean => {
        if (state === 'ended') reject(new Error(`call ${this.id} ended before it was answered`));
        else if (state === 'talking') resolve();
        else return false;
        return true;
      };
      if (judge(this.#state)) return;
      const stop = this.on('state', (state) => {
        if (judge(state)) stop();
      });
    });
  }

  /** Hold this call and ask `to` whether they take it: attended transfer, to be completed or cancelled. */
  async consult(to: string): Promise<SoftphoneTransfer> {
    const { transferId } = await this.#host.submit({ verb: 'transfer.start', callId: this.id, to });
    return this.#transfer(token<'transfer'>(String(transferId)));
  }

  /** Hand this call over to the far end of `other`: one of the two talks, the other is on hold. */
  async transferTo(other: SoftphoneCall): Promise<TransferResult> {
    const { transferId } = await this.#host.submit({ verb: 'transfer.start', callId: this.id, consult: other.id });
    return this.#transfer(token<'transfer'>(String(transferId))).complete();
  }

  /** Hand this call over to `to` without asking there first. */
  async transferBlind(to: string): Promise<TransferResult> {
    const { transferId, evidence } = await this.#host.submit({ verb: 'transfer.blind', callId: this.id, to });
    return { transferId: String(transferId), evidence: evidence === undefined ? undefined : String(evidence) };
  }

  /** For the softphone: what the phone's state says of this call now. */
  follow(call: Call): void {
    this.#number = call.number;
    this.#name = call.peer?.party.display;
    this.#remoteHold = call.remoteHold;
    this.#encrypted = call.secure !== 'no';
    this.#enter(call.phase.name);
  }

  /** For the softphone: the call is over. */
  finish(record: CallRecord): void {
    if (this.#state === 'ended') return;
    this.#enter('ended');
    this.emit('ended', record);
  }

  /** For the softphone: the far end pressed a key. */
  heardDigit(digit: string): void {
    this.emit('dtmf', digit);
  }

  #enter(state: SoftphoneCallState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.emit('state', state);
  }

  #transfer(transferId: Token<'transfer'>): SoftphoneTransfer {
    const { submit } = this.#host;
    return {
      id: transferId,
      call: this.#host.targetOf(transferId),
      complete: async () => {
        const { evidence } = await submit({ verb: 'transfer.complete', transferId });
        return { transferId, evidence: evidence === undefined ? undefined : String(evidence) };
      },
      cancel: async () => {
        await submit({ verb: 'transfer.cancel', transferId });
      },
      swap: async () => {
        await submit({ verb: 'transfer.swap', transferId });
      },
      merge: async () => {
        await submit({ verb: 'transfer.merge', transferId });
      },
      bridge: async () => {
        const { evidence } = await submit({ verb: 'transfer.bridge', transferId });
        return { transferId, evidence: evidence === undefined ? undefined : String(evidence) };
      },
    };
  }
}
