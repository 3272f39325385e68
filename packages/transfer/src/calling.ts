import { attendedAttempt, blindAttempt, sameDialog, sendRefer } from './attempt.ts';
import { startBridge } from './bridge.ts';
import type { BlindGoal, PairFacts, TransferEffect, TransferRules } from './door.ts';
import { plainTarget } from './refer-to.ts';
import type { EarlyDialog } from './state.ts';
import {
  bothUp,
  failed,
  meansDead,
  mute,
  type Named,
  type PlainEvent,
  refuse,
  stay,
  type TransferorStep,
} from './step.ts';
import { bridgeAtOnce } from './tries.ts';
import { callerGone, cancelled } from './verdict.ts';

/*
 *  holding ──held──► calling-target ──target-answered──► consulting
 *     │                 │ complete                     │ complete, semiAttended
 *     │ blind           ▼                              ├─early──► referring (the early dialog) ──refused──► armed
 *     │               armed ──target-answered──┐       └─blind──► degrading
 *     ▼                 │ complete             ▼
 *  referring ◄──────────┼──────────────────────┤ (or bridging)
 *     ▲                 ▼                      │
 *     └──target ended── degrading ──target-answered (it was quicker than our CANCEL)
 */

/** The caller's hold waits for its final answer; nothing is dialled or referred before. */
export function holdingStep(state: Named<'holding'>, event: PlainEvent, rules: TransferRules): TransferorStep {
  switch (event.type) {
    case 'held':
      return event.leg === 'caller' ? goOn(state, [], rules) : stay(state);
    case 'hold-refused':
      if (event.leg !== 'caller') return stay(state);
      if (meansDead(event.status)) return callerGone(false, event.status);
      // transfer.md §3: the call stays as it is, our microphone is off, and the transfer goes on.
      return goOn(state, [mute('caller')], rules);
    case 'ended':
      return event.leg === 'caller' ? callerGone(false) : stay(state);
    case 'cancel':
      return cancelled(false);
    case 'complete':
    case 'swap':
      return refuse(state, state.blind === undefined ? 'not-answered' : 'already-pending');
    case 'resumed':
    case 'resume-refused':
    case 'target-ringing':
    case 'target-answered':
    case 'refer-answered':
    case 'notified':
    case 'timer':
      return stay(state);
    default:
      event satisfies never;
      throw new Error(`no such event: ${JSON.stringify(event)}`);
  }
}

function goOn(state: Named<'holding'>, effects: readonly TransferEffect[], rules: TransferRules): TransferorStep {
  if (state.blind === undefined) {
    return {
      state: { name: 'calling-target', ringing: false, early: undefined },
      effects: [...effects, { type: 'dial-target' }],
    };
  }
  const sent = sendRefer(blindAttempt(state.blind), { caller: 'up', target: 'lost' }, rules);
  return { state: sent.state, effects: [...effects, ...sent.effects] };
}

/** The target is dialled: `calling-target`, or `armed` once `complete` was pressed. */
export function callingStep(
  state: Named<'calling-target'> | Named<'armed'>,
  event: PlainEvent,
  rules: TransferRules,
): TransferorStep {
  switch (event.type) {
    case 'target-ringing': {
      const early = event.facts === undefined ? state.early : withDialog(state.early, event.facts);
      return stay(state.ringing && early === state.early ? state : { ...state, ringing: true, early });
    }
    case 'target-answered': {
      const facts: PairFacts = { caller: event.caller, target: event.target };
      return state.name === 'calling-target'
        ? stay({ name: 'consulting', facts })
        : handOver(facts, state.rounds, rules);
    }
    case 'complete':
      return state.name === 'armed' ? pressedAgain(state, event.blind) : arm(state, event.blind, rules);
    case 'cancel':
      return cancelled(true);
    case 'swap':
      return refuse(state, 'not-answered');
    case 'ended': {
      if (event.leg === 'caller') return callerGone(false);
      const { status, phrase } = event.cause;
      const verdict = failed({
        stage: 'consult',
        ...(status === undefined ? {} : { status }),
        ...(phrase === undefined ? {} : { phrase }),
      });
      return { state: { name: 'caller-held' }, effects: [verdict] };
    }
    case 'held':
    case 'hold-refused':
    case 'resumed':
    case 'resume-refused':
    case 'refer-answered':
    case 'notified':
    case 'timer':
      return stay(state);
    default:
      event satisfies never;
      throw new Error(`no such event: ${JSON.stringify(event)}`);
  }
}

/** The target answered after `complete`: no time is lost with a hold, and the person's microphone stays off. */
function handOver(facts: PairFacts, rounds: number, rules: TransferRules): TransferorStep {
  if (sameDialog(facts)) return refuse({ name: 'consulting', facts }, 'same-dialog');
  const next = bridgeAtOnce(facts, rules)
    ? startBridge(facts, {})
    : sendRefer(attendedAttempt(facts, rules, rounds), bothUp, rules);
  return { state: next.state, effects: [mute('target'), ...next.effects] };
}

/** RFC 3261 §12.1.2: every To-tag of a provisional response is a dialog of its own; with two, none may be named. */
function withDialog(known: EarlyDialog, facts: PairFacts): EarlyDialog {
  if (known === undefined) return facts;
  if (known === 'forked') return known;
  return known.target.dialog.remoteTag === facts.target.dialog.remoteTag ? known : 'forked';
}

/** `complete` while the target is called: what it means is the PBX's and the person's rule (transfer.md §10). */
function arm(state: Named<'calling-target'>, blind: BlindGoal | undefined, rules: TransferRules): TransferorStep {
  const { ringing, early } = state;
  const goal = blind ?? goalOf(early);
  switch (rules.semiAttended) {
    case 'arm':
      break;
    case 'blind':
      if (goal !== undefined) return degrade(goal, 0);
      break;
    case 'early':
      // Departs from RFC 3891 §4, which forbids it towards a phone, for B2BUAs that own both legs.
      if (early !== undefined && early !== 'forked') {
        return sendRefer({ ...attendedAttempt(early, rules), early: 'rings' }, bothUp, rules);
      }
      break;
    default:
      rules.semiAttended satisfies never;
      throw new Error(`no such rule: ${rules.semiAttended}`);
  }
  return stay({ name: 'armed', ringing, early, goal, rounds: 0 });
}

/** `complete` while armed: the caller is sent to the target without waiting for its answer, where it is known how. */
function pressedAgain(state: Named<'armed'>, blind: BlindGoal | undefined): TransferorStep {
  const goal = blind ?? state.goal ?? goalOf(state.early);
  return goal === undefined ? stay(state) : degrade(goal, state.rounds);
}

/** RFC 5589 §7.6: the call to the target is given up first, so that it is not called twice at once. */
function degrade(goal: BlindGoal, rounds: number): TransferorStep {
  return {
    state: { name: 'degrading', goal, rounds },
    effects: [
      { type: 'note', word: 'degraded-to-blind' },
      { type: 'end', leg: 'target' },
    ],
  };
}

function goalOf(early: EarlyDialog): BlindGoal | undefined {
  if (early === undefined || early === 'forked') return undefined;
  const { caller, target } = early;
  return { referTo: plainTarget(target.addressOfRecord), referredBy: caller.account, caller };
}

/** The target's call is being cancelled; then the caller is referred to it without Replaces. */
export function degradingStep(state: Named<'degrading'>, event: PlainEvent, rules: TransferRules): TransferorStep {
  switch (event.type) {
    case 'ended':
      if (event.leg === 'caller') return callerGone(false);
      return sendRefer(blindAttempt(state.goal, state.rounds), { caller: 'up', target: 'lost' }, rules);
    case 'target-answered':
      // transfer.md §9.15: its 200 crossed our CANCEL and the call was kept.
      return handOver({ caller: event.caller, target: event.target }, state.rounds, rules);
    case 'cancel':
      return cancelled(false); // the target's call ends anyway
    case 'complete':
      return stay(state);
    case 'swap':
      return refuse(state, 'already-pending');
    case 'held':
    case 'hold-refused':
    case 'resumed':
    case 'resume-refused':
    case 'target-ringing':
    case 'refer-answered':
    case 'notified':
    case 'timer':
      return stay(state);
    default:
      event satisfies never;
      throw new Error(`no such event: ${JSON.stringify(event)}`);
  }
}
