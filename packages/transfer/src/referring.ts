import { type PlainEvent, sendRefer, type TransferorStep, withOtherLeg } from './attempt.ts';
import type { TransferEvent, TransferRules } from './door.ts';
import { accept, acceptByNotify, withStanding } from './evidence.ts';
import type { Attempt, Standing, TransferState } from './state.ts';
import { cancelled, fail, leaveOpen } from './verdict.ts';

/*
 *            ┌──────────────retry timer───────────────┐
 *            ▼                                        │
 *       referring ──491 (3x), 503 Retry-After <= 5──► backing-off ──cancel──► retrieving
 *        │  │  ├──400 416 420 421 488 606, Require dropped ──► referring
 *        │  │  ├──405 489 501, other leg ──────────────────► referring
 *        │  │  ├──408 or silence ──► unknown      other >= 300 ──► failed
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
    case 'target-answered':
      return stay;
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
    case 400:
    case 416:
    case 420:
    case 421:
    case 488:
    case 606:
      if (!attempt.requireReplaces) break;
      return again({ ...attempt, requireReplaces: false, round: attempt.round + 1 }, standing, rules, status);
    case 405:
    case 489:
    case 501: {
      const other = withOtherLeg(attempt, rules);
      if (other === undefined) break;
      return again(other, standing, rules, status);
    }
    case 408:
      // Nobody answered: the REFER may have arrived all the same.
      return leaveOpen(attempt, standing, 'refer-unanswered');
    default:
      break;
  }
  return fail(attempt, standing, { stage: 'refer', status, phrase });
}

function again(attempt: Attempt, standing: Standing, rules: TransferRules, status: number): TransferorStep {
  const sent = sendRefer(attempt, standing, rules);
  return {
    state: sent.state,
    effects: [{ type: 'note', word: 'refer-again', detail: String(status) }, ...sent.effects],
  };
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
    case 'target-answered':
    case 'refer-answered':
    case 'notified':
      return { state, effects: [] };
    default:
      event satisfies never;
      throw new Error(`no such event: ${JSON.stringify(event)}`);
  }
}
