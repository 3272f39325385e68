import { attendedAttempt, sameDialog, sendRefer } from './attempt.ts';
import { startBridge } from './bridge.ts';
import type { Leg, PairFacts, TransferRules } from './door.ts';
import {
  bothUp,
  meansDead,
  mute,
  type Named,
  otherLeg,
  type PlainEvent,
  refuse,
  stay,
  type TransferorStep,
} from './step.ts';
import { bridgeAtOnce } from './tries.ts';
import { callerBack, callerGone, cancelled, targetGone } from './verdict.ts';

/*
 *  consulting ◄──swap──► swapping ◄──swap──► swapped
 *      │ complete           │ complete          │ complete
 *      ▼                    ▼                   ▼
 *  holding-target      (goes on, then)     holding-again
 *      │ held               │                   │ held
 *      └────────────────────┴───────────────────┴──► referring, or bridging when the peers cannot do it
 *  from every state:  cancel ──► retrieving    caller ended ──► over    target ended ──► caller-held
 */

/** Send the REFER: every hold has its final answer (RFC 5589 §6.1). `merged` = all three talked together before. */
export function refer(facts: PairFacts, rules: TransferRules, merged = false): TransferorStep {
  if (bridgeAtOnce(facts, rules, merged)) return startBridge(facts, {});
  return sendRefer({ ...attendedAttempt(facts, rules), merged }, bothUp, rules);
}

/** Talking with the target, the caller held. */
export function consultingStep(state: Named<'consulting'>, event: PlainEvent, rules: TransferRules): TransferorStep {
  const { facts } = state;
  switch (event.type) {
    case 'complete':
      if (sameDialog(facts)) return refuse(state, 'same-dialog');
      if (!rules.holdTarget || bridgeAtOnce(facts, rules)) return refer(facts, rules);
      return { state: { name: 'holding-target', facts }, effects: [{ type: 'hold', leg: 'target' }] };
    case 'swap':
      return {
        state: { name: 'swapping', facts, to: 'caller', phase: 'holding', completing: false },
        effects: [{ type: 'hold', leg: 'target' }],
      };
    case 'cancel':
      return cancelled(true);
    case 'ended':
      // The target talks, unless its resume was refused after a swap: then this one asks again.
      return event.leg === 'caller' ? callerGone(true) : targetGone(false);
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

/** Talking with the caller, the target held. */
export function swappedStep(state: Named<'swapped'>, event: PlainEvent, rules: TransferRules): TransferorStep {
  const { facts } = state;
  switch (event.type) {
    case 'complete':
      if (sameDialog(facts)) return refuse(state, 'same-dialog');
      if (bridgeAtOnce(facts, rules)) return refer(facts, rules);
      return { state: { name: 'holding-again', facts }, effects: [{ type: 'hold', leg: 'caller' }] };
    case 'swap':
      return {
        state: { name: 'swapping', facts, to: 'target', phase: 'holding', completing: false },
        effects: [{ type: 'hold', leg: 'caller' }],
      };
    case 'cancel':
      return cancelled(true); // the caller talks already: its `resume` is answered at once
    case 'ended':
      return event.leg === 'caller' ? callerGone(true) : targetGone(true);
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

/** Between both legs: one hold, then one resume, each with its final answer. */
export function swappingStep(state: Named<'swapping'>, event: PlainEvent, rules: TransferRules): TransferorStep {
  const { facts, to, phase, completing } = state;
  const from = otherLeg(to);
  switch (event.type) {
    case 'held':
    case 'hold-refused': {
      if (phase !== 'holding' || event.leg !== from) return stay(state);
      if (event.type === 'hold-refused' && meansDead(event.status)) {
        return from === 'caller' ? callerGone(true, event.status) : targetGone(false, event.status);
      }
      const silence = event.type === 'hold-refused' ? [mute(from)] : [];
      // Both are held now: what `complete` waits for.
      const next: TransferorStep = completing
        ? refer(facts, rules)
        : { state: { ...state, phase: 'resuming' }, effects: [{ type: 'resume', leg: to }] };
      return { state: next.state, effects: [...silence, ...next.effects] };
    }
    case 'resumed':
      if (phase !== 'resuming' || event.leg !== to) return stay(state);
      if (!completing) return stay({ name: to === 'caller' ? 'swapped' : 'consulting', facts });
      if (to === 'target' && !rules.holdTarget) return refer(facts, rules);
      return {
        state: { name: to === 'caller' ? 'holding-again' : 'holding-target', facts },
        effects: [{ type: 'hold', leg: to }],
      };
    case 'resume-refused':
      if (phase !== 'resuming' || event.leg !== to) return stay(state);
      if (meansDead(event.status)) {
        return to === 'caller' ? callerGone(true, event.status) : targetGone(false, event.status);
      }
      if (completing) return refer(facts, rules); // both are still held
      // The caller stays held: the person is with the target again, and may swap or cancel anew.
      return to === 'caller'
        ? { state: { ...state, to: 'target' }, effects: [{ type: 'resume', leg: 'target' }] }
        : stay({ name: 'consulting', facts });
    case 'complete':
      return stay(completing ? state : { ...state, completing: true });
    case 'swap':
      return refuse(state, 'already-pending');
    case 'cancel':
      return cancelled(true);
    case 'ended':
      if (event.leg === 'caller') return callerGone(true);
      // The caller may talk, be held or be about to be: `resume` settles it, and the person wanted one of the two.
      return callerBack();
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

/** `complete` was pressed: the leg that talks is held, then the REFER goes out. */
export function completingStep(
  state: Named<'holding-again'> | Named<'holding-target'>,
  event: PlainEvent,
  rules: TransferRules,
): TransferorStep {
  const leg: Leg = state.name === 'holding-again' ? 'caller' : 'target';
  switch (event.type) {
    case 'held':
      return event.leg === leg ? refer(state.facts, rules) : stay(state);
    case 'hold-refused': {
      if (event.leg !== leg) return stay(state);
      if (meansDead(event.status)) {
        return leg === 'caller' ? callerGone(true, event.status) : targetGone(false, event.status);
      }
      const sent = refer(state.facts, rules);
      return { state: sent.state, effects: [mute(leg), ...sent.effects] };
    }
    case 'cancel':
      return cancelled(true);
    case 'complete':
      return stay(state); // pressed twice counts once
    case 'swap':
      return refuse(state, 'already-pending');
    case 'ended':
      if (event.leg === 'caller') return callerGone(true);
      return leg === 'caller' ? callerBack() : targetGone(false);
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
