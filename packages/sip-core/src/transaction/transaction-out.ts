import type { Random } from '@switchhook/sans-io';
import type { SipRequest, SipResponse } from '../message/message.ts';
import type { Flow } from '../user-agent/door.ts';
import type { BaseTimers } from './timers.ts';

/** What the transaction layer tells its user, and what it sends. */
export type TransactionOut =
  | { readonly type: 'send'; readonly flow: Flow; readonly bytes: Uint8Array }
  /**
   * A new request, answered with `respond(transaction, …)`. Its topmost Via has `received` and `rport` filled in.
   * `cancels`: for CANCEL, the INVITE transaction that it means; undefined = none known, answer 481.
   */
  | {
      readonly type: 'request';
      readonly transaction: string;
      readonly request: SipRequest;
      readonly flow: Flow;
      readonly cancels?: string | undefined;
    }
  /** An ACK that no transaction takes: that of a 2xx. Never answered. */
  | { readonly type: 'ack'; readonly request: SipRequest; readonly flow: Flow }
  /** A response to a request of ours; of INVITE every 2xx, retransmissions included. `sent` is that request. */
  | {
      readonly type: 'response';
      readonly transaction: string;
      readonly response: SipResponse;
      readonly sent: SipRequest;
      readonly flow: Flow;
    }
  /** No final response came in 64*T1: treat as 408 (RFC 3261 §8.1.3.1). */
  | { readonly type: 'timed-out'; readonly transaction: string; readonly sent: SipRequest }
  /** The request could not be sent: treat as 503 (RFC 3261 §8.1.3.1). */
  | { readonly type: 'failed'; readonly transaction: string; readonly sent: SipRequest; readonly why: string }
  /** Our final response to an INVITE got no ACK in time, or could not be sent. */
  | { readonly type: 'unacknowledged'; readonly transaction: string; readonly request: SipRequest }
  /** A response that belongs to nothing, or comes from a stranger: dropped, told for the count. */
  | { readonly type: 'stray'; readonly response: SipResponse; readonly flow: Flow; readonly why: 'unknown' | 'source' };

/** What a transaction layer is told once. */
export interface TransactionSettings {
  readonly random: Random;
  readonly timers?: Partial<BaseTimers>;
  /** Server transactions at a time; above it new requests get 503 with Retry-After. Default 500. */
  readonly serverLimit?: number;
}
