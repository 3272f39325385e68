import { attendedAttempt, sendRefer } from './attempt.ts';
import { startBridge } from './bridge.ts';
import type { TransferRules } from './door.ts';
import type { Attempt, Standing } from './state.ts';
import { bothUp, mute, type TransferorStep } from './step.ts';
import { nextTry, type Refusal } from './tries.ts';
import { clearWatch, fail } from './verdict.ts';

/** A try was refused: the next one, the bridge, or both calls back with the person. */
export function refused(attempt: Attempt, standing: Standing, refusal: Refusal, rules: TransferRules): TransferorStep {
  const { stage, status, phrase } = refusal;
  if (standing.caller !== 'up' || (attempt.kind === 'attended' && standing.target !== 'up')) {
    return fail(attempt, standing, refusal);
  }
  if (attempt.early !== 'no') return lateOrEarly(attempt, status, rules);
  const next = nextTry(attempt, refusal, rules);
  if (next === undefined) return fail(attempt, standing, refusal);
  if (next === 'bridge') {
    if (attempt.facts === undefined) throw new Error('a blind transfer cannot be bridged');
    const bridging = startBridge(attempt.facts, { status, phrase });
    return { state: bridging.state, effects: [...clearWatch, ...bridging.effects] };
  }
  const sent = sendRefer(next, standing, rules);
  const word = stage === 'refer' ? 'refer-again' : next.leg === attempt.leg ? 'other-uri-form' : 'other-leg';
  return {
    state: sent.state,
    effects: [...clearWatch, { type: 'note', word, detail: String(status) }, ...sent.effects],
  };
}

/** The early dialog cannot be replaced (RFC 3891 §4 forbids it towards a phone): its answer is waited for, or has come. */
function lateOrEarly(attempt: Attempt, status: number, rules: TransferRules): TransferorStep {
  const { facts, round } = attempt;
  if (facts === undefined) throw new Error('an early REFER without its facts');
  const note = { type: 'note', word: 'early-refused', detail: String(status) } as const;
  if (attempt.early === 'rings') {
    return {
      state: { name: 'armed', ringing: true, early: facts, goal: undefined, rounds: round },
      effects: [...clearWatch, note],
    };
  }
  const sent = sendRefer(attendedAttempt(facts, rules, round), bothUp, rules);
  return { state: sent.state, effects: [...clearWatch, note, mute('target'), ...sent.effects] };
}
