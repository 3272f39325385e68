import type { Millis, Step } from '@switchhook/sans-io';
import type { ClientEffect, ClientEvent } from './client-step.ts';
import { type Conditions, start, stop, type TimerName } from './timers.ts';

/*
 *  start ─► trying ──1xx──► proceeding         E: send again, doubling to T2 (T2 after 1xx)
 *             │                 │              F: time-out
 *             └──200-699──┬─────┘
 *                         ▼
 *                     completed ──K──► terminated                         (RFC 3261 figure 6)
 */
export type NonInviteClientState =
  | { readonly name: 'trying'; readonly intervalMs: Millis }
  | { readonly name: 'proceeding' }
  | { readonly name: 'completed' }
  | { readonly name: 'terminated' };

type Result = Step<NonInviteClientState, ClientEffect>;

const terminated: NonInviteClientState = { name: 'terminated' };

/** Before `start`. */
export function nonInviteClient(on: Conditions): NonInviteClientState {
  return { name: 'trying', intervalMs: on.t1 };
}

/** One step of the non-INVITE client transaction. */
export function nonInviteClientStep(state: NonInviteClientState, event: ClientEvent, on: Conditions): Result {
  const live = state.name === 'trying' || state.name === 'proceeding';
  switch (event.type) {
    case 'start': {
      const retransmit = on.reliable ? [] : [start('E', on.t1)];
      return { state, effects: [{ type: 'send-request' }, ...retransmit, start('F', 64 * on.t1)] };
    }
    case 'response': {
      if (!live) return { state, effects: [] };
      const pass: ClientEffect = { type: 'pass-response' };
      if (event.status < 200) {
        // RFC 3261 §17.1.2.2: in Proceeding the interval is T2; timer F goes on.
        const slower = on.reliable || state.name === 'proceeding' ? [] : [start('E', on.t2)];
        return { state: { name: 'proceeding' }, effects: [...slower, pass] };
      }
      if (on.reliable) return { state: terminated, effects: [pass] };
      return { state: { name: 'completed' }, effects: [stop('E'), stop('F'), start('K', on.t4), pass] };
    }
    case 'timer':
      return rung(state, event.timer, on);
    case 'cancelled':
      return { state, effects: [] };
    case 'failed':
      return { state: terminated, effects: live ? [{ type: 'fail' }] : [] };
    default:
      throw new Error(`no such event: ${JSON.stringify(event satisfies never)}`);
  }
}

function rung(state: NonInviteClientState, timer: TimerName, on: Conditions): Result {
  switch (state.name) {
    case 'trying':
    case 'proceeding': {
      if (timer !== 'E') return { state: terminated, effects: [{ type: 'time-out' }] };
      const intervalMs = state.name === 'proceeding' ? on.t2 : Math.min(2 * state.intervalMs, on.t2);
      const next: NonInviteClientState = state.name === 'proceeding' ? state : { name: 'trying', intervalMs };
      return { state: next, effects: [{ type: 'send-request' }, start('E', intervalMs)] };
    }
    case 'completed':
    case 'terminated':
      return { state: terminated, effects: [] };
    default:
      throw new Error(`no such state: ${JSON.stringify(state satisfies never)}`);
  }
}
