import type { Step } from '@switchhook/sans-io';
import type { Conditions, TimerEffect, TimerName } from './timers.ts';

/** What happens to a server transaction. */
export type ServerEvent =
  | { readonly type: 'start' }
  /** The request came again. */
  | { readonly type: 'request' }
  /** An ACK for this INVITE. */
  | { readonly type: 'ack' }
  /** The transaction user answers. */
  | { readonly type: 'respond'; readonly status: number }
  | { readonly type: 'timer'; readonly timer: TimerName }
  /** The transport gave up on its response. */
  | { readonly type: 'failed' };

/** What a server transaction wants done. */
export type ServerEffect =
  | TimerEffect
  /** Send the last response of the transaction user. */
  | { readonly type: 'send-response' }
  /** Send a 100 of our own. */
  | { readonly type: 'send-trying' }
  /** Give the ACK at hand to the transaction user. */
  | { readonly type: 'pass-ack' }
  /** Tell the transaction user that no ACK came. */
  | { readonly type: 'time-out' }
  /** Tell the transaction user that its response could not be sent. */
  | { readonly type: 'fail' };

/** A server machine as a pure function. */
export type ServerStep<State> = (state: State, event: ServerEvent, on: Conditions) => Step<State, ServerEffect>;
