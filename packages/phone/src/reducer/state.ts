import type { RingName, RouteName, ToneName } from '@switchhook/rtp-media';
import type { Millis } from '@switchhook/sans-io';
import type { AccountId, CallId, DialogIdentity, Peer, ReferId, RegistrationState } from '@switchhook/sip-core';
import type {
  Leg,
  ReferLedger,
  ReferRequest,
  TransfereeState,
  TransferId,
  TransferOutcome,
  TransferPair,
  TransferRules,
  TransferState,
} from '@switchhook/transfer';
import type { Choices, Volumes } from './choices.ts';
import type { PhoneSettings, PhoneTimer, Ticket } from './door.ts';
import type { Mailbox, Watched } from './watched.ts';

/**
 * Where a call is.
 *
 * ```
 *  out: dialing ─► ringback ─┐                ┌─► holding ─► held ─► resuming ─┐
 *                            ├─► talking ─────┤      ▲ refused: talking        │
 *  in:  ringing ─► connecting┘      ▲         └──────┴──────◄──────────────────┘
 *  two legs: held, talking ─► joined: silent ─► conference ◄─► bridge ─► talking, holding
 *  any ─► ending ─► (gone with its `ended`)
 * ```
 */
export type CallPhase =
  | { readonly name: 'dialing' }
  /** 180 or early media; `flowing` = early media is heard instead of our ringback tone. */
  | { readonly name: 'ringback'; readonly flowing: boolean }
  | { readonly name: 'ringing' }
  /** We sent 200; the ACK is to come. Microphone and earpiece are already there. */
  | { readonly name: 'connecting' }
  | { readonly name: 'talking' }
  | { readonly name: 'holding' }
  /** `mutedOnly`: the far end refused the hold; it only hears nothing of us. */
  | { readonly name: 'held'; readonly mutedOnly: boolean }
  /** `joining`: for a conference or a bridge; it stays silent until then. */
  | { readonly name: 'resuming'; readonly joining?: true }
  /** Taken back and joined with the transfer's other leg: with the person, without them, or not yet. */
  | { readonly name: 'joined'; readonly mode: 'silent' | 'conference' | 'bridge' }
  | { readonly name: 'ending' };

/** Somebody whom a conversation was with before. */
export interface Party {
  readonly number: string;
  readonly name: string | undefined;
}

/** A headset as it tells of itself. */
export interface HeadsetFacts {
  readonly name: string;
  /** Which way it comes: `bluealsa`, `profile`, `hid`. */
  readonly transport: string;
  /** 0 to 100, where it is known. */
  readonly battery: number | undefined;
  /** It can hold, swap, join and hand over by commands of its own. */
  readonly callHolding: boolean;
}

/** One call, from its INVITE to its `ended`. */
export interface Call {
  readonly id: CallId;
  /** The line key it stands on, from 1. */
  readonly line: number;
  readonly account: AccountId;
  readonly direction: 'in' | 'out';
  readonly phase: CallPhase;
  /** What was dialled, or the caller's user part. */
  readonly number: string;
  /** The URI that was dialled, or the caller's: the address of record for a Refer-To. */
  readonly address: string;
  /** Unknown on outgoing calls until they are answered. */
  readonly peer: Peer | undefined;
  readonly dialog: DialogIdentity | undefined;
  /** Came over the flow of our own registrar, or was placed by us. */
  readonly trusted: boolean;
  readonly remoteHold: boolean;
  /** Why it is here, e.g. "back from 9999: busy". */
  readonly via: string | undefined;
  /** Whom this conversation was with before the party of now, oldest first. */
  readonly earlier: readonly Party[];
  /** The transfer that has handed this conversation over, and, of its caller, to whom. */
  readonly handed: { readonly transfer: TransferId; readonly to: string | undefined } | undefined;
  readonly since: Millis;
  readonly heldSince: Millis | undefined;
  /** No remote verb ends it: the runtime refuses before `submit` with this. */
  readonly emergency: boolean;
  /** It was held too long, or the handset was put down: it rings the phone. */
  readonly recalling: boolean;
  /** It is answered without a hand after so long, when no other call is up then. */
  readonly answersAfterMs: number | undefined;
  /** How its exchange wants it to ring (`Alert-Info`). */
  readonly alert: 'internal' | 'external' | undefined;
  readonly codec: string | undefined;
  readonly secure: 'no' | 'sdes';
  /** How many REFERs of others led to it (loop guard). */
  readonly chained: number;
  /** How often it was diverted on its way to us. */
  readonly diversions: number;
  /** The INVITE with Replaces that takes this call's place, or the call that this one replaces. */
  readonly replaces: CallId | undefined;
}

/** A line that was seized and has no call yet. At most one. */
export interface Prompt {
  readonly line: number;
  readonly digits: string;
  /** `transfer`: the number is the target for this caller, who is (being) held. */
  readonly purpose:
    | { readonly name: 'call' }
    | { readonly name: 'transfer'; readonly caller: CallId; readonly transfer: TransferId };
  /** `dead`: nothing was dialled for too long; `forgotten`: and nobody has put the handset down since. */
  readonly tone: 'dial' | 'silent' | 'dead' | 'forgotten';
  /** `#` was pressed before the line was there: nothing more is waited for. */
  readonly sent?: boolean;
  /** The number is that place of the redial list, from 0, until a digit begins another one. */
  readonly picked?: number;
}

/** What is to happen once a hold has its final answer. */
export type Goal =
  | { readonly name: 'nothing' }
  | { readonly name: 'answer'; readonly call: CallId }
  | { readonly name: 'resume'; readonly call: CallId }
  | {
      readonly name: 'dial';
      readonly to: string;
      readonly account: AccountId | undefined;
      readonly line: number | undefined;
      /** Replaces value of a call to pick up (RFC 3891). */
      readonly replaces?: string;
    }
  | { readonly name: 'seize'; readonly line: number | undefined };

/** The one operation of several steps that waits for the network. */
export type Errand =
  | { readonly name: 'holding'; readonly call: CallId; readonly goal: Goal; readonly ticket: Ticket | undefined }
  /** `rollback`: who is taken back when the resume is refused. */
  | {
      readonly name: 'resuming';
      readonly call: CallId;
      readonly rollback: CallId | undefined;
      readonly ticket: Ticket | undefined;
    }
  | { readonly name: 'ending'; readonly call: CallId; readonly goal: Goal; readonly ticket: Ticket | undefined };

/** A ticket that is settled by something to come. */
export interface Waiting {
  readonly ticket: Ticket;
  readonly until:
    | { readonly name: 'answered'; readonly call: CallId }
    | { readonly name: 'ended'; readonly call: CallId }
    | { readonly name: 'started'; readonly transfer: TransferId }
    | { readonly name: 'outcome'; readonly transfer: TransferId }
    | { readonly name: 'cancelled'; readonly transfer: TransferId }
    | { readonly name: 'joined'; readonly transfer: TransferId }
    | { readonly name: 'swapped'; readonly transfer: TransferId; readonly to: 'caller' | 'target' };
}

/** One transfer, from its start until its machine has nothing left to do. */
export interface TransferRecord {
  readonly pair: TransferPair;
  readonly kind: 'attended' | 'blind';
  readonly machine: TransferState;
  /** What was dialled for the target; undefined while the digits are being collected. */
  readonly to: string | undefined;
  /** A leg to be resumed once no hold is open any more. */
  readonly pendingResume: 'caller' | 'target' | undefined;
  /** Legs to be taken back for a join once their hold has its answer. */
  readonly pendingJoin: readonly Leg[];
  /** Since when both legs are joined by this phone. */
  readonly joinedSince: Millis | undefined;
  /** Those of the exchange that the caller came over, as they were when it started. */
  readonly rules: TransferRules;
  /** The handset was put down in it: nobody is there to talk, so whoever comes back rings. */
  readonly putDown: boolean;
  readonly outcome: TransferOutcome | undefined;
}

/** A REFER of somebody else that was accepted, until its last report and BYE. */
export interface Referral {
  readonly refer: ReferId;
  readonly request: ReferRequest;
  readonly machine: TransfereeState;
  /** The call that it made us place. */
  readonly triggered: CallId | undefined;
}

/** Two calls that hear each other through this phone, and not its person. */
export interface Bridge {
  readonly transfer: TransferId;
  readonly calls: readonly CallId[];
}

/** The levels that the media worker has been told. */
export interface Sounds {
  /** None, the one call in hand, or those of the conference. */
  readonly connect: readonly CallId[];
  readonly bridges: readonly Bridge[];
  readonly tone: ToneName | undefined;
  readonly ringer: RingName | undefined;
  readonly mute: boolean;
}

/** A timer that runs. */
export interface Due {
  readonly afterMs: number;
  /** Another key = the timer starts anew. */
  readonly key: unknown;
}

/** What a state waits for. */
export type Timers = ReadonlyMap<PhoneTimer, Due>;

/** All that the telephone knows. */
export interface PhoneState {
  readonly settings: PhoneSettings;
  readonly hook: 'on' | 'off';
  readonly route: RouteName;
  readonly lostRoutes: readonly RouteName[];
  /** The route that was in use when its device went away, until it is taken back or another one is chosen. */
  readonly awayFrom: RouteName | undefined;
  /** The headset that is connected by Bluetooth. */
  readonly headset: HeadsetFacts | undefined;
  readonly mute: boolean;
  readonly choices: Choices;
  /** What accounts have of their own, by their id. */
  readonly accountChoices: Readonly<Record<string, Partial<Choices>>>;
  readonly volumes: Volumes;
  /** Until then callers get through whatever was chosen: an emergency call was made (RFC 6881 §10). */
  readonly callBackUntil: Millis | undefined;
  readonly calls: readonly Call[];
  readonly prompt: Prompt | undefined;
  /** Digits pressed while a hold is on its way that will seize a line: that line begins with them. */
  readonly ahead: string;
  readonly errand: Errand | undefined;
  readonly transfers: readonly TransferRecord[];
  readonly referrals: readonly Referral[];
  readonly referLedger: ReferLedger;
  readonly waiting: readonly Waiting[];
  readonly registrations: Readonly<Record<string, RegistrationState>>;
  /** What waits in the mailbox of an account, as far as it is known. */
  readonly mailboxes: Readonly<Record<string, Mailbox>>;
  /** How the extensions of the BLF keys are, by number of the key; absent = unknown. */
  readonly blf: Readonly<Record<number, Watched>>;
  /** Numbers that were dialled, the last one first, none twice: for redial. */
  readonly lastNumbers: readonly string[];
  /** What a second press of Cancel says yes to. */
  readonly asks: 'end-all' | undefined;
  /** A one-shot tone that sounds now, instead of what the state would give. */
  readonly beep: { readonly tone: ToneName; readonly forMs: number } | undefined;
  /** No call waiting tone for so long: a call was just answered, or digits are being sent (phone-ux.md §4.5). */
  readonly quiet: { readonly forMs: number } | undefined;
  /** A text that stands for some seconds. */
  readonly message: { readonly text: readonly string[]; readonly forMs: number } | undefined;
  /** Lines whose lamps say for some seconds that a transfer failed. */
  readonly failedLines: readonly number[] | undefined;
  readonly sounds: Sounds;
  /** Those that run for this state; the transfer machine's own come besides. */
  readonly timers: Timers;
  readonly callCount: number;
  readonly transferCount: number;
}
