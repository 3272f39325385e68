import type { Leg, TransferEffect, TransferOutcome, TransferRules, TransferTimer } from './door.ts';
import type { Attempt, Standing, TransferState } from './state.ts';
import { clear, type Failure, failedAt, otherLeg, over, resume, type TransferorStep } from './step.ts';

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

/** No REFER is out any more: every timer that watched one is cleared. */
export const clearWatch: readonly TransferEffect[] = watchTimers.map(clear);

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
export function fail(attempt: Attempt, standing: Standing, reason: Failure): TransferorStep {
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
      ? { state: { name: 'unsure', attempt, target, heard: false }, effects: [] }
      : { state: over, effects: survivor(attempt, standing) };
  return withVerdict({ name: 'unknown', why }, next);
}

function withVerdict(outcome: TransferOutcome, next: TransferorStep): TransferorStep {
  return { state: next.state, effects: [...clearWatch, { type: 'outcome', outcome }, ...next.effects] };
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
  if (standing.caller !== 'up') return { state: over, effects: survivor(attempt, standing) };
  if (attempt.facts === undefined) return retrieve(); // blind: there is nobody else to talk to
  if (standing.target !== 'up') return { state: { name: 'caller-held' }, effects: [] };
  return {
    state: { name: 'restored', facts: attempt.facts, talking: 'target', swapping: true },
    effects: [resume('target')],
  };
}

/** The caller has gone: the target becomes an ordinary call; one that still rings is one already. */
function survivor(attempt: Attempt, standing: Standing): readonly TransferEffect[] {
  return standing.target === 'up' && attempt.early !== 'rings' ? [resume('target')] : [];
}

/** Give the caller back to the person. */
export function retrieve(tries = 1): TransferorStep {
  return { state: { name: 'retrieving', tries, waiting: false }, effects: [resume('caller')] };
}

/** `cancel` while the REFER is not out: the target, if there is one, is ended, and the caller comes back. */
export function cancelled(target: boolean): TransferorStep {
  const back = retrieve();
  const outcome = failedAt('cancelled');
  return {
    state: back.state,
    effects: target ? [outcome, { type: 'end', leg: 'target' }, ...back.effects] : [outcome, ...back.effects],
  };
}

/** The caller has gone before the REFER: the target, held or talking, becomes an ordinary call. */
export function callerGone(resumeTarget: boolean, status?: number): TransferorStep {
  const verdict = failedAt('caller-gone', status);
  return { state: over, effects: resumeTarget ? [verdict, resume('target')] : [verdict] };
}

/** The target has gone before the REFER: the caller waits, or talks already. */
export function targetGone(callerTalks: boolean, status?: number): TransferorStep {
  return { state: callerTalks ? over : { name: 'caller-held' }, effects: [failedAt('target-gone', status)] };
}

/** The target has gone while the caller was about to talk: the outcome, and the caller comes back. */
export function callerBack(status?: number): TransferorStep {
  const back = retrieve();
  return { state: back.state, effects: [failedAt('target-gone', status), ...back.effects] };
}
