import type { Step } from '@switchhook/sans-io';
import type { Conditions, TimerEffect, TimerName } from './timers.ts';

/** What happens to a client transaction. */
export type ClientEvent =
  | { readonly type: 'start' }
  | { readonly type: 'response'; readonly status: number }
  | { readonly type: 'timer'; readonly timer: TimerName }
  /** CANCEL was sent for it (INVITE only). */
  | { readonly type: 'cancelled' }
  /** The transport gave up on its request. */
  | { readonly type: 'failed' };

/** What a client transaction wants done. */
export type ClientEffect =
  | TimerEffect
  /** Send the request, again or for the first time. */
  | { readonly type: 'send-request' }
  /** Send the ACK of the response at hand (RFC 3261 §17.1.1.3). */
  | { readonly type: 'send-ack' }
  /** Give the response at hand to the transaction user. */
  | { readonly type: 'pass-response' }
  /** Tell the transaction user that nothing came. */
  | { readonly type: 'time-out' }
  /** Tell the transaction user that it could not be sent. */
  | { readonly type: 'fail' };

/** A client machine as a pure function. */
export type ClientStep<State> = (state: State, event: ClientEvent, on: Conditions) => Step<State, ClientEffect>;
