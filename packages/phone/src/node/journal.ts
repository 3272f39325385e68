import type { SessionQuality } from '@switchhook/rtp-media';
import type { EndCause, RegistrationState } from '@switchhook/sip-core';
import type { PhoneNotice } from '../control/protocol.ts';
import type { Intent, Origin, Verb } from '../intent.ts';

/** The record of one call that has ended: a line of the call log. */
export interface CallRecord {
  readonly callId: string;
  readonly direction: 'in' | 'out';
  /** Who it was: the caller, or whoever answered as far as an exchange vouched for it. */
  readonly number: string;
  /** What was dialled; null for a call that came in. */
  readonly dialled: string | null;
  readonly name: string | null;
  readonly account: string;
  readonly line: number;
  /** Wall clock, ms since 1970. */
  readonly startedAtMs: number;
  readonly answeredAtMs: number | null;
  readonly endedAtMs: number;
  readonly cause: EndCause;
  /** The transfer that it was a leg of. */
  readonly transferId: string | null;
  /** Whom the conversation was with before `number`, oldest first: the caller's own call shows who handed it over. */
  readonly earlier: readonly { readonly number: string; readonly name: string | null }[];
  /** Of a caller who was handed over here: to whom. */
  readonly handedTo: string | null;
}

/**
 * What the runtime tells its journal. Holds no digit that was pressed in a call, no password and no header field; the
 * shell writes it where it likes.
 */
export type JournalEntry =
  | {
      readonly type: 'intent';
      readonly verb: Verb;
      readonly origin: Origin;
      readonly callId?: string;
      readonly transferId?: string;
    }
  | { readonly type: 'refused'; readonly verb: string; readonly origin: Origin | undefined; readonly text: string }
  | { readonly type: 'notice'; readonly notice: PhoneNotice }
  | { readonly type: 'registration'; readonly account: string; readonly state: RegistrationState }
  | { readonly type: 'call'; readonly record: CallRecord }
  | { readonly type: 'quality'; readonly callId: string; readonly quality: SessionQuality }
  /** Something odd of the network or the far end. */
  | { readonly type: 'note'; readonly from: 'sip' | 'phone' | 'media'; readonly word: string; readonly detail?: string }
  /** The world failed: card, socket, worker. */
  | { readonly type: 'fault'; readonly where: string; readonly message: string }
  /** Our own mistake, contained at the boundary of one event. */
  | { readonly type: 'bug'; readonly event: string; readonly message: string; readonly stack: string | undefined };

/** What the journal keeps of an intent: who and about what, never the arguments. */
export function intentEntry(intent: Intent, origin: Origin): JournalEntry {
  return {
    type: 'intent',
    verb: intent.verb,
    origin,
    ...('callId' in intent && intent.callId !== undefined ? { callId: intent.callId } : {}),
    ...('transferId' in intent && intent.transferId !== undefined ? { transferId: intent.transferId } : {}),
  };
}
