import type { Leg, PairFacts } from './door.ts';

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
  /** Number of the REFER, from 1. */
  readonly round: number;
  /** 491 answers so far. */
  readonly glares: number;
  /** What has been tried once and must not be tried again. */
  readonly tried: { readonly form: boolean; readonly leg: boolean; readonly wait: boolean };
}

/** Where a blind transfer sends the caller, both without angle brackets. */
export interface BlindGoal {
  readonly referTo: string;
  readonly referredBy: string;
}

/** How a leg stands: there, ended by a BYE that may prove success, or ended in another way. */
export type LegStanding = 'up' | 'left' | 'lost';

/** How both legs stand while a REFER is out; a blind transfer's target is `lost` from the start. */
export interface Standing {
  readonly caller: LegStanding;
  readonly target: LegStanding;
}

/**
 * Where a transfer is. The outcome has been given exactly in the states from `settling` down.
 *
 * In every state but `holding`, `swapped` (and `swapping`, `restored`, `settling`, `over` as their fields say) the
 * caller is held, or muted where it refused to be held.
 */
export type TransferState =
  /** The caller's hold waits for its final answer; then the target is dialled, or `blind` is referred to. */
  | { readonly name: 'holding'; readonly blind: BlindGoal | undefined }
  /** The target has been dialled (or is being chosen) and may be ringing. */
  | { readonly name: 'calling-target'; readonly ringing: boolean }
  /** As `calling-target`, and `complete` was pressed: REFER goes out as soon as the target answers. */
  | { readonly name: 'armed'; readonly ringing: boolean }
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
  /** REFER is out and unanswered. */
  | { readonly name: 'referring'; readonly attempt: Attempt; readonly standing: Standing }
  /** REFER was answered 491 or 503: the next one waits for its time; `cancel` still leads back. */
  | { readonly name: 'backing-off'; readonly attempt: Attempt }
  /** REFER was accepted; evidence is awaited. */
  | { readonly name: 'watching'; readonly attempt: Attempt; readonly standing: Standing }
  /** Completed: our BYEs are due for the legs that are still up (true). */
  | { readonly name: 'settling'; readonly referee: Leg; readonly caller: boolean; readonly target: boolean }
  /**
   * Failed with both legs up: one talks, the other is held, the person decides. `swapping` = the resume of `talking`
   * is not answered yet.
   */
  | { readonly name: 'restored'; readonly facts: PairFacts; readonly talking: Leg; readonly swapping: boolean }
  /** Unknown with the caller held and perhaps the target too (`target`): the person decides, or a late NOTIFY. */
  | { readonly name: 'unsure'; readonly attempt: Attempt; readonly target: boolean }
  /** The outcome is given, the target has gone, the caller is held: `cancel` or `swap` retrieves. */
  | { readonly name: 'caller-held' }
  /** The caller is being resumed. `waiting` = it refused and the next try waits for the `retry` timer. */
  | { readonly name: 'retrieving'; readonly tries: number; readonly waiting: boolean }
  /** Nothing is left to do: events change nothing, and the person's presses are refused. */
  | { readonly name: 'over' };
