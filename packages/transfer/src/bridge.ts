import type { PairFacts, TransferEffect } from './door.ts';
import {
  failed,
  meansDead,
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
import { callerBack, callerGone, cancelled, retrieve } from './verdict.ts';

/*
 *                                     ┌──merge──► with us ──a leg ended──► over, the other talks with us
 *                                     │            │ complete, bridge
 *  bridging ──both resumed──► bridged ◄────────────┘
 *     │  │                       ├──a leg ended──► the other is ended ──► over
 *     │  └─a resume refused──►   └──cancel──► the target is ended, retrieving
 *     │     failed, restored
 *     └──cancel──► retrieving    a leg ended ──► the other is back with the person
 */

type Instead = Named<'bridging'>['instead'];

/**
 * The phone joins the two itself: first both legs are resumed, still silent for each other, and one after the other, so
 * that a refusal finds nothing else open.
 */
export function startBridge(facts: PairFacts, instead: Instead): TransferorStep {
  return {
    state: { name: 'bridging', facts, waits: 'caller', instead },
    effects: [
      { type: 'note', word: 'bridging', ...(instead.status === undefined ? {} : { detail: String(instead.status) }) },
      resumeJoining('caller'),
    ],
  };
}

/** Both legs are resumed: they are joined, and that is the outcome. */
export function joinBridge(facts: PairFacts, instead: Instead): TransferorStep {
  const outcome: TransferEffect = {
    type: 'outcome',
    outcome: { name: 'completed', evidence: { name: 'bridge', instead } },
  };
  return { state: { name: 'bridged', facts, withUs: false }, effects: [{ type: 'bridge' }, outcome] };
}

/** A resume waits for its final answer. */
export function bridgingStep(state: Named<'bridging'>, event: PlainEvent): TransferorStep {
  switch (event.type) {
    case 'resumed':
      if (event.leg !== state.waits) return stay(state);
      return event.leg === 'caller'
        ? { state: { ...state, waits: 'target' }, effects: [resumeJoining('target')] }
        : joinBridge(state.facts, state.instead);
    case 'resume-refused': {
      const { leg, status } = event;
      if (leg !== state.waits) return stay(state);
      if (meansDead(status)) return leg === 'caller' ? callerGone(true, status) : callerBack(status);
      // One of the two cannot be heard: the person talks with the other, and this one is held as it was.
      const talking = otherLeg(leg);
      return {
        state: { name: 'restored', facts: state.facts, talking, swapping: true },
        effects: [failed({ stage: 'bridge', status }), resume(talking)],
      };
    }
    case 'ended':
      return event.leg === 'caller' ? callerGone(true) : callerBack();
    case 'cancel':
      return cancelled(true);
    case 'complete':
      return stay(state); // it is being done
    case 'swap':
      return refuse(state, 'already-pending');
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

/** The two talk through this phone, without the person or (`withUs`) with them. */
export function bridgedStep(state: Named<'bridged'>, event: PlainEvent): TransferorStep {
  switch (event.type) {
    case 'ended': {
      const left = otherLeg(event.leg);
      if (state.withUs) return { state: over, effects: [{ type: 'unjoin', talking: left }] };
      // One hang-up ends both: nobody is left on a line with a phone that nobody holds (transfer.md §10).
      return { state: over, effects: [{ type: 'end', leg: left }] };
    }
    case 'cancel': {
      const back = retrieve();
      return {
        state: back.state,
        effects: [{ type: 'unjoin', talking: 'caller' }, { type: 'end', leg: 'target' }, ...back.effects],
      };
    }
    case 'complete':
      return state.withUs
        ? { state: { ...state, withUs: false }, effects: [{ type: 'bridge' }] }
        : refuse(state, 'over');
    case 'swap':
      return refuse(state, 'over');
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
