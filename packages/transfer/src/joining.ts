import { sameDialog } from './attempt.ts';
import { joinBridge, startBridge } from './bridge.ts';
import { refer } from './consultation.ts';
import type { Leg, PairFacts, TransferEffect, TransferRules } from './door.ts';
import type { TransferState } from './state.ts';
import {
  failedAt,
  meansDead,
  mute,
  type Named,
  otherLeg,
  over,
  type PlainEvent,
  refuse,
  resume,
  resumeJoining,
  stay,
  type TransferorStep,
} from './step.ts';
import { bridgeAtOnce } from './tries.ts';
import { callerBack, callerGone, cancelled, targetGone } from './verdict.ts';

/*
 *  consulting, swapped ──merge──► merging ──both resumed──► merged ──bridge──► bridged
 *                                    │ a resume refused        │ cancel, swap: one is held, the other talks
 *                                    ▼                         │ complete: both are held
 *                             swapping, to who talks           ▼
 *                                                          unmerging ──held──► consulting, swapped or referring
 */

/** `merge` or `bridge` was pressed. */
export function joinPressed(state: TransferState, press: 'merge' | 'bridge', rules: TransferRules): TransferorStep {
  switch (state.name) {
    case 'consulting':
    case 'swapped':
      if (sameDialog(state.facts)) return refuse(state, 'same-dialog');
      if (press === 'merge') return startMerge(state.facts, state.name === 'consulting' ? 'target' : 'caller');
      return rules.localBridge === 'never' ? refuse(state, 'bridge-not-allowed') : startBridge(state.facts, {});
    case 'merged':
      if (press === 'merge') return refuse(state, 'already-pending');
      return rules.localBridge === 'never' ? refuse(state, 'bridge-not-allowed') : joinBridge(state.facts, {});
    case 'bridged':
      if ((press === 'merge') === state.withUs) return refuse(state, 'already-pending');
      return { state: { ...state, withUs: press === 'merge' }, effects: [{ type: press }] };
    case 'restored':
      if (state.swapping) return refuse(state, 'already-pending');
      return startAgain(state, state.facts, state.talking, press, rules);
    case 'unsure': {
      const { facts, early } = state.attempt;
      if (!state.target || facts === undefined) return refuse(state, 'over');
      return early === 'rings' ? refuse(state, 'not-answered') : startAgain(state, facts, 'target', press, rules);
    }
    case 'holding':
    case 'calling-target':
    case 'armed':
    case 'degrading':
      return refuse(state, 'not-answered');
    case 'swapping':
    case 'holding-again':
    case 'holding-target':
    case 'merging':
    case 'unmerging':
    case 'bridging':
    case 'referring':
    case 'backing-off':
    case 'watching':
      return refuse(state, 'already-pending');
    case 'settling':
    case 'caller-held':
    case 'retrieving':
    case 'over':
      return refuse(state, 'over');
    default:
      state satisfies never;
      throw new Error(`no such state: ${JSON.stringify(state)}`);
  }
}

/** The outcome of this transfer is given: what the person wants now is a new one over the same calls. */
function startAgain(
  state: TransferState,
  facts: PairFacts,
  talking: Leg,
  press: 'merge' | 'bridge',
  rules: TransferRules,
): TransferorStep {
  if (press === 'bridge' && rules.localBridge === 'never') return refuse(state, 'bridge-not-allowed');
  return { state: over, effects: [{ type: 'start-again', facts, talking, press }] };
}

function startMerge(facts: PairFacts, talking: Leg): TransferorStep {
  return {
    state: { name: 'merging', facts, talking, waits: otherLeg(talking) },
    effects: [resumeJoining(otherLeg(talking))],
  };
}

/** Both legs are resumed, while one of them goes on talking (its resume is answered at once). */
export function mergingStep(state: Named<'merging'>, event: PlainEvent): TransferorStep {
  const { facts, talking } = state;
  switch (event.type) {
    case 'resumed':
      if (event.leg !== state.waits) return stay(state);
      return event.leg === talking
        ? { state: { name: 'merged', facts, talking }, effects: [{ type: 'merge' }] }
        : { state: { ...state, waits: talking }, effects: [resumeJoining(talking)] };
    case 'resume-refused': {
      const { leg, status } = event;
      if (leg !== state.waits) return stay(state);
      if (meansDead(status)) return leg === 'caller' ? callerGone(true, status) : callerBack(status);
      // It stays held: the person talks with the other, as before.
      const to = otherLeg(leg);
      return {
        state: { name: 'swapping', facts, to, phase: 'resuming', completing: false },
        effects: [resume(to)],
      };
    }
    case 'cancel':
      return cancelled(true);
    case 'complete':
    case 'swap':
      return refuse(state, 'already-pending');
    case 'ended':
      return event.leg === 'caller' ? callerGone(true) : callerBack();
    case 'held':
    case 'hold-refused':
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

/** One leg is held, `to` talks on alone. */
function apart(facts: PairFacts, to: Leg): TransferorStep {
  const silent = otherLeg(to);
  return {
    state: { name: 'unmerging', facts, caller: silent === 'caller', target: silent === 'target', to, leaving: false },
    effects: [
      { type: 'unjoin', talking: to },
      { type: 'hold', leg: silent },
    ],
  };
}

/** All three talk. */
export function mergedStep(state: Named<'merged'>, event: PlainEvent, rules: TransferRules): TransferorStep {
  const { facts, talking } = state;
  switch (event.type) {
    case 'complete': {
      if (sameDialog(facts)) return refuse(state, 'same-dialog');
      // Nothing can be sent that would help: the person leaves, and the two stay joined.
      if (bridgeAtOnce(facts, rules, true)) return joinBridge(facts, {});
      const last: Leg = rules.holdTarget ? talking : 'target';
      const holds: readonly TransferEffect[] = rules.holdTarget
        ? [
            { type: 'hold', leg: 'caller' },
            { type: 'hold', leg: 'target' },
          ]
        : [{ type: 'hold', leg: 'caller' }];
      return {
        state: { name: 'unmerging', facts, caller: true, target: rules.holdTarget, to: 'refer', leaving: true },
        effects: [{ type: 'unjoin', talking: last }, ...holds],
      };
    }
    case 'cancel':
      return apart(facts, talking);
    case 'swap':
      return apart(facts, otherLeg(talking));
    case 'ended': {
      const left = otherLeg(event.leg);
      const verdict = failedAt(event.leg === 'caller' ? 'caller-gone' : 'target-gone');
      return { state: over, effects: [{ type: 'unjoin', talking: left }, verdict] };
    }
    case 'held':
    case 'hold-refused':
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

/** The holds after `merged` wait for their final answers. */
export function unmergingStep(state: Named<'unmerging'>, event: PlainEvent, rules: TransferRules): TransferorStep {
  const { to } = state;
  switch (event.type) {
    case 'held':
      return state[event.leg] ? heldApart(state, event.leg, [], rules) : stay(state);
    case 'hold-refused': {
      const { leg, status } = event;
      if (!state[leg]) return stay(state);
      if (meansDead(status)) return leg === 'caller' ? callerGone(true, status) : legGone(to, status);
      return heldApart(state, leg, [mute(leg)], rules);
    }
    case 'complete':
      if (to === 'refer') return stay(state); // pressed twice counts once
      if (to === 'target' && !rules.holdTarget) return stay({ ...state, to: 'refer' });
      return { state: { ...state, [to]: true, to: 'refer' }, effects: [{ type: 'hold', leg: to }] };
    case 'cancel':
      return cancelled(true);
    case 'swap':
      return refuse(state, 'already-pending');
    case 'ended':
      return event.leg === 'caller' ? callerGone(true) : legGone(to);
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

function heldApart(
  state: Named<'unmerging'>,
  leg: Leg,
  effects: readonly TransferEffect[],
  rules: TransferRules,
): TransferorStep {
  const next = { ...state, [leg]: false };
  if (next.caller || next.target) return { state: next, effects };
  const { facts, to, leaving } = state;
  const then: TransferorStep =
    to === 'refer' ? refer(facts, rules, leaving) : stay({ name: to === 'target' ? 'consulting' : 'swapped', facts });
  return { state: then.state, effects: [...effects, ...then.effects] };
}

/** The target has gone: the caller talks already, or comes back. */
function legGone(to: Leg | 'refer', status?: number): TransferorStep {
  return to === 'caller' ? targetGone(true, status) : callerBack(status);
}
