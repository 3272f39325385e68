import type { Step } from '@switchhook/sans-io';
import type { ServerEffect, ServerEvent } from './server-step.ts';
import { type Conditions, start } from './timers.ts';

/*
 *  start ─► trying ──100──► proceeding         request again: nothing / 100 again / final again
 *             │                 │
 *             └───200-699───┬───┘
 *                           ▼
 *                       completed ──J──► terminated                       (RFC 3261 figure 8)
 */
export type NonInviteServerState =
  | { readonly name: 'trying' }
  | { readonly name: 'proceeding' }
  | { readonly name: 'completed' }
  | { readonly name: 'terminated' };

type Result = Step<NonInviteServerState, ServerEffect>;

const terminated: NonInviteServerState = { name: 'terminated' };
const send: ServerEffect = { type: 'send-response' };

/** Before `start`. */
export function nonInviteServer(): NonInviteServerState {
  return { name: 'trying' };
}

/** One step of the non-INVITE server transaction. */
export function nonInviteServerStep(state: NonInviteServerState, event: ServerEvent, on: Conditions): Result {
  switch (event.type) {
    case 'start':
      // Beyond RFC 3261: after 64*T1 the client has given up, so an unanswered transaction ends with it.
      return { state, effects: [start('J', 64 * on.t1)] };
    case 'request':
      return { state, effects: state.name === 'proceeding' || state.name === 'completed' ? [send] : [] };
    case 'respond':
      if (state.name !== 'trying' && state.name !== 'proceeding') return { state, effects: [] };
      if (event.status < 200) return { state: { name: 'proceeding' }, effects: [send] };
      // RFC 4320 §4.2: a 408 would come after the client has given up; it only does harm.
      if (event.status === 408) return { state: terminated, effects: [] };
      if (on.reliable) return { state: terminated, effects: [send] };
      return { state: { name: 'completed' }, effects: [start('J', 64 * on.t1), send] };
    case 'timer':
      return { state: terminated, effects: [] };
    case 'failed':
      return { state, effects: state.name === 'completed' ? [{ type: 'fail' }] : [] };
    case 'ack':
      return { state, effects: [] };
    default:
      throw new Error(`no such event: ${JSON.stringify(event satisfies never)}`);
  }
}
