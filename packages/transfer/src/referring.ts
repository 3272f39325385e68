import { sendRefer } from './attempt.ts';
import type { TransferEvent, TransferRules } from './door.ts';
import { accept, acceptByNotify, targetAnswered, withStanding } from './evidence.ts';
import { refused } from './refusal.ts';
import type { Attempt, Standing, TransferState } from './state.ts';
import type { PlainEvent, TransferorStep } from './step.ts';
import { cancelled, fail, leaveOpen } from './verdict.ts';

/*
 *            ┌──────────────retry timer───────────────┐
 *            ▼                                        │
 *       referring ──491 (3x), 503 Retry-After <= 5──► backing-off ──cancel──► retrieving
 *        │  │  ├──408 in the dialog, or silence ──► unknown
 *        │  │  └──every other >= 300 ──► refusal.ts: another REFER, bridging, or failed
 *        │  └──2xx or NOTIFY ──► watching
 *        └──a leg ends: remembered until the answer says what it meant
 */

/** 491 answers that are waited out; the next one is a failure. */
const glareTries = 3;
/** Waits after them, ms: inside the 2.1 to 4.0 s of RFC 3261 §14.1, each another so that two phones come apart. */
const glareWaitsMs = [2_100, 3_950, 3_020] as const;
/** A longer Retry-After of a 503 is a refusal. */
const longestWaitMs = 5_000;

/** REFER is out. */
export function referringStep(
  state: Extract<TransferState, { name: 'referring' }>,
  event: PlainEvent,
  rules: TransferRules,
): TransferorStep {
  const { attempt, standing } = state;
  const stay: TransferorStep = { state, effects: [] };
  switch (event.type) {
    case 'refer-answered':
      // RFC 4320 §4.1: a provisional answer is no answer.
      if (event.round !== attempt.round || event.status < 200) return stay;
      // RFC 7647 §5: any 2xx accepts; it proves nothing yet.
      return event.status < 300
        ? accept(attempt, standing, event.withoutSubscription, rules)
        : refusedStep(attempt, standing, event, rules);
    case 'notified':
      return event.round === attempt.round ? acceptByNotify(attempt, standing, event, rules) : stay;
    case 'ended':
      // A BYE may cross the REFER, and on a B2BUA it may overtake the 202: the answer decides.
      return standing[event.leg] === 'up'
        ? { state: { ...state, standing: withStanding(standing, event.leg, event.cause) }, effects: [] }
        : stay;
    case 'timer':
      return event.timer === 'refer-answer' ? leaveOpen(attempt, standing, 'refer-unanswered') : stay;
    case 'cancel':
      return { state, effects: [{ type: 'refuse', why: 'accepted-cannot-cancel' }] };
    case 'complete':
    case 'swap':
      return { state, effects: [{ type: 'refuse', why: 'already-pending' }] };
    case 'held':
    case 'hold-refused':
    case 'resumed':
    case 'resume-refused':
    case 'target-ringing':
      return stay;
    case 'target-answered': {
      const answered = standing.target === 'up' ? targetAnswered(attempt, event) : undefined;
      return answered === undefined
        ? stay
        : { state: { ...state, attempt: answered.attempt }, effects: answered.effects };
    }
    default:
      event satisfies never;
      throw new Error(`no such event: ${JSON.stringify(event)}`);
  }
}

/** The answers table of transfer.md §4. */
function refusedStep(
  attempt: Attempt,
  standing: Standing,
  answer: Extract<TransferEvent, { type: 'refer-answered' }>,
  rules: TransferRules,
): TransferorStep {
  const { status, phrase } = answer;
  const refusal = { stage: 'refer', status, phrase } as const;
  if (standing.caller !== 'up') return fail(attempt, standing, { stage: 'caller-gone', status, phrase });
  if (attempt.kind === 'attended' && standing.target !== 'up') {
    return fail(attempt, standing, { stage: 'target-gone', status, phrase });
  }
  switch (status) {
    case 491:
      if (attempt.glares >= glareTries) break;
      return wait({ ...attempt, glares: attempt.glares + 1 }, glareWaitsMs[attempt.glares]!);
    case 503:
      if (attempt.tried.wait || answer.retryAfterMs === undefined || answer.retryAfterMs > longestWaitMs) break;
      return wait({ ...attempt, tried: { ...attempt.tried, wait: true } }, answer.retryAfterMs);
    case 408:
      // Nobody answered: the REFER may have arrived all the same. A GRUU that is out of reach has its dialog left.
      if (attempt.manner === 'in-dialog') return leaveOpen(attempt, standing, 'refer-unanswered');
      break;
    default:
      break;
  }
  return refused(attempt, standing, refusal, rules);
}

function wait(attempt: Attempt, afterMs: number): TransferorStep {
  return {
    state: { name: 'backing-off', attempt },
    effects: [
      { type: 'clear-timer', timer: 'refer-answer' },
      { type: 'set-timer', timer: 'retry', afterMs },
    ],
  };
}

/** No REFER is out: the next one waits. */
export function backingOffStep(
  state: Extract<TransferState, { name: 'backing-off' }>,
  event: PlainEvent,
  rules: TransferRules,
): TransferorStep {
  const { attempt } = state;
  const attended = attempt.kind === 'attended';
  switch (event.type) {
    case 'timer':
      return event.timer === 'retry'
        ? sendRefer({ ...attempt, round: attempt.round + 1 }, { caller: 'up', target: attended ? 'up' : 'lost' }, rules)
        : { state, effects: [] };
    case 'cancel': {
      const back = cancelled(attended);
      return { state: back.state, effects: [{ type: 'clear-timer', timer: 'retry' }, ...back.effects] };
    }
    case 'ended':
      if (event.leg === 'caller') {
        return fail(attempt, { caller: 'lost', target: attended ? 'up' : 'lost' }, { stage: 'caller-gone' });
      }
      return attended
        ? fail(attempt, { caller: 'up', target: 'lost' }, { stage: 'target-gone' })
        : { state, effects: [] };
    case 'complete':
    case 'swap':
      return { state, effects: [{ type: 'refuse', why: 'already-pending' }] };
    case 'held':
    case 'hold-refused':
    case 'resumed':
    case 'resume-refused':
    case 'target-ringing':
    case 'refer-answered':
    case 'notified':
      return { state, effects: [] };
    case 'target-answered': {
      const answered = targetAnswered(attempt, event);
      return answered === undefined
        ? { state, effects: [] }
        : { state: { ...state, attempt: answered.attempt }, effects: answered.effects };
    }
    default:
      event satisfies never;
      throw new Error(`no such event: ${JSON.stringify(event)}`);
  }
}
