import type { Step } from '@switchhook/sans-io';
import type {
  FailureStage,
  Leg,
  RefusedWhy,
  TransferEffect,
  TransferEvent,
  TransferOutcome,
  TransferTimer,
} from './door.ts';
import type { TransferState } from './state.ts';

/** The step of every function of the transferor machine. */
export type TransferorStep = Step<TransferState, TransferEffect>;

/** What every state hears; `merge` and `bridge` are answered in one place. */
export type PlainEvent = Exclude<TransferEvent, { readonly type: 'merge' | 'bridge' }>;

/** One case of the states, by its name. */
export type Named<Name extends TransferState['name']> = Extract<TransferState, { name: Name }>;

/** Why a transfer failed, without the word `failed`. */
export type Failure = Omit<Extract<TransferOutcome, { name: 'failed' }>, 'name'>;

/** Nothing is left to do. */
export const over: TransferState = { name: 'over' };

/** Both legs there. */
export const bothUp = { caller: 'up', target: 'up' } as const;

/** The leg that is not `leg`. */
export function otherLeg(leg: Leg): Leg {
  return leg === 'caller' ? 'target' : 'caller';
}

/** Nothing is done. */
export function stay(state: TransferState): TransferorStep {
  return { state, effects: [] };
}

/** The person pressed what cannot be done now. */
export function refuse(state: TransferState, why: RefusedWhy): TransferorStep {
  return { state, effects: [{ type: 'refuse', why }] };
}

/** The person talks with this leg. */
export function resume(leg: Leg): TransferEffect {
  return { type: 'resume', leg };
}

/** The leg is resumed for a join, silent for us until then. */
export function resumeJoining(leg: Leg): TransferEffect {
  return { type: 'resume', leg, joining: true };
}

/** The microphone is off towards a leg that cannot be held. */
export function mute(leg: Leg): TransferEffect {
  return { type: 'mute', leg };
}

/** A timer that has no more to say. */
export function clear(timer: TransferTimer): TransferEffect {
  return { type: 'clear-timer', timer };
}

/** The outcome `failed`. */
export function failed(reason: Failure): TransferEffect {
  return { type: 'outcome', outcome: { name: 'failed', ...reason } };
}

/** The outcome `failed` at a stage, with a status where there was one. */
export function failedAt(stage: FailureStage, status?: number): TransferEffect {
  return failed(status === undefined ? { stage } : { stage, status });
}

/** 408 and 481 to a re-INVITE mean that the dialog has gone (RFC 3261 §12.2.1.2). */
export function meansDead(status: number): boolean {
  return status === 408 || status === 481;
}
