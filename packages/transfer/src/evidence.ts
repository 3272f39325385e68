import type { EndCause } from '@switchhook/sip-core';
import type { Leg, TransferEffect, TransferEvent, TransferRules } from './door.ts';
import { refused } from './refusal.ts';
import type { Attempt, LegStanding, Standing, TransferState } from './state.ts';
import { clear, mute, otherLeg, type PlainEvent, type TransferorStep } from './step.ts';
import { complete, leaveOpen } from './verdict.ts';

/*
 *  accepted ──► watching ──NOTIFY 2xx (S1)────────────────────────────────────────────► completed
 *                  ├──replaced leg's BYE (S2, S3)──2 s without contradiction───────────► completed
 *                  │     └─a subscription that notifies──its NOTIFY, or 40 s without one─► as it says, completed
 *                  ├──transferee's BYE (S4)──replaced leg's BYE within 5 s─────────────► completed
 *                  │                        └──nothing within 5 s──────────────────────► unknown
 *                  ├──NOTIFY >= 300 (F1)──► refusal.ts: another REFER, bridging, or───────► failed
 *                  └──verdict 32 s / 180 s, or the subscription's end + 10 s (F3)──────► unknown
 */

/**
 * Whether the end of a leg may prove success: a BYE of the far end without a Reason that speaks of failure
 * (RFC 3326; transfer.md §6 S2). A call that we ended, or that broke, proves nothing.
 */
export function standingAfter(cause: EndCause): LegStanding {
  if (cause.by !== 'remote' || cause.how !== 'bye') return 'lost';
  const reason = cause.reason;
  if (reason?.cause === undefined) return 'left';
  switch (reason.protocol.toLowerCase()) {
    case 'sip':
      return reason.cause >= 200 && reason.cause < 300 ? 'left' : 'lost';
    case 'q.850':
      return reason.cause === 16 ? 'left' : 'lost';
    default:
      return 'left';
  }
}

/** The REFER was accepted by a 2xx: start to watch. */
export function accept(
  attempt: Attempt,
  standing: Standing,
  withoutSubscription: boolean,
  rules: TransferRules,
): TransferorStep {
  const effects = watchTimers(attempt, rules);
  // RFC 4488 §4: with Refer-Sub: false in the 2xx no NOTIFY will come; the replaced leg's BYE alone can tell (S3).
  if (!withoutSubscription) effects.push({ type: 'set-timer', timer: 'first-notify', afterMs: rules.firstNotifyMs });
  const weighed = weigh(attempt, standing, false, rules);
  return { state: weighed.state, effects: [...effects, ...weighed.effects] };
}

/**
 * A NOTIFY overtook the 2xx: it proves that the REFER was accepted (RFC 6665 §4.1.2.4). Its own word comes before what
 * the BYEs of the meantime may mean.
 */
export function acceptByNotify(
  attempt: Attempt,
  standing: Standing,
  event: Extract<TransferEvent, { type: 'notified' }>,
  rules: TransferRules,
): TransferorStep {
  const heard = notifiedStep({ name: 'watching', attempt, standing, notifies: false }, event, rules);
  const next =
    heard.state.name === 'watching'
      ? weigh(heard.state.attempt, heard.state.standing, heard.state.notifies, rules)
      : { state: heard.state, effects: [] };
  return { state: next.state, effects: [...watchTimers(attempt, rules), ...heard.effects, ...next.effects] };
}

function watchTimers(attempt: Attempt, rules: TransferRules): TransferEffect[] {
  return [
    { type: 'clear-timer', timer: 'refer-answer' },
    { type: 'set-timer', timer: 'verdict', afterMs: rules.verdictMs[span(attempt)] },
  ];
}

/** A target that still rings needs the time of a blind transfer (transfer.md §6). */
function span(attempt: Attempt): 'attended' | 'blind' {
  return attempt.early === 'no' ? attempt.kind : 'blind';
}

/**
 * The target answered although its early dialog was to be replaced: who answers is silenced, and its dialog counts.
 * Undefined where no such answer is awaited.
 */
export function targetAnswered(
  attempt: Attempt,
  event: Extract<PlainEvent, { type: 'target-answered' }>,
): { readonly attempt: Attempt; readonly effects: readonly TransferEffect[] } | undefined {
  if (attempt.early !== 'rings') return undefined;
  const facts = { caller: event.caller, target: event.target };
  return { attempt: { ...attempt, facts, early: 'answered' }, effects: [mute('target')] };
}

/** What the BYEs of both legs mean together. */
function weigh(attempt: Attempt, standing: Standing, notifies: boolean, rules: TransferRules): TransferorStep {
  const referee = standing[attempt.leg];
  const replaced = standing[otherLeg(attempt.leg)];
  const watching: TransferState = { name: 'watching', attempt, standing, notifies };
  if (replaced === 'left') {
    if (referee === 'left') return complete(attempt, standing, { name: 'both-byes' }, rules);
    return { state: watching, effects: nowOrNever('bye-evidence', evidenceMs(notifies, rules)) };
  }
  // Departs from transfer.md §6 S4 "or C's leg is gone" where that leg ended with a failure, or by us: a caller who then
  // hangs up has given up, and proves nothing.
  if (referee !== 'up') return { state: watching, effects: nowOrNever('caller-bye', rules.callerByeMs) };
  return { state: watching, effects: [] };
}

/**
 * How long the BYE of a replaced leg waits for a NOTIFY that says otherwise.
 *
 * Departs from transfer.md §6 S2 where NOTIFYs come, because that BYE cannot be told from one by hand, while the caller's
 * INVITE is still on its way or has failed: whoever notifies will say so within 64·T1, and the caller is held until then.
 */
function evidenceMs(notifies: boolean, rules: TransferRules): number {
  return notifies ? Math.max(rules.byeEvidenceMs, rules.byeNotifyMs) : rules.byeEvidenceMs;
}

/** A short wait takes the place of the long ones. */
function nowOrNever(timer: 'bye-evidence' | 'caller-bye', afterMs: number): readonly TransferEffect[] {
  return [
    { type: 'clear-timer', timer: timer === 'bye-evidence' ? 'caller-bye' : 'bye-evidence' },
    { type: 'clear-timer', timer: 'first-notify' },
    { type: 'clear-timer', timer: 'verdict' },
    { type: 'clear-timer', timer: 'subscription-end' },
    { type: 'set-timer', timer, afterMs },
  ];
}

/** REFER accepted: wait for evidence, first wins. */
export function watchingStep(
  state: Extract<TransferState, { name: 'watching' }>,
  event: PlainEvent,
  rules: TransferRules,
): TransferorStep {
  const { attempt, standing } = state;
  const stay: TransferorStep = { state, effects: [] };
  switch (event.type) {
    case 'notified':
      return event.round === attempt.round ? notifiedStep(state, event, rules) : stay;
    case 'ended':
      return standing[event.leg] === 'up'
        ? weigh(attempt, withStanding(standing, event.leg, event.cause), state.notifies, rules)
        : stay;
    case 'timer':
      return timerStep(state, event.timer, rules);
    case 'refer-answered':
      // The 2xx after its NOTIFY, or a 408 of ours although a NOTIFY has proved that the REFER arrived: no news.
      return stay;
    case 'cancel':
      // RFC 3515 §2.4.4: an accepted REFER cannot be withdrawn.
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

/** `standing` after the end of one leg. */
export function withStanding(standing: Standing, leg: Leg, cause: EndCause): Standing {
  return { ...standing, [leg]: standingAfter(cause) };
}

function notifiedStep(
  state: Extract<TransferState, { name: 'watching' }>,
  event: Extract<TransferEvent, { type: 'notified' }>,
  rules: TransferRules,
): TransferorStep {
  const { attempt, standing } = state;
  const { status, phrase } = event;
  if (status !== undefined && status >= 200 && status < 300) {
    return complete(attempt, standing, { name: 'notify', status }, rules); // S1, whatever the subscription says
  }
  if (status !== undefined && status >= 300) {
    return refused(attempt, standing, { stage: 'notify', status, phrase }, rules); // F1
  }
  // No verdict: progress, or an end of the subscription that says nothing (transfer.md §5).
  const effects: TransferEffect[] = [
    { type: 'clear-timer', timer: 'first-notify' },
    { type: 'note', word: 'progress', detail: status === undefined ? 'no status' : String(status) },
  ];
  const notifies = event.subscription !== 'terminated';
  const replaced = otherLeg(attempt.leg);
  const hasLeft = standing[attempt.leg] === 'up' && standing[replaced] === 'left';
  if (hasLeft && notifies && status !== undefined && status >= 180) {
    // The leg that should be replaced is called anew: its BYE was no answer to Replaces, and proves nothing.
    effects.push(clear('bye-evidence'), { type: 'set-timer', timer: 'verdict', afterMs: rules.verdictMs.blind });
    return { state: { ...state, standing: { ...standing, [replaced]: 'lost' }, notifies }, effects };
  }
  if (hasLeft && notifies !== state.notifies) {
    effects.push({ type: 'set-timer', timer: 'bye-evidence', afterMs: evidenceMs(notifies, rules) });
  }
  const left = notifies ? event.expiresMs : 0;
  const waitsForBye = standing[attempt.leg] !== 'up' || standing[replaced] === 'left';
  if (left !== undefined && !waitsForBye) {
    effects.push({ type: 'set-timer', timer: 'subscription-end', afterMs: left + rules.subscriptionSlackMs });
  }
  return { state: notifies === state.notifies ? state : { ...state, notifies }, effects };
}

function timerStep(
  state: Extract<TransferState, { name: 'watching' }>,
  timer: Extract<TransferEvent, { type: 'timer' }>['timer'],
  rules: TransferRules,
): TransferorStep {
  const { attempt, standing } = state;
  const stay: TransferorStep = { state, effects: [] };
  const referee = standing[attempt.leg];
  const replaced = standing[otherLeg(attempt.leg)];
  switch (timer) {
    case 'first-notify':
      return { state, effects: [{ type: 'note', word: 'no-notify-yet' }] };
    case 'verdict':
    case 'subscription-end':
      // A short wait for a BYE runs in their place: they were cleared, and a late one must not cut it off.
      return referee === 'up' && replaced !== 'left' ? leaveOpen(attempt, standing, 'no-verdict') : stay;
    case 'bye-evidence':
      return replaced === 'left' ? complete(attempt, standing, { name: 'target-bye' }, rules) : stay;
    case 'caller-bye':
      if (referee === 'up' || replaced === 'left') return stay;
      return attempt.kind === 'blind' && referee === 'left' && rules.callerByeProvesBlind
        ? complete(attempt, standing, { name: 'caller-bye' }, rules)
        : leaveOpen(attempt, standing, 'caller-left');
    case 'refer-answer':
    case 'bye-grace':
    case 'target-bye':
    case 'retry':
      return stay;
    default:
      timer satisfies never;
      throw new Error(`no such timer: ${timer}`);
  }
}
