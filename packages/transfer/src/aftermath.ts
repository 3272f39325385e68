import type { Leg, TransferOutcome, TransferRules } from './door.ts';
import { targetAnswered } from './evidence.ts';
import type { Standing, TransferState } from './state.ts';
import {
  clear,
  meansDead,
  type Named,
  otherLeg,
  over,
  type PlainEvent,
  refuse,
  resume,
  stay,
  type TransferorStep,
} from './step.ts';
import { restore, retrieve, settle, settled } from './verdict.ts';

/*
 *            completed          failed, both up      unknown            target gone          cancelled
 *                │                   │                  │                    │                   │
 *            settling            restored ◄── swap ── unsure            caller-held ──cancel──► retrieving
 *     bye-grace, target-bye      │  │   │               │  │                 ▲ │                 │   │
 *                │          swap─┘  │   └──complete──┐  │  └─late NOTIFY     │ ended          resumed │refused 3x
 *                │               cancel► retrieving  │  └─cancel► retrieving └─┼──────────────────┼───┘
 *                └──────────────────┴───────────────►└──────► over ◄───────────┴──────────────────┘
 */

/** How many times a refused resume is tried before the caller waits for the person again. */
const resumeTries = 3;
/** Between two of these, ms: outside the 2.1 to 4.0 s in which the far end may retry its own (RFC 3261 §14.1). */
const resumeRetryMs = 4_100;

/** Completed: the legs end, by the far side in time or by us. */
export function settlingStep(state: Named<'settling'>, event: PlainEvent): TransferorStep {
  const { referee } = state;
  const without = (leg: Leg) => settled(referee, state.caller && leg !== 'caller', state.target && leg !== 'target');
  switch (event.type) {
    case 'ended': {
      const timer = event.leg === referee ? 'bye-grace' : 'target-bye';
      return state[event.leg] ? { state: without(event.leg), effects: [clear(timer)] } : stay(state);
    }
    case 'timer': {
      if (event.timer !== 'bye-grace' && event.timer !== 'target-bye') return stay(state);
      // RFC 5589 §6.1: the transferor ends its call with the transferee; the replaced one is the target's to end.
      const leg = event.timer === 'bye-grace' ? referee : otherLeg(referee);
      // One BYE a dialog: a leg that has ended, or that we have ended, is not ended again.
      return state[leg] ? { state: without(leg), effects: [{ type: 'end', leg }] } : stay(state);
    }
    case 'complete':
    case 'cancel':
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
      return stay(state);
    default:
      event satisfies never;
      throw new Error(`no such event: ${JSON.stringify(event)}`);
  }
}

/** Failed with both legs up. */
export function restoredStep(state: Named<'restored'>, event: PlainEvent): TransferorStep {
  switch (event.type) {
    case 'complete':
      return {
        state: over,
        effects: [{ type: 'start-again', facts: state.facts, talking: state.talking, press: 'complete' }],
      };
    case 'cancel': {
      const back = retrieve();
      return { state: back.state, effects: [{ type: 'end', leg: 'target' }, ...back.effects] };
    }
    case 'swap': {
      if (state.swapping) return refuse(state, 'already-pending');
      const talking = otherLeg(state.talking);
      return {
        state: { ...state, talking, swapping: true },
        effects: [{ type: 'hold', leg: state.talking }, resume(talking)],
      };
    }
    case 'resumed':
      return stay(event.leg === state.talking && state.swapping ? { ...state, swapping: false } : state);
    case 'ended':
      if (event.leg === 'caller') return { state: over, effects: [resume('target')] };
      if (state.talking === 'target') return stay({ name: 'caller-held' });
      return stay(state.swapping ? { name: 'retrieving', tries: 1, waiting: false } : over);
    case 'hold-refused':
    case 'resume-refused':
      if (meansDead(event.status)) {
        return restoredStep(state, { type: 'ended', leg: event.leg, cause: { by: 'network', how: 'response' } });
      }
      if (event.type === 'hold-refused') {
        // A hold of before the last swap says nothing about the leg that talks now.
        return event.leg === state.talking ? stay(state) : { state, effects: [{ type: 'mute', leg: event.leg }] };
      }
      if (event.leg !== state.talking) return stay(state);
      // The caller stays held: the person is with the target again, and may swap or cancel anew.
      return event.leg === 'caller'
        ? { state: { ...state, talking: 'target', swapping: true }, effects: [resume('target')] }
        : stay({ ...state, swapping: false });
    case 'held':
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

/**
 * Unknown. A NOTIFY of the same REFER may still come while nobody touches the calls: it is then believed, said as
 * `late-verdict` (the outcome is not given twice) and acted on as if it had come in time.
 */
export function unsureStep(state: Named<'unsure'>, event: PlainEvent, rules: TransferRules): TransferorStep {
  const { attempt, target } = state;
  const standing: Standing = { caller: 'up', target: target ? 'up' : 'lost' };
  const rings = target && attempt.early === 'rings';
  switch (event.type) {
    case 'notified': {
      if (state.heard || event.round !== attempt.round || event.status === undefined || event.status < 200) {
        return stay(state);
      }
      const { status, phrase } = event;
      const late: TransferOutcome =
        status < 300
          ? { name: 'completed', evidence: { name: 'notify', status } }
          : { name: 'failed', stage: 'notify', status, phrase };
      // A target that still rings cannot be talked to: all stays as it is, and the person decides.
      const open: TransferorStep = stay({ ...state, heard: true });
      const failure = rings ? open : restore(attempt, standing);
      const next = status < 300 ? settle(attempt.leg, standing, rules) : failure;
      return { state: next.state, effects: [{ type: 'late-verdict', outcome: late }, ...next.effects] };
    }
    case 'complete':
      if (!target || attempt.facts === undefined) return refuse(state, 'over');
      if (rings) return refuse(state, 'not-answered');
      return {
        state: over,
        effects: [{ type: 'start-again', facts: attempt.facts, talking: 'target', press: 'complete' }],
      };
    case 'cancel': {
      const back = retrieve();
      return { state: back.state, effects: target ? [{ type: 'end', leg: 'target' }, ...back.effects] : back.effects };
    }
    case 'swap':
      if (!target || attempt.facts === undefined) return retrieve();
      if (rings) return refuse(state, 'not-answered');
      return {
        state: { name: 'restored', facts: attempt.facts, talking: 'target', swapping: true },
        effects: [resume('target')],
      };
    case 'resumed':
      if (target && attempt.facts !== undefined) {
        // The caller was taken back by hand: as with `cancel`, a target that nobody waits for is given up.
        if (rings)
          return event.leg === 'caller' ? { state: over, effects: [{ type: 'end', leg: 'target' }] } : stay(state);
        const restored: TransferState = { name: 'restored', facts: attempt.facts, talking: event.leg, swapping: false };
        return { state: restored, effects: [{ type: 'hold', leg: otherLeg(event.leg) }] };
      }
      return event.leg === 'caller' ? stay(over) : stay(state);
    case 'ended':
      if (event.leg === 'target') return stay(target ? { ...state, target: false } : state);
      return { state: over, effects: target && !rings ? [resume('target')] : [] };
    case 'target-answered': {
      const answered = target ? targetAnswered(attempt, event) : undefined;
      return answered === undefined
        ? stay(state)
        : { state: { ...state, attempt: answered.attempt }, effects: answered.effects };
    }
    case 'held':
    case 'hold-refused':
    case 'resume-refused':
    case 'target-ringing':
    case 'refer-answered':
    case 'timer':
      return stay(state);
    default:
      event satisfies never;
      throw new Error(`no such event: ${JSON.stringify(event)}`);
  }
}

/** The caller alone, held, the outcome given. */
export function callerHeldStep(state: Named<'caller-held'>, event: PlainEvent): TransferorStep {
  switch (event.type) {
    case 'cancel':
    case 'swap':
      return retrieve();
    case 'complete':
      return refuse(state, 'over');
    case 'hold-refused':
    case 'resume-refused':
      return event.leg === 'caller' && meansDead(event.status) ? stay(over) : stay(state);
    case 'resumed':
    case 'ended':
      return event.leg === 'caller' ? stay(over) : stay(state);
    case 'held':
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

/** The caller comes back. */
export function retrievingStep(state: Named<'retrieving'>, event: PlainEvent): TransferorStep {
  switch (event.type) {
    case 'resumed':
    case 'ended':
      if (event.leg !== 'caller') return stay(state);
      return { state: over, effects: state.waiting ? [clear('retry')] : [] };
    case 'hold-refused':
      if (event.leg !== 'caller' || !meansDead(event.status)) return stay(state);
      return { state: over, effects: state.waiting ? [clear('retry')] : [] };
    case 'resume-refused':
      if (event.leg !== 'caller') return stay(state);
      if (meansDead(event.status)) return { state: over, effects: state.waiting ? [clear('retry')] : [] };
      if (state.waiting) return stay(state);
      if (state.tries >= resumeTries) return stay({ name: 'caller-held' });
      return {
        state: { ...state, waiting: true },
        effects: [{ type: 'set-timer', timer: 'retry', afterMs: resumeRetryMs }],
      };
    case 'timer':
      return event.timer === 'retry' && state.waiting ? retrieve(state.tries + 1) : stay(state);
    case 'cancel':
    case 'swap':
      // Pressed again while it waits: the person is quicker than the timer.
      if (!state.waiting) return refuse(state, 'already-pending');
      return {
        state: { ...state, tries: state.tries + 1, waiting: false },
        effects: [clear('retry'), resume('caller')],
      };
    case 'complete':
      return refuse(state, 'over');
    case 'held':
    case 'target-ringing':
    case 'target-answered':
    case 'refer-answered':
    case 'notified':
      return stay(state);
    default:
      event satisfies never;
      throw new Error(`no such event: ${JSON.stringify(event)}`);
  }
}
