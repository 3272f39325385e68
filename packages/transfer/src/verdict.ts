import { otherLeg, type TransferorStep } from './attempt.ts';
import type { Leg, TransferEffect, TransferOutcome, TransferRules, TransferTimer } from './door.ts';
import type { Attempt, Standing, TransferState } from './state.ts';

const over: TransferState = { name: 'over' };
const resume = (leg: Leg): TransferEffect => ({ type: 'resume', leg });
const clear = (timer: TransferTimer): TransferEffect => ({ type: 'clear-timer', timer });

/** Every timer that may run while a REFER is out. */
const watchTimers: readonly TransferTimer[] = [
  'refer-answer',
  'first-notify',
  'verdict',
  'subscription-end',
  'bye-evidence',
  'caller-bye',
  'retry',
];

/** 408 and 481 to a re-INVITE mean that the dialog has gone (RFC 3261 §12.2.1.2). */
export function meansDead(status: number): boolean {
  return status === 408 || status === 481;
}

/** Success: the outcome, then our BYEs (transfer.md §6 "who sends which BYE"). */
export function complete(
  attempt: Attempt,
  standing: Standing,
  evidence: Extract<TransferOutcome, { name: 'completed' }>['evidence'],
  rules: TransferRules,
): TransferorStep {
  const outcome: TransferOutcome = { name: 'completed', evidence };
  if (evidence.name === 'notify') return withVerdict(outcome, settle(attempt.leg, standing, rules));
  // A BYE was the proof: the replaced leg has gone, and no NOTIFY's 200 must get out before our BYE.
  const effects: TransferEffect[] = standing[attempt.leg] === 'up' ? [{ type: 'end', leg: attempt.leg }] : [];
  return withVerdict(outcome, { state: over, effects });
}

/** Failure: the outcome, then both legs back in the person's hands as far as they are still there. */
export function fail(
  attempt: Attempt,
  standing: Standing,
  reason: Omit<Extract<TransferOutcome, { name: 'failed' }>, 'name'>,
): TransferorStep {
  return withVerdict({ name: 'failed', ...reason }, restore(attempt, standing));
}

/** No verdict: the outcome; both legs stay as they are, and nobody is hung up. */
export function leaveOpen(
  attempt: Attempt,
  standing: Standing,
  why: Extract<TransferOutcome, { name: 'unknown' }>['why'],
): TransferorStep {
  const target = standing.target === 'up';
  const next: TransferorStep =
    standing.caller === 'up'
      ? { state: { name: 'unsure', attempt, target }, effects: [] }
      : { state: over, effects: target ? [resume('target')] : [] };
  return withVerdict({ name: 'unknown', why }, next);
}

function withVerdict(outcome: TransferOutcome, next: TransferorStep): TransferorStep {
  return { state: next.state, effects: [...watchTimers.map(clear), { type: 'outcome', outcome }, ...next.effects] };
}

/** Our BYEs after a success: `bye-grace` for the transferee, `target-bye` for the replaced leg. */
export function settle(referee: Leg, standing: Standing, rules: TransferRules): TransferorStep {
  const effects: TransferEffect[] = [];
  if (standing[referee] === 'up') effects.push({ type: 'set-timer', timer: 'bye-grace', afterMs: rules.byeGraceMs });
  if (standing[otherLeg(referee)] === 'up') {
    effects.push({ type: 'set-timer', timer: 'target-bye', afterMs: rules.targetByeMs });
  }
  return { state: settled(referee, standing.caller === 'up', standing.target === 'up'), effects };
}

/** `settling`, or `over` when no leg is left to end. */
export function settled(referee: Leg, caller: boolean, target: boolean): TransferState {
  return caller || target ? { name: 'settling', referee, caller, target } : over;
}

/** Both legs back in the person's hands, as far as they are still there. */
export function restore(attempt: Attempt, standing: Standing): TransferorStep {
  if (standing.caller !== 'up') {
    return { state: over, effects: standing.target === 'up' ? [resume('target')] : [] };
  }
  if (attempt.facts === undefined) return retrieve(); // blind: there is nobody else to talk to
  if (standing.target !== 'up') return { state: { name: 'caller-held' }, effects: [] };
  return {
    state: { name: 'restored', facts: attempt.facts, talking: 'target', swapping: true },
    effects: [resume('target')],
  };
}

/** Give the caller back to the person. */
export function retrieve(tries = 1): TransferorStep {
  return { state: { name: 'retrieving', tries, waiting: false }, effects: [resume('caller')] };
}

/** `cancel` while the REFER is not out: the target, if there is one, is ended, and the caller comes back. */
export function cancelled(target: boolean): TransferorStep {
  const back = retrieve();
  const outcome: TransferEffect = { type: 'outcome', outcome: { name: 'failed', stage: 'cancelled' } };
  return {
    state: back.state,
    effects: target ? [outcome, { type: 'end', leg: 'target' }, ...back.effects] : [outcome, ...back.effects],
  };
}
