import type { Token } from '@switchhook/sans-io';
import type { CallId, DialogIdentity, EndCause, Peer } from '@switchhook/sip-core';

/** Our name for one transfer. */
export type TransferId = Token<'transfer'>;

/** Which of the two calls: the caller who waits, or the target who is consulted. */
export type Leg = 'caller' | 'target';

/** Both calls, fixed when the transfer starts: never "the current call". */
export interface TransferPair {
  readonly transfer: TransferId;
  readonly caller: CallId;
  /** Minted before the target is dialled. Blind transfers have none. */
  readonly target: CallId | undefined;
}

/** What is known of an established leg; decides which leg gets the REFER and what it says. */
export interface LegFacts {
  readonly dialog: DialogIdentity;
  readonly peer: Peer;
  /** Address of record of the far end: the URI that was dialled, or From/To of the call. */
  readonly addressOfRecord: string;
  /** Address of record of our own account that owns this call, without angle brackets. */
  readonly account: string;
  /** `host:port` of that account's registrar or outbound proxy; absent = the domain of `account`. */
  readonly nextHop?: string;
}

/** Rules of one PBX and one person's wishes (transfer.md §2, §6, §10). */
export interface TransferRules {
  /** Which URI of the target stands in Refer-To. `auto` = Contact when it shares the transferee's next hop, else AOR. */
  readonly referToSource: 'auto' | 'contact' | 'aor';
  readonly retryOtherForm: boolean;
  readonly requireReplaces: boolean;
  /** Hold the target before REFER. An armed transfer never does: the microphone is off instead. */
  readonly holdTarget: boolean;
  /** Acceptance to first NOTIFY, only noted. */
  readonly firstNotifyMs: number;
  /** Acceptance to verdict, attended and blind. */
  readonly verdictMs: { readonly attended: number; readonly blind: number };
  /** Grace between the final NOTIFY's 200 and our BYE to the caller. */
  readonly byeGraceMs: number;
  /** How long after success the target may take to send its BYE before we do. */
  readonly targetByeMs: number;
  /** S2: how long a NOTIFY may still contradict the target's BYE. */
  readonly byeEvidenceMs: number;
  /** The same while the subscription notifies: longer than 64*T1, in which the caller's INVITE must have failed. */
  readonly byeNotifyMs: number;
  /** S4: how long after the caller's BYE the target's may come. */
  readonly callerByeMs: number;
  /** Guard over the REFER's final answer, digest rounds included; longer than two times 64*T1. */
  readonly referAnswerMs: number;
  /** How long after the subscription's end a verdict is still waited for. */
  readonly subscriptionSlackMs: number;
  /** Blind transfer: the caller's BYE after acceptance counts as success on a PBX that sends BYE instead of NOTIFY. */
  readonly callerByeProvesBlind: boolean;
  /**
   * The phone joins the two itself when the peers cannot do it: by itself, only when the person says `bridge`, or not
   * at all. A plain refusal (403, 486, 603 …) is never bridged by itself.
   */
  readonly localBridge: 'auto' | 'ask' | 'never';
  /**
   * `complete` while the target rings. `arm` waits for its answer; `early` sends REFER with Replaces of the early
   * dialog (a B2BUA that owns both legs); `blind` gives the target up and sends the caller there without Replaces.
   */
  readonly semiAttended: 'arm' | 'blind' | 'early';
  /** False asks for no subscription (RFC 4488); then the replaced leg's BYE is the only evidence. Attended only. */
  readonly referSub: boolean;
  /** Legs of two accounts with different next hops: send REFER once and then bridge, or bridge at once. */
  readonly acrossAccounts: 'try' | 'bridge';
  /** Send the REFER to the target and never to the caller, who then does not learn the target's address (RFC 5589 §7.2). */
  readonly protectTarget: boolean;
}

/** Where a blind transfer sends the caller, both without angle brackets. */
export interface BlindGoal {
  readonly referTo: string;
  readonly referredBy: string;
  /** What is known of the caller, when it is: decides whether the REFER goes out of the dialog. */
  readonly caller?: LegFacts;
}

/** Both legs of an attended transfer, as known when the target answered. */
export interface PairFacts {
  readonly caller: LegFacts;
  readonly target: LegFacts;
}

/** The proof of success (transfer.md §6). */
export type Evidence =
  /** S1: a sipfrag 2xx. */
  | { readonly name: 'notify'; readonly status: number }
  /** S2, S3: the BYE of the replaced leg (the target's, unless the REFER went to the target) after acceptance. */
  | { readonly name: 'target-bye' }
  /** S4: both legs were ended by the far side. */
  | { readonly name: 'both-byes' }
  /** Blind only, and only where `callerByeProvesBlind` says so. */
  | { readonly name: 'caller-bye' }
  /** The phone itself has joined the two; `instead` = the answer after which it did, empty when the person asked. */
  | { readonly name: 'bridge'; readonly instead: { readonly status?: number; readonly phrase?: string } };

/** Where a transfer was when it failed. */
export type FailureStage =
  | 'hold'
  | 'consult'
  | 'refer'
  | 'notify'
  | 'bridge'
  | 'caller-gone'
  | 'target-gone'
  | 'cancelled';

export type TransferOutcome =
  | { readonly name: 'completed'; readonly evidence: Evidence }
  | { readonly name: 'failed'; readonly stage: FailureStage; readonly status?: number; readonly phrase?: string }
  /** Nobody told us: both calls are kept and the person decides. */
  | { readonly name: 'unknown'; readonly why: 'no-verdict' | 'caller-left' | 'refer-unanswered' };

export type TransferTimer =
  | 'refer-answer'
  | 'first-notify'
  | 'verdict'
  | 'subscription-end'
  | 'bye-evidence'
  | 'caller-bye'
  | 'bye-grace'
  | 'target-bye'
  | 'retry';

/** What the transferor machine is told. `leg` events come from the call of that name. */
export type TransferEvent =
  // the person
  /**
   * `blind` = where a blind transfer would send the caller, both without angle brackets; only looked at while the target
   * has not answered. Without it an armed transfer can become blind only when `target-ringing` brought facts.
   */
  | { readonly type: 'complete'; readonly blind?: BlindGoal }
  | { readonly type: 'cancel' }
  | { readonly type: 'swap' }
  /** All three talk together. */
  | { readonly type: 'merge' }
  /** The phone joins the two and leaves them alone. */
  | { readonly type: 'bridge' }
  // the legs
  | { readonly type: 'held'; readonly leg: Leg }
  | { readonly type: 'hold-refused'; readonly leg: Leg; readonly status: number }
  | { readonly type: 'resumed'; readonly leg: Leg }
  | { readonly type: 'resume-refused'; readonly leg: Leg; readonly status: number }
  /** `facts` = both legs, the target's with its early dialog; needed for `semiAttended: 'early'`. One event a dialog. */
  | { readonly type: 'target-ringing'; readonly facts?: PairFacts }
  | { readonly type: 'target-answered'; readonly caller: LegFacts; readonly target: LegFacts }
  | { readonly type: 'ended'; readonly leg: Leg; readonly cause: EndCause }
  // the REFER; `round` counts our REFERs of this transfer from 1, so that a late event of an earlier one is harmless
  | {
      readonly type: 'refer-answered';
      readonly round: number;
      readonly status: number;
      readonly phrase: string;
      readonly withoutSubscription: boolean;
      readonly retryAfterMs?: number;
    }
  | {
      readonly type: 'notified';
      readonly round: number;
      readonly status: number | undefined;
      readonly phrase: string;
      readonly subscription: 'active' | 'pending' | 'terminated';
      readonly expiresMs?: number;
    }
  | { readonly type: 'timer'; readonly timer: TransferTimer };

/** In the dialog of the leg, or to the peer's GRUU with Target-Dialog (RFC 7647 §4). */
export type ReferManner = 'in-dialog' | 'out-of-dialog';

/** Why a press does nothing. */
export type RefusedWhy =
  | 'accepted-cannot-cancel'
  | 'already-pending'
  | 'not-answered'
  /** Both legs are one dialog (RFC 5589 §7: Replaces would name the transferee's own call). */
  | 'same-dialog'
  /** `localBridge` is `never`. */
  | 'bridge-not-allowed'
  | 'over';

/** What the transferor machine wants done. */
export type TransferEffect =
  /** Hold a leg; answer `held` or `hold-refused` when the final response came, at once when it is held already. */
  | { readonly type: 'hold'; readonly leg: Leg }
  /**
   * Undo `hold` or `mute`; answer `resumed` or `resume-refused`, at once when the leg talks already. It may come while
   * a `hold` of the same leg is unanswered (it queues behind it), and twice. With `joining` the other leg may talk or
   * be resumed too, and this one stays silent until `merge` or `bridge`; without it the person talks with this leg.
   */
  | { readonly type: 'resume'; readonly leg: Leg; readonly joining?: true }
  /** Dial the target. Digits may still be collected first: `cancel` and an `ended` caller work all the same. */
  | { readonly type: 'dial-target' }
  /** Hang up a leg by whatever its state needs. */
  | { readonly type: 'end'; readonly leg: Leg }
  /**
   * Send REFER on `leg`; `referTo` without angle brackets. `out-of-dialog` goes to the peer's GRUU with Target-Dialog
   * (RFC 7647 §4); `withoutSubscription` asks by `Refer-Sub: false` (RFC 4488).
   */
  | {
      readonly type: 'refer';
      readonly leg: Leg;
      readonly round: number;
      readonly referTo: string;
      readonly referredBy: string;
      readonly manner: ReferManner;
      readonly withoutSubscription: boolean;
    }
  /** Join both legs and us: all three hear each other. Both are resumed. */
  | { readonly type: 'merge' }
  /** Join both legs without us: microphone and ear are out of it. Both are resumed. */
  | { readonly type: 'bridge' }
  /** Undo `merge` or `bridge`: the person talks with `talking` alone, and the other leg is silent until it is held. */
  | { readonly type: 'unjoin'; readonly talking: Leg }
  | { readonly type: 'set-timer'; readonly timer: TransferTimer; readonly afterMs: number }
  | { readonly type: 'clear-timer'; readonly timer: TransferTimer }
  /** Mute the microphone towards a leg that refused to be held. */
  | { readonly type: 'mute'; readonly leg: Leg }
  /** The verdict; exactly once a transfer. */
  | { readonly type: 'outcome'; readonly outcome: TransferOutcome }
  /**
   * What an `unknown` turned out to be, when a NOTIFY came after all and nobody had touched the calls: at most once,
   * never without an `unknown` outcome before it.
   */
  | { readonly type: 'late-verdict'; readonly outcome: TransferOutcome }
  /**
   * `complete`, `merge` or `bridge` after `failed` or `unknown`: this transfer is over; start a new one over the same two
   * calls with `startJoin(…, facts, talking)` and give it the event `press`.
   */
  | {
      readonly type: 'start-again';
      readonly facts: PairFacts;
      readonly talking: Leg;
      readonly press: 'complete' | 'merge' | 'bridge';
    }
  /** The person pressed what cannot be done now. */
  | { readonly type: 'refuse'; readonly why: RefusedWhy }
  /** For the journal. */
  | { readonly type: 'note'; readonly word: string; readonly detail?: string };
