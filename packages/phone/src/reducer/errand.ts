import type { CallId } from '@switchhook/sip-core';
import { askHold, askResume, hangUp, place, seize } from './acts.ts';
import type { Ticket } from './door.ts';
import type { Draft } from './draft.ts';
import { inHand } from './inquiry.ts';
import type { Errand, Goal } from './state.ts';

/*
 *  begin ──nobody talks──────────────────────────────► pursue(goal)
 *    │ somebody talks                                    ▲    │ resume
 *    ▼                                                   │    ▼
 *  holding ──held, ended──────────────────────────────────  resuming ──resumed──► done
 *    └──hold-refused──► talking again, ticket failed          └──refused, ended──► rollback resumed, ticket failed
 */

/** Put the call that talks aside, wait for the answer, then do `goal`. One errand at a time: the table sees to it. */
export function begin(d: Draft, goal: Goal, ticket: Ticket | undefined): void {
  const talking = inHand(d.state);
  if (talking === undefined) {
    pursue(d, goal, undefined, ticket);
    return;
  }
  askHold(d, talking.id);
  d.set({ errand: { name: 'holding', call: talking.id, goal, ticket } });
}

/** End a call first, wait for its end, then do `goal`. */
export function endThen(d: Draft, call: CallId, goal: Goal, ticket: Ticket | undefined): void {
  hangUp(d, call);
  d.set({ errand: { name: 'ending', call, goal, ticket } });
}

function pursue(d: Draft, goal: Goal, aside: CallId | undefined, ticket: Ticket | undefined): void {
  d.set({ errand: undefined });
  switch (goal.name) {
    case 'nothing':
      d.done(ticket);
      return;
    case 'answer': {
      const call = d.call(goal.call);
      if (call?.phase.name !== 'ringing') {
        d.refuse(ticket, 'call.answer', 'unknown_call', 'The caller hung up');
        takeBack(d, aside);
        return;
      }
      answerNow(d, call.id, ticket);
      return;
    }
    case 'resume': {
      const call = d.call(goal.call);
      if (call?.phase.name !== 'held') {
        d.refuse(ticket, 'call.resume', 'unknown_call', 'The caller hung up');
        takeBack(d, aside);
        return;
      }
      if (askResume(d, call)) d.done(ticket, { callId: call.id });
      else d.set({ errand: { name: 'resuming', call: call.id, rollback: aside, ticket } });
      return;
    }
    case 'dial': {
      const call = d.mintCall();
      const { name: _, ...placing } = goal;
      if (place(d, { call, ...placing })) d.done(ticket, { callId: call });
      else d.refuse(ticket, 'call.dial', 'not_registered', 'No account');
      return;
    }
    case 'seize':
      seize(d, goal.line);
      d.done(ticket);
      return;
    default:
      goal satisfies never;
      throw new Error('unknown goal');
  }
}

/** Answer a ringing call that nothing stands in the way of. */
export function answerNow(d: Draft, call: CallId, ticket: Ticket | undefined): void {
  d.phase(call, { name: 'connecting' });
  d.set({ prompt: undefined });
  d.emit({ type: 'answer', call });
  d.wait(ticket, { name: 'answered', call });
}

/** The goal has gone: who was put aside for it comes back. */
function takeBack(d: Draft, aside: CallId | undefined): void {
  const call = aside === undefined ? undefined : d.call(aside);
  if (call?.phase.name !== 'held' || inHand(d.state) !== undefined) return;
  if (!askResume(d, call)) {
    d.set({ errand: { name: 'resuming', call: call.id, rollback: undefined, ticket: undefined } });
  }
}

/** What an errand waits for has come, or has failed with `status`. */
export function errandStep(
  d: Draft,
  call: CallId,
  came: 'held' | 'resumed' | 'ended' | { readonly refused: number; readonly phrase: string },
): void {
  const { errand } = d.state;
  if (errand === undefined || errand.call !== call) return;
  switch (errand.name) {
    case 'holding':
      if (came === 'held' || came === 'ended') pursue(d, errand.goal, call, errand.ticket);
      else if (typeof came === 'object') {
        d.set({ errand: undefined });
        d.refuse(errand.ticket, 'call.hold', 'hold_refused', `Hold refused (${came.refused})`);
      }
      return;
    case 'resuming':
      if (came === 'resumed') {
        d.set({ errand: undefined });
        d.done(errand.ticket, { callId: call });
      } else if (came !== 'held') {
        d.set({ errand: undefined });
        if (typeof came === 'object') {
          d.refuse(errand.ticket, 'call.resume', 'hold_refused', `Could not take the call back (${came.refused})`);
        } else d.refuse(errand.ticket, 'call.resume', 'unknown_call', 'The caller hung up');
        takeBack(d, errand.rollback);
      }
      return;
    case 'ending':
      if (came === 'ended') pursue(d, errand.goal, undefined, errand.ticket);
      return;
    default:
      errand satisfies never;
      throw new Error('unknown errand');
  }
}

/** The network never answered: everything is as before, and the ticket fails. */
export function errandTimeout(d: Draft): void {
  const { errand } = d.state;
  if (errand === undefined) return;
  d.set({ errand: undefined });
  const call = d.call(errand.call);
  const phase = call?.phase.name;
  if (phase === 'holding')
    d.phase(errand.call, call?.recalling ? { name: 'held', mutedOnly: true } : { name: 'talking' });
  if (phase === 'resuming') d.phase(errand.call, { name: 'held', mutedOnly: false });
  d.refuse(errand.ticket, errand.name === 'holding' ? 'call.hold' : 'call.resume', 'timeout', 'No answer');
}

/** What the errand was for has no listener any more; a hold goes on, for the call that rings back. */
export function giveUp(d: Draft, errand: Errand): void {
  if (errand.name === 'holding' && errand.goal.name === 'nothing') return;
  d.failed(errand.ticket, 'not_in_state', 'Given up at the phone');
  const rest = { ...errand, ticket: undefined };
  d.set({ errand: rest.name === 'resuming' ? undefined : { ...rest, goal: { name: 'nothing' } } });
}
