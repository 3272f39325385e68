import type { RingName, RouteName, ToneName } from '@switchhook/rtp-media';
import type { Millis, Step, Token } from '@switchhook/sans-io';
import type {
  AccountId,
  CallId,
  DialogIdentity,
  Diversion,
  EndCause,
  Peer,
  ReferId,
  RegistrationState,
  TransportName,
} from '@switchhook/sip-core';
import type { TransferId, TransferRules, TransferTimer } from '@switchhook/transfer';
import type { BlfState, PhoneNotice, Settlement } from '../control/protocol.ts';
import type { DialPlan } from '../dial-plan/dial-plan.ts';
import type { DialPattern } from '../dial-plan/pattern.ts';
import type { Intent } from '../intent.ts';
import type { Choices, Volumes } from './choices.ts';
import type { HeadsetFacts, PhoneState } from './state.ts';
import type { BlfKey, Mailbox, PickupRule, RingingElsewhere } from './watched.ts';

/**
 * The one door of the telephone: every value that goes into the reducer and every value that comes out.
 *
 * ```
 *  submit(intent) ──intent────────►┌─────────┐──dial, answer, hold, refer, …──► sip-core
 *  sip-core ──incoming, answered──►│  phone  │──connect, tone, ringer, dtmf───► rtp-media
 *  rtp-media ──digit, route-lost──►│ reducer │──set-timer, clear-timer────────► timers
 *  timers ──timer─────────────────►└─────────┘──settle, refuse, notice────────► control socket, journal
 * ```
 */

/** Names one sender's wait for an answer: opaque here, made by the runtime, settled exactly once by a `settle` effect. */
export type Ticket = Token<'ticket'>;

/**
 * A timer's name; the runtime only hands it back. Setting a name again moves it, a cleared one never fires. A name that
 * has gone is a no-op in the reducer, so late timers do no harm.
 */
export type PhoneTimer =
  | 'interdigit'
  | 'dial-tone'
  | 'off-hook'
  | 'hotline'
  | 'beep'
  | 'quiet'
  | 'display'
  | 'failed-lamp'
  | `errand`
  | `ring:${string}`
  | `auto:${string}`
  | `recall:${string}`
  | `ticket:${string}`
  | `refer:${'ask' | 'bye'}:${string}`
  | `transfer:${TransferTimer}:${string}`;

// --------------------------------------------------------------------------------------------------------------- in

/** Somebody wants something. No origin here: role, number policy and local-wins were judged before (`submit`). */
export type IntentEvent = {
  readonly type: 'intent';
  readonly intent: Intent;
  /** Settled exactly once; absent = nobody waits. */
  readonly ticket?: Ticket;
};

/** What happens to calls. Events of a call that has gone are no-ops. */
export type CallEvent =
  /** A call for us; nothing but 100 has been sent. */
  | {
      readonly type: 'incoming';
      readonly call: CallId;
      readonly account: AccountId;
      readonly peer: Peer;
      /** The call it wants to take over, matched by all three ids (RFC 3891 §3). */
      readonly replaces?: { readonly call: CallId; readonly early: boolean };
      readonly referredBy?: string;
      readonly trusted: boolean;
      readonly alertInfo?: string;
      /** Its exchange asks for an answer after so long, without a hand (Call-Info, Alert-Info, Answer-Mode). */
      readonly answerAfterS?: number;
      /** How often it was diverted on its way, by whom last, and how many hops it has left. Default 0, nobody, 70. */
      readonly diversions?: number;
      readonly divertedBy?: string;
      readonly hopsLeft?: number;
    }
  /** A provisional response; `dialog` when it made an early dialog. Early media is told by `flowing`. */
  | { readonly type: 'progress'; readonly call: CallId; readonly status: number; readonly dialog?: DialogIdentity }
  /** Our INVITE got its 2xx, or our 2xx its ACK. */
  | { readonly type: 'answered'; readonly call: CallId; readonly dialog: DialogIdentity; readonly peer: Peer }
  | { readonly type: 'peer-changed'; readonly call: CallId; readonly peer: Peer }
  /** The far end holds us (sendonly, inactive, 0.0.0.0) or takes us back; the runtime has answered its offer. */
  | { readonly type: 'peer-held'; readonly call: CallId; readonly on: boolean }
  /** The final answers to our `hold` and `resume` effects: exactly one each, or `ended`. */
  | { readonly type: 'held'; readonly call: CallId }
  | { readonly type: 'hold-refused'; readonly call: CallId; readonly status: number; readonly phrase: string }
  | { readonly type: 'resumed'; readonly call: CallId }
  | { readonly type: 'resume-refused'; readonly call: CallId; readonly status: number; readonly phrase: string }
  /** What offer/answer agreed on, for the display. */
  | { readonly type: 'negotiated'; readonly call: CallId; readonly codec: string; readonly secure: 'no' | 'sdes' }
  /** First RTP has come: early media replaces the local ringback tone. */
  | { readonly type: 'flowing'; readonly call: CallId }
  /** The far end sent a digit. `info`: by INFO alone, which no media engine has seen and passed on. */
  | { readonly type: 'digit'; readonly call: CallId; readonly digit: string; readonly info?: boolean }
  /** The last event of its name. */
  | { readonly type: 'ended'; readonly call: CallId; readonly cause: EndCause };

/** What happens to REFERs, ours and theirs. */
export type ReferEvent =
  | {
      readonly type: 'refer-answered';
      readonly refer: ReferId;
      readonly status: number;
      readonly phrase: string;
      readonly withoutSubscription: boolean;
      readonly retryAfterS?: number;
    }
  | {
      readonly type: 'refer-notified';
      readonly refer: ReferId;
      readonly status: number | undefined;
      readonly phrase: string;
      readonly subscription: 'active' | 'pending' | 'terminated';
      readonly expiresS?: number;
    }
  | {
      readonly type: 'refer-requested';
      readonly refer: ReferId;
      readonly call: CallId | undefined;
      readonly account: AccountId;
      readonly referTo: string;
      readonly referredBy?: string;
      readonly trusted: boolean;
    };

/** What happens to the phone itself. */
export type HouseEvent =
  | { readonly type: 'registration'; readonly account: AccountId; readonly state: RegistrationState }
  /** A device of a route went away, or came (headset lost → handset, features.md rule 21). */
  | { readonly type: 'route-lost'; readonly route: RouteName }
  | { readonly type: 'route-found'; readonly route: RouteName }
  /** The headset that is connected, as it tells of itself; undefined = none is. */
  | { readonly type: 'headset'; readonly headset: HeadsetFacts | undefined }
  /** What waits in the mailbox of an account; undefined = nobody tells us at present. */
  | { readonly type: 'mailbox'; readonly account: AccountId; readonly mailbox: Mailbox | undefined }
  /** How the extension of BLF key `n` is, and the call that rings there as far as it is known. */
  | { readonly type: 'blf'; readonly n: number; readonly state: BlfState; readonly ringing?: RingingElsewhere }
  /** New settings, e.g. after system.reload; what is left out stays. */
  | { readonly type: 'settings'; readonly settings: Partial<PhoneSettings> }
  /**
   * The runtime's answer to a `refuse` effect whose sender stands at the phone (key, hook, headset): give the refusal
   * tone and show the text. A remote sender has had its `settle` and this event is not fed.
   */
  | { readonly type: 'refusal'; readonly text: string }
  | { readonly type: 'timer'; readonly timer: PhoneTimer };

export type PhoneEvent = IntentEvent | CallEvent | ReferEvent | HouseEvent;

// -------------------------------------------------------------------------------------------------------------- out

/** To the user agent, with offer/answer in between (the runtime's business). */
export type CallEffect =
  /** Place a call. `to` is a URI; call ids are minted here: `c-1`, `c-2`, … */
  | {
      readonly type: 'dial';
      readonly call: CallId;
      readonly account: AccountId;
      readonly to: string;
      readonly line: number;
      readonly emergency: boolean;
      /** Of a call placed because of an accepted REFER (RFC 3891, 3892). */
      readonly replaces?: string;
      readonly referredBy?: string;
      readonly requireReplaces?: boolean;
    }
  /** Send 180. */
  | { readonly type: 'ring'; readonly call: CallId }
  /** Send 200; `answered` follows with the ACK. Of an INVITE with Replaces: the replaced call then ends by itself. */
  | { readonly type: 'answer'; readonly call: CallId }
  /** `divert`: with 302, where the caller shall go instead (a URI). */
  | { readonly type: 'reject'; readonly call: CallId; readonly status: number; readonly divert?: Diversion }
  /** End it by whatever its state needs; `ended` follows. */
  | { readonly type: 'hangup'; readonly call: CallId }
  /** re-INVITE; `held`/`hold-refused` or `resumed`/`resume-refused` follows. */
  | { readonly type: 'hold'; readonly call: CallId }
  | { readonly type: 'resume'; readonly call: CallId };

export type ReferEffect =
  | {
      readonly type: 'refer';
      readonly call: CallId;
      readonly refer: ReferId;
      readonly transfer: TransferId;
      readonly referTo: string;
      readonly referredBy: string;
      /** To the peer's GRUU with Target-Dialog instead of in the call's dialog (RFC 7647 §4). */
      readonly outOfDialog: boolean;
      /** Ask for no subscription (RFC 4488). */
      readonly withoutSubscription: boolean;
    }
  | { readonly type: 'answer-refer'; readonly refer: ReferId; readonly status: number; readonly phrase?: string }
  | { readonly type: 'report-refer'; readonly refer: ReferId; readonly status: number; readonly phrase?: string };

/** To the media worker. `connect`, `tone`, `ringer` and `mute` are levels: sent when they change, never twice alike. */
export type SoundEffect =
  /** The calls that have microphone and earpiece: none, one (its early media too), or several: a conference. */
  | { readonly type: 'connect'; readonly calls: readonly CallId[] }
  /** What the ear hears; the reducer ends one-shot tones itself. */
  | { readonly type: 'tone'; readonly tone: ToneName | undefined }
  | { readonly type: 'ringer'; readonly ring: RingName | undefined }
  | { readonly type: 'mute'; readonly on: boolean }
  | { readonly type: 'route'; readonly route: RouteName }
  | { readonly type: 'volume'; readonly route: RouteName | 'ring'; readonly percent: number }
  /** Never logged. */
  | { readonly type: 'dtmf'; readonly call: CallId; readonly digits: string; readonly durationMs: number }
  /** Join two calls of that transfer with each other, without us; empty = dissolve. A level as `connect` is. */
  | { readonly type: 'bridge'; readonly transfer: TransferId; readonly calls: readonly CallId[] };

/** To the house. */
export type HouseEffect =
  | { readonly type: 'set-timer'; readonly timer: PhoneTimer; readonly afterMs: number }
  | { readonly type: 'clear-timer'; readonly timer: PhoneTimer }
  | { readonly type: 'notice'; readonly notice: PhoneNotice }
  /** The one answer to a ticket. */
  | { readonly type: 'settle'; readonly ticket: Ticket; readonly outcome: Settlement }
  /** An intent was not accepted. For a local sender the runtime feeds `refusal` back; its `settle` comes besides. */
  | { readonly type: 'refuse'; readonly ticket?: Ticket; readonly verb: string; readonly text: string }
  | { readonly type: 'reregister' }
  /** A setting to keep over a restart. */
  | { readonly type: 'save'; readonly key: string; readonly value: string | number | boolean }
  /** For the journal; never for control. */
  | { readonly type: 'note'; readonly word: string; readonly detail?: string };

export type { Settlement };

export type PhoneEffect = CallEffect | ReferEffect | SoundEffect | HouseEffect;

/**
 * The telephone: what it is plus what happened gives what it becomes and what must be done, in order. `now` is on the
 * runtime's monotonic scale. Never throws for what the network or a person does.
 */
export type PhoneStep = (state: PhoneState, event: PhoneEvent, now: Millis) => Step<PhoneState, PhoneEffect>;

// ---------------------------------------------------------------------------------------------------------- settings

/** An account as the telephone needs it. The first one is the default for dialling. */
export interface PhoneAccount {
  readonly id: AccountId;
  readonly user: string;
  readonly domain: string;
  readonly transport: TransportName;
  /** False: calls go out without a registration. */
  readonly register: boolean;
  /** `host:port` of its registrar or proxy; absent = its domain. Accounts of one next hop are one exchange. */
  readonly nextHop?: string;
  /** What this exchange wants otherwise than `PhoneSettings.transfer` says. */
  readonly transfer?: Partial<TransferRules>;
  /** What the voicemail key dials; absent = what the exchange names as its Message-Account. */
  readonly mailbox?: string;
  /** Whether it is told of new messages: it asks for that, it takes what its server sends unasked, or both. Default `off`. */
  readonly mwi?: MailboxWatch;
  /** How a call that rings elsewhere is picked up at this exchange. Default: the caller's own phone is asked. */
  readonly pickup?: PickupRule;
}

/** How an account learns of waiting messages (RFC 3842). */
export type MailboxWatch = 'off' | 'subscribe' | 'unsolicited' | 'both';

/** The person's and the office's wishes; `phoneSettings()` fills in the defaults. */
export interface PhoneSettings {
  readonly accounts: readonly PhoneAccount[];
  /** How many line keys. Default 2. */
  readonly lines: number;
  /** Calls at once over all lines; one more gets 486. Default 4. */
  readonly maxCalls: number;
  /** Dialled from every local state; no remote verb ends such a call. Default 112, 911. */
  readonly emergencyNumbers: readonly string[];
  /** Handset down while the consult talks completes (phone-ux.md §4.4). Default true. */
  readonly completeOnHook: boolean;
  /** Handset down with a held caller: ring back, or hang up. Default `recall`. */
  readonly onHookWithHeld: 'recall' | 'drop';
  /** A held caller rings back after this, 0 = never. Default 120. */
  readonly holdRecallSec: number;
  /** The number is sent when no digit has come for this long. Default 10 000. */
  readonly interdigitMs: number;
  /** Dial tone without a digit turns to reorder after this. Default 15 000. */
  readonly dialToneMs: number;
  /** The same, when the number fits the dial plan and longer ones would too. Default 3000. */
  readonly shortInterdigitMs: number;
  /** What becomes of numbers; emergency numbers come before it. Default none: every number as it is. */
  readonly dialPlan: DialPlan;
  /** The reorder tone of a line that nothing was dialled on lasts so long. Default 15 000. */
  readonly reorderMs: number;
  /** After it: a howler in the handset, or silence; the lamp says it in both cases. Default false. */
  readonly howler: boolean;
  /** Dialled by itself when a line is seized and nothing is dialled for so long, 0 = at once. */
  readonly hotline?: { readonly to: string; readonly afterMs: number };
  /** The key of the line that talks holds it; false: it is refused, and only Hold holds. Default true. */
  readonly lineKeyHolds: boolean;
  /** While the call is muted, Mute held down lets one speak until it is released. Default false. */
  readonly pushToTalk: boolean;
  /** Where a call is sent to be parked (Hold held down); absent = nowhere. */
  readonly parkNumber?: string;
  /** The account of each line key, from the first; one that is left out stands for any. */
  readonly lineAccounts: readonly AccountId[];
  /** An unanswered call gets 480 after this. Default 60 000. */
  readonly ringTimeoutMs: number;
  /** A caller rings while another call is up; false: busy then. Default true. */
  readonly callWaiting: boolean;
  /** How Do Not Disturb refuses: 486 (default), 480 or 603. */
  readonly dndStatus: number;
  /** A call that was diverted this often on its way is not diverted once more. Default 5. */
  readonly forwardLimit: number;
  /** So long after an emergency call everybody gets through. Default 1 800 000. */
  readonly callBackMs: number;
  /** Who may be answered without a hand: patterns of numbers, none = all whom the exchange brings; and after how long. */
  readonly autoAnswer: { readonly from: readonly DialPattern[]; readonly afterMs: number };
  /** What is chosen about calls that come, before anybody chooses. */
  readonly choices: Partial<Choices>;
  /** Where one listens at first. Default handset. */
  readonly route: RouteName;
  /** How loud each route and the bell are at first, percent. Default 80. */
  readonly volumes: Volumes;
  /** REFER from the peer of an answered call: refuse (default) or obey in the dialog of a call over a trusted flow. */
  readonly acceptRefer: 'never' | 'same-dialog';
  readonly headset: {
    /** Short press while the consult talks completes instead of ending it. Default false. */
    readonly shortCompletesTransfer: boolean;
    /** Dialled when a consult is started from the headset. */
    readonly consultTarget?: string;
  };
  /** The busy lamp field, key 1 first. Default none. */
  readonly blf: readonly BlfKey[];
  /** How the lamp of an idle extension shines. Default `off`. */
  readonly blfIdle: 'off' | 'green';
  /** What becomes of the caller when a BLF key is pressed as the number to transfer to. Default `attended`. */
  readonly blfTransfer: 'attended' | 'blind';
  /** What differs from the transfer package's defaults. */
  readonly transfer: Partial<TransferRules>;
}
