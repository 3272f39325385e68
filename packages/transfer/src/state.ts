import type { BlindGoal, Leg, PairFacts, ReferManner } from './door.ts';

/** What stands in the REFER and where it goes; one value for the whole series of tries. */
export interface Attempt {
  readonly kind: 'attended' | 'blind';
  /** Attended only. */
  readonly facts: PairFacts | undefined;
  /** Blind only: Refer-To and Referred-By as given to `startBlind`. */
  readonly blind: BlindGoal | undefined;
  /** The transferee: the leg that gets the REFER. */
  readonly leg: Leg;
  readonly form: 'contact' | 'aor';
  /** Write `Require=replaces` into Refer-To. */
  readonly requireReplaces: boolean;
  readonly manner: ReferManner;
  /** Asks for no subscription (RFC 4488). */
  readonly withoutSubscription: boolean;
  /** Number of the REFER, from 1. */
  readonly round: number;
  /** 491 answers so far. */
  readonly glares: number;
  /** What has been tried once and must not be tried again. */
  readonly tried: { readonly form: boolean; readonly leg: boolean; readonly wait: boolean; readonly adapted: boolean };
  /** Refer-To says `sip:` where it said `sips:`, because the far end answered 416. */
  readonly plainScheme: boolean;
  /** The legs belong to two accounts with different next hops. */
  readonly crossing: boolean;
  /** All three talked together before: whatever fails, the two are bridged rather than parted. */
  readonly merged: boolean;
  /** Replaces names the target's early dialog: it `rings`, or has `answered` after this REFER was sent. */
  readonly early: 'no' | 'rings' | 'answered';
}

/** How a leg stands: there, ended by a BYE that may prove success, or ended in another way. */
export type LegStanding = 'up' | 'left' | 'lost';

/** How both legs stand while a REFER is out; a blind transfer's target is `lost` from the start. */
export interface Standing {
  readonly caller: LegStanding;
  readonly target: LegStanding;
}

/** The target's early dialog, once a provisional response made one; `forked` when there were several. */
export type EarlyDialog = PairFacts | 'forked' | undefined;

/**
 * Where a transfer is. The outcome has been given exactly in `bridged` and the states from `settling` down.
 *
 * In every state but `holding`, `swapped`, `merged`, `bridged` (and `swapping`, `merging`, `unmerging`, `bridging`,
 * `restored`, `settling`, `over` as their fields say) the caller is held, or muted where it refused to be held.
 */
export type TransferState =
  /** The caller's hold waits for its final answer; then the target is dialled, or `blind` is referred to. */
  | { readonly name: 'holding'; readonly blind: BlindGoal | undefined }
  /** The target has been dialled (or is being chosen) and may be ringing. */
  | { readonly name: 'calling-target'; readonly ringing: boolean; readonly early: EarlyDialog }
  /**
   * As `calling-target`, and `complete` was pressed: REFER goes out as soon as the target answers. `rounds` counts the
   * REFERs that have gone out (one that named the early dialog may have failed).
   */
  | {
      readonly name: 'armed';
      readonly ringing: boolean;
      readonly early: EarlyDialog;
      readonly goal: BlindGoal | undefined;
      readonly rounds: number;
    }
  /** The target, which has not answered, is given up: REFER without Replaces goes out when its call has ended. */
  | { readonly name: 'degrading'; readonly goal: BlindGoal; readonly rounds: number }
  /** Talking with the target. */
  | { readonly name: 'consulting'; readonly facts: PairFacts }
  /** Going over `to` the other leg: first the talking one is held, then `to` is resumed. */
  | {
      readonly name: 'swapping';
      readonly facts: PairFacts;
      readonly to: Leg;
      readonly phase: 'holding' | 'resuming';
      /** `complete` was pressed meanwhile. */
      readonly completing: boolean;
    }
  /** Talking with the caller, the target is held. */
  | { readonly name: 'swapped'; readonly facts: PairFacts }
  /** `complete` after `swapped`: the caller is held once more. */
  | { readonly name: 'holding-again'; readonly facts: PairFacts }
  /** `complete` was pressed: the target's hold waits for its final answer. */
  | { readonly name: 'holding-target'; readonly facts: PairFacts }
  /** `merge` was pressed: first the other leg is resumed, then `talking` itself; `waits` = whose answer is awaited. */
  | { readonly name: 'merging'; readonly facts: PairFacts; readonly talking: Leg; readonly waits: Leg }
  /** All three talk; `talking` is the leg that talked before. */
  | { readonly name: 'merged'; readonly facts: PairFacts; readonly talking: Leg }
  /**
   * The three are taken apart: holds wait for their final answers (true = still open), then REFER or `to` alone.
   * `leaving` = `complete` was pressed while they talked: if no REFER helps, the two are joined again.
   */
  | {
      readonly name: 'unmerging';
      readonly facts: PairFacts;
      readonly caller: boolean;
      readonly target: boolean;
      readonly to: Leg | 'refer';
      readonly leaving: boolean;
    }
  /** First the caller is resumed, then the target, silent for us, before the phone joins them. */
  | {
      readonly name: 'bridging';
      readonly facts: PairFacts;
      readonly waits: Leg;
      readonly instead: { readonly status?: number; readonly phrase?: string };
    }
  /** The phone has joined the two; the outcome is given. `withUs` = the person has come back in by `merge`. */
  | { readonly name: 'bridged'; readonly facts: PairFacts; readonly withUs: boolean }
  /** REFER is out and unanswered. */
  | { readonly name: 'referring'; readonly attempt: Attempt; readonly standing: Standing }
  /** REFER was answered 491 or 503: the next one waits for its time; `cancel` still leads back. */
  | { readonly name: 'backing-off'; readonly attempt: Attempt }
  /** REFER was accepted; evidence is awaited. `notifies` = its last NOTIFY left the subscription standing: more will come. */
  | { readonly name: 'watching'; readonly attempt: Attempt; readonly standing: Standing; readonly notifies: boolean }
  /** Completed: our BYEs are due for the legs that are still up (true). */
  | { readonly name: 'settling'; readonly referee: Leg; readonly caller: boolean; readonly target: boolean }
  /**
   * Failed with both legs up: one talks, the other is held, the person decides. `swapping` = the resume of `talking`
   * is not answered yet.
   */
  | { readonly name: 'restored'; readonly facts: PairFacts; readonly talking: Leg; readonly swapping: boolean }
  /**
   * Unknown with the caller held and perhaps the target too (`target`): the person decides, or a late NOTIFY. `heard` =
   * it came, and its failure has changed nothing.
   */
  | { readonly name: 'unsure'; readonly attempt: Attempt; readonly target: boolean; readonly heard: boolean }
  /** The outcome is given, the target has gone, the caller is held: `cancel` or `swap` retrieves. */
  | { readonly name: 'caller-held' }
  /** The caller is being resumed. `waiting` = it refused and the next try waits for the `retry` timer. */
  | { readonly name: 'retrieving'; readonly tries: number; readonly waiting: boolean }
  /** Nothing is left to do: events change nothing, and the person's presses are refused. */
  | { readonly name: 'over' };
