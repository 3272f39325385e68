import type { Millis, Step } from '@switchhook/sans-io';
import type { ClientEffect, ClientEvent } from './client-step.ts';
import { type Conditions, start, stop } from './timers.ts';

/*
 *  start ─► calling ──1xx──► proceeding        A: send again, doubling    B: time-out
 *             │  └────────┐     │
 *             │2xx    300-699   │ 2xx / 300-699
 *             ▼           ▼     ▼
 *          accepted     completed              2xx again: pass            300-699 again: ACK
 *             │ M           │ D
 *             └─► terminated ◄┘                (RFC 3261 figure 5, RFC 6026 §7.2)
 */
export type InviteClientState =
  | { readonly name: 'calling'; readonly intervalMs: Millis }
  | { readonly name: 'proceeding' }
  | { readonly name: 'accepted' }
  | { readonly name: 'completed' }
  | { readonly name: 'terminated' };

type Result = Step<InviteClientState, ClientEffect>;

const terminated: InviteClientState = { name: 'terminated' };

/** Before `start`. */
export function inviteClient(on: Conditions): InviteClientState {
  return { name: 'calling', intervalMs: on.t1 };
}

/** One step of the INVITE client transaction. */
export function inviteClientStep(state: InviteClientState, event: ClientEvent, on: Conditions): Result {
  switch (event.type) {
    case 'start': {
      // RFC 3261 §17.1.1.2: timer A on unreliable transports only, timer B on all.
      const retransmit = on.reliable ? [] : [start('A', on.t1)];
      return { state, effects: [{ type: 'send-request' }, ...retransmit, start('B', 64 * on.t1)] };
    }
    case 'response':
      return answered(state, event.status, on);
    case 'timer':
      return rung(state, event.timer);
    case 'cancelled':
      // RFC 3261 §9.1: without a final response in 64*T1 the cancelled transaction is destroyed.
      if (state.name !== 'calling' && state.name !== 'proceeding') return { state, effects: [] };
      return { state, effects: [start('cancelled', 64 * on.t1)] };
    case 'failed':
      // Once answered, what failed was an ACK: the answer stands and timers D and M clear up.
      if (state.name !== 'calling' && state.name !== 'proceeding') return { state, effects: [] };
      return { state: terminated, effects: [{ type: 'fail' }] };
    default:
      throw new Error(`no such event: ${JSON.stringify(event satisfies never)}`);
  }
}

function answered(state: InviteClientState, status: number, on: Conditions): Result {
  switch (state.name) {
    case 'calling':
    case 'proceeding': {
      const pass: ClientEffect = { type: 'pass-response' };
      if (status < 200) return { state: { name: 'proceeding' }, effects: [stop('A'), stop('B'), pass] };
      const quiet = [stop('A'), stop('B'), stop('cancelled')];
      // RFC 6026 §7.2: stay for 64*T1 so that retransmitted and forked 2xx reach the transaction user.
      if (status < 300) return { state: { name: 'accepted' }, effects: [...quiet, start('M', 64 * on.t1), pass] };
      const ack: ClientEffect = { type: 'send-ack' };
      if (on.reliable) return { state: terminated, effects: [...quiet, ack, pass] };
      // RFC 3261 §17.1.1.2: timer D at least 32 s.
      return { state: { name: 'completed' }, effects: [...quiet, ack, start('D', Math.max(64 * on.t1, 32_000)), pass] };
    }
    case 'accepted':
      return { state, effects: status >= 200 && status < 300 ? [{ type: 'pass-response' }] : [] };
    case 'completed':
      return { state, effects: status >= 300 ? [{ type: 'send-ack' }] : [] };
    case 'terminated':
      return { state, effects: [] };
    default:
      throw new Error(`no such state: ${JSON.stringify(state satisfies never)}`);
  }
}

function rung(state: InviteClientState, timer: string): Result {
  switch (state.name) {
    case 'calling':
      if (timer === 'A') {
        // RFC 3261 §17.1.1.2: timer A doubles, without a cap.
        const intervalMs = 2 * state.intervalMs;
        return { state: { name: 'calling', intervalMs }, effects: [{ type: 'send-request' }, start('A', intervalMs)] };
      }
      return { state: terminated, effects: [{ type: 'time-out' }] };
    case 'proceeding':
      return { state: terminated, effects: [{ type: 'time-out' }] };
    case 'accepted':
    case 'completed':
    case 'terminated':
      return { state: terminated, effects: [] };
    default:
      throw new Error(`no such state: ${JSON.stringify(state satisfies never)}`);
  }
}
