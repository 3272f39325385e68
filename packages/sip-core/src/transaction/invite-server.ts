import type { Millis, Step } from '@switchhook/sans-io';
import type { ServerEffect, ServerEvent } from './server-step.ts';
import { type Conditions, start, stop, type TimerName } from './timers.ts';

/*
 *  start ─► proceeding ──2xx──► accepted ──L──► terminated     INVITE again: 1xx again (200 ms of silence: own 100)
 *               │                  └ ACK: pass, 2xx: send, INVITE again: absorb
 *               │ 300-699
 *               ▼                                              G: send again, doubling to T2
 *           completed ──ACK──► confirmed ──I──► terminated     INVITE again: send again
 *               └──H: time-out─────────────────────▲           (RFC 3261 figure 7, RFC 6026 §7.1)
 */
export type InviteServerState =
  | { readonly name: 'proceeding'; readonly provisional: boolean }
  | { readonly name: 'accepted' }
  | { readonly name: 'completed'; readonly intervalMs: Millis }
  | { readonly name: 'confirmed' }
  | { readonly name: 'terminated' };

type Result = Step<InviteServerState, ServerEffect>;

const terminated: InviteServerState = { name: 'terminated' };
const send: ServerEffect = { type: 'send-response' };

/** RFC 3261 §17.2.1: how long the transaction user may be silent before a 100 is sent for it. */
export const TRYING_AFTER_MS: Millis = 200;

/** Before `start`. */
export function inviteServer(): InviteServerState {
  return { name: 'proceeding', provisional: false };
}

/** One step of the INVITE server transaction. */
export function inviteServerStep(state: InviteServerState, event: ServerEvent, on: Conditions): Result {
  switch (event.type) {
    case 'start':
      return { state, effects: [start('trying', TRYING_AFTER_MS)] };
    case 'request':
      if (state.name === 'proceeding') return { state, effects: state.provisional ? [send] : [] };
      return { state, effects: state.name === 'completed' ? [send] : [] };
    case 'ack':
      return acknowledged(state, on);
    case 'respond':
      return responded(state, event.status, on);
    case 'timer':
      return rung(state, event.timer, on);
    case 'failed':
      // RFC 3261 §17.2.4. While the person is still asked, the next response may find another way.
      if (state.name === 'completed') return { state: terminated, effects: [{ type: 'fail' }] };
      return { state, effects: state.name === 'accepted' ? [{ type: 'fail' }] : [] };
    default:
      throw new Error(`no such event: ${JSON.stringify(event satisfies never)}`);
  }
}

function acknowledged(state: InviteServerState, on: Conditions): Result {
  switch (state.name) {
    case 'accepted':
      return { state, effects: [{ type: 'pass-ack' }] };
    case 'completed':
      if (on.reliable) return { state: terminated, effects: [] };
      return { state: { name: 'confirmed' }, effects: [stop('G'), stop('H'), start('I', on.t4)] };
    case 'proceeding':
    case 'confirmed':
    case 'terminated':
      return { state, effects: [] };
    default:
      throw new Error(`no such state: ${JSON.stringify(state satisfies never)}`);
  }
}

function responded(state: InviteServerState, status: number, on: Conditions): Result {
  // RFC 6026 §7.1: in Accepted the transaction user sends its 2xx again through the transaction.
  if (state.name === 'accepted' && status >= 200 && status < 300) return { state, effects: [send] };
  if (state.name !== 'proceeding') return { state, effects: [] };
  if (status < 200) return { state: { name: 'proceeding', provisional: true }, effects: [stop('trying'), send] };
  if (status < 300) return { state: { name: 'accepted' }, effects: [stop('trying'), start('L', 64 * on.t1), send] };
  const retransmit = on.reliable ? [] : [start('G', on.t1)];
  return {
    state: { name: 'completed', intervalMs: on.t1 },
    effects: [stop('trying'), ...retransmit, start('H', 64 * on.t1), send],
  };
}

function rung(state: InviteServerState, timer: TimerName, on: Conditions): Result {
  switch (state.name) {
    case 'proceeding':
      if (timer !== 'trying' || state.provisional) return { state, effects: [] };
      return { state: { name: 'proceeding', provisional: true }, effects: [{ type: 'send-trying' }] };
    case 'completed': {
      if (timer !== 'G') return { state: terminated, effects: [{ type: 'time-out' }] };
      const intervalMs = Math.min(2 * state.intervalMs, on.t2);
      return { state: { name: 'completed', intervalMs }, effects: [send, start('G', intervalMs)] };
    }
    case 'accepted':
    case 'confirmed':
    case 'terminated':
      return { state: terminated, effects: [] };
    default:
      throw new Error(`no such state: ${JSON.stringify(state satisfies never)}`);
  }
}
