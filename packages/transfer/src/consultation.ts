import { attendedAttempt, blindAttempt, otherLeg, type PlainEvent, sendRefer, type TransferorStep } from './attempt.ts';
import type { Leg, PairFacts, TransferEffect, TransferOutcome, TransferRules } from './door.ts';
import type { TransferState } from './state.ts';
import { cancelled, meansDead } from './verdict.ts';

/*
 *  holding ──held──► calling-target ──target-answered──► consulting ◄──swap──► swapping ◄──swap──► swapped
 *     │                    │ complete                        │ complete            │ complete          │ complete
 *     │ blind              ▼                                 ▼                     ▼                   ▼
 *     │                  armed ──target-answered──┐     holding-target      (goes on, then)     holding-again
 *     ▼                                           ▼          │ held                │                   │ held
 *  referring ◄────────────────────────────────────┴──────────┴─────────────────────┴───────────────────┘
 *  from every state:  cancel ──► retrieving    caller ended ──► over    target ended ──► caller-held
 */

type Named<Name extends TransferState['name']> = Extract<TransferState, { name: Name }>;

const over: TransferState = { name: 'over' };
const bothUp = { caller: 'up', target: 'up' } as const;

const stay = (state: TransferState): TransferorStep => ({ state, effects: [] });
const refuse = (state: TransferState, why: Extract<TransferEffect, { type: 'refuse' }>['why']): TransferorStep => ({
  state,
  effects: [{ type: 'refuse', why }],
});
const failed = (reason: Omit<Extract<TransferOutcome, { name: 'failed' }>, 'name'>): TransferEffect => ({
  type: 'outcome',
  outcome: { name: 'failed', ...reason },
});
const mute = (leg: Leg): TransferEffect => ({ type: 'mute', leg });

/** The caller has gone: the target, held or talking, becomes an ordinary call. */
function callerGone(resumeTarget: boolean, status?: number): TransferorStep {
  const verdict = failed(status === undefined ? { stage: 'caller-gone' } : { stage: 'caller-gone', status });
  return { state: over, effects: resumeTarget ? [verdict, { type: 'resume', leg: 'target' }] : [verdict] };
}

/** The target has gone: the caller waits, or talks already. */
function targetGone(callerTalks: boolean, status?: number): TransferorStep {
  const verdict = failed(status === undefined ? { stage: 'target-gone' } : { stage: 'target-gone', status });
  return { state: callerTalks ? over : { name: 'caller-held' }, effects: [verdict] };
}

/** Send the REFER: every hold has its final answer (RFC 5589 §6.1). */
function refer(facts: PairFacts, rules: TransferRules): TransferorStep {
  return sendRefer(attendedAttempt(facts, rules), bothUp, rules);
}

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
    return { state: { name: 'calling-target', ringing: false }, effects: [...effects, { type: 'dial-target' }] };
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
    case 'target-ringing':
      return stay(state.ringing ? state : { ...state, ringing: true });
    case 'target-answered': {
      const facts: PairFacts = { caller: event.caller, target: event.target };
      if (state.name === 'calling-target') return stay({ name: 'consulting', facts });
      // The person does not want to talk: no time is lost with a hold, and the microphone stays off.
      const sent = refer(facts, rules);
      return { state: sent.state, effects: [mute('target'), ...sent.effects] };
    }
    case 'complete':
      // Pressed twice counts once.
      return state.name === 'armed' ? stay(state) : stay({ name: 'armed', ringing: state.ringing });
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

/** Talking with the target, the caller held. */
export function consultingStep(state: Named<'consulting'>, event: PlainEvent, rules: TransferRules): TransferorStep {
  const { facts } = state;
  switch (event.type) {
    case 'complete':
      if (!rules.holdTarget) return refer(facts, rules);
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
export function swappedStep(state: Named<'swapped'>, event: PlainEvent): TransferorStep {
  const { facts } = state;
  switch (event.type) {
    case 'complete':
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

/** The target went in mid-swap: the outcome, and the caller comes back. */
function callerBack(): TransferorStep {
  return {
    state: { name: 'retrieving', tries: 1, waiting: false },
    effects: [failed({ stage: 'target-gone' }), { type: 'resume', leg: 'caller' }],
  };
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
