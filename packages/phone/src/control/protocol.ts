import type { MediaNotice } from './diagnosis.ts';
import type { Scalar } from './settings.ts';

/**
 * The control protocol: newline-delimited JSON over a unix socket, one object a line, at most 64 KiB.
 *
 * ```
 *  phone → client  {"v":1,"type":"hello","phone":"reception","version":"0.1.0","verbs":["call.dial",…]}
 *  client → phone  {"v":1,"id":"1","cmd":"subscribe","args":{"topics":["state","event"]}}
 *  phone → client  {"v":1,"id":"1","phase":"done","result":{}}
 *  phone → client  {"v":1,"type":"state","seq":7,"ts":"…", …snapshot…}
 *  client → phone  {"v":1,"id":"2","cmd":"transfer.start","args":{"to":"9999"},"ifSeq":7,"expiresAt":"…"}
 *  phone → client  {"v":1,"id":"2","phase":"accepted","ts":"…"}
 *  phone → client  {"v":1,"type":"event","event_type":"transferStarted","callId":"c-1","transferId":"t-1",…}
 *  phone → client  {"v":1,"id":"2","phase":"done","result":{"transferId":"t-1"},"ms":412}
 * ```
 */
export const PROTOCOL_VERSION = 1;
export const LINE_LIMIT_BYTES = 65_536;

/** Every way a command can fail, the same words on socket, command line and MQTT (mqtt.md §3.4). */
export type ErrorCode =
  | 'bad_json'
  | 'bad_schema'
  | 'unknown_verb'
  | 'forbidden'
  | 'rate_limited'
  | 'expired'
  | 'duplicate'
  | 'retained'
  | 'stale_state'
  | 'unknown_call'
  | 'unknown_transfer'
  | 'ambiguous'
  | 'not_in_state'
  | 'number_not_allowed'
  | 'not_registered'
  | 'hold_refused'
  | 'consult_failed'
  | 'refer_rejected'
  | 'transfer_failed'
  | 'transfer_unknown'
  | 'media_error'
  | 'timeout'
  | 'internal';

/** A command as it stands on the line. Verbs beyond intents: `subscribe`, `state.get`, `diag.get`, `transfer.explain`. */
export interface CommandLine {
  readonly v: 1;
  readonly id: string;
  readonly cmd: string;
  readonly args?: Readonly<Record<string, unknown>>;
  readonly ifSeq?: number;
  /** ISO 8601 UTC. */
  readonly expiresAt?: string;
  /** Who the sender acts as; the socket itself is trusted (mode 0660), the bridge sets it by topic. Default `local`. */
  readonly role?: string;
}

export type Acknowledgement =
  | { readonly v: 1; readonly id: string; readonly phase: 'accepted'; readonly ts: string }
  | {
      readonly v: 1;
      readonly id: string;
      readonly phase: 'done';
      readonly result: Readonly<Record<string, unknown>>;
      readonly ms: number;
    }
  | { readonly v: 1; readonly id: string; readonly phase: 'failed'; readonly error: CommandError };

export interface CommandError {
  readonly code: ErrorCode;
  readonly message: string;
  /** The SIP status behind it, if any. */
  readonly sip: number | null;
  /** What can be done now. */
  readonly canDo: readonly string[];
}

/** How a command ended. */
export type Settlement =
  | { readonly name: 'done'; readonly result: Readonly<Record<string, string | number | boolean>> }
  | { readonly name: 'failed'; readonly error: CommandError };

export type Publication =
  | ({ readonly v: 1; readonly type: 'hello' } & Hello)
  | ({ readonly v: 1; readonly type: 'state' } & Snapshot)
  | ({ readonly v: 1; readonly type: 'event'; readonly ts: string; readonly seq: number } & PhoneNotice)
  | ({ readonly v: 1; readonly type: 'media'; readonly ts: string } & MediaNotice);

export interface Hello {
  readonly phone: string;
  readonly version: string;
  readonly verbs: readonly string[];
}

/** Coarse words that Home Assistant users know from other call monitors. */
export type CoarseState = 'idle' | 'ringing' | 'dialing' | 'talking' | 'held' | 'transferring';

export type LineState =
  | 'idle'
  | 'dial-tone'
  | 'dialing'
  | 'ringback'
  | 'ringing'
  | 'connecting'
  | 'talking'
  | 'holding'
  | 'held'
  | 'resuming'
  | 'joined'
  | 'ending';

/** How a line's call is joined with another one by this phone itself. */
export interface JoinSnapshot {
  readonly transferId: string;
  /** `conference`: the person is in it; `bridge`: the two are alone, and the phone must stay on. */
  readonly mode: 'conference' | 'bridge';
  /** The call at the other end of it. */
  readonly with: string;
  readonly party: { readonly number: string; readonly name: string | null; readonly verified: boolean };
  readonly since: string;
}

export interface LineSnapshot {
  readonly n: number;
  readonly account: string | null;
  readonly state: LineState;
  readonly callId: string | null;
  readonly direction: 'in' | 'out' | null;
  readonly party: { readonly number: string; readonly name: string | null; readonly verified: boolean } | null;
  /** Why it is here, e.g. "back from 9999: busy". */
  readonly via: string | null;
  readonly since: string | null;
  readonly heldSince: string | null;
  readonly localHold: boolean;
  readonly remoteHold: boolean;
  readonly secure: 'no' | 'sdes';
  readonly codec: string | null;
  readonly canDo: readonly string[];
  /** Only while it is joined. */
  readonly joined?: JoinSnapshot;
}

export interface TransferSnapshot {
  readonly transferId: string;
  readonly kind: 'attended' | 'blind';
  /** A TransferState name, kebab-case. */
  readonly state: string;
  readonly stage: string | null;
  readonly caller: string;
  readonly consult: string | null;
  readonly outcome: 'completed' | 'failed' | 'unknown' | null;
  readonly code: number | null;
  readonly reason: string | null;
  readonly evidence: string | null;
}

export interface RegistrationSnapshot {
  readonly account: string;
  readonly state: 'unregistered' | 'registering' | 'registered' | 'failed';
  readonly code: number | null;
  readonly reason: string | null;
  readonly expiresAt: string | null;
  readonly nextTryAt: string | null;
  readonly transport: 'udp' | 'tcp' | 'tls';
}

/** A headset that is connected. Null = not known. */
export interface HeadsetSnapshot {
  readonly name: string;
  /** `bluealsa`, `profile` or `hid`. */
  readonly transport: string;
  /** Per cent. */
  readonly battery: number | null;
  /** It can hold, swap, join and hand over by commands of its own (AT+CHLD). */
  readonly callHolding: boolean;
}

/** What waits in a voice mailbox (RFC 3842 §3.5). */
export interface MailboxSnapshot {
  readonly waiting: boolean;
  /** New messages, urgent ones among them. */
  readonly new: number;
  readonly old: number;
  readonly urgentNew: number;
}

/** How a watched extension is; `unknown` = nobody tells us at present. */
export type BlfState = 'idle' | 'ringing' | 'busy' | 'held' | 'parked' | 'unknown';

/** One busy lamp field key. */
export interface BlfSnapshot {
  /** Number of the key, from 1. */
  readonly n: number;
  /** What the key dials, and whom it watches. */
  readonly target: string;
  readonly label: string;
  readonly state: BlfState;
}

/** The whole picture, mqtt.md §3.3. */
export interface Snapshot {
  readonly ts: string;
  readonly seq: number;
  readonly phone: CoarseState;
  readonly hook: 'on' | 'off';
  readonly route: 'handset' | 'headset' | 'speaker';
  /** The Bluetooth headset that is connected; absent = none. */
  readonly headset?: HeadsetSnapshot;
  readonly mute: boolean;
  readonly dnd: boolean;
  /** Every setting with its value; an account's own as `KEY@ACCOUNT` (mqtt.md §3.2 `settings/KEY`). */
  readonly settings: Readonly<Record<string, Scalar>>;
  /** One entry a line key: the call that its key means. */
  readonly lines: readonly LineSnapshot[];
  /** Further calls that stand on the same lines. */
  readonly waiting?: readonly LineSnapshot[];
  readonly transfer: TransferSnapshot | null;
  readonly registrations: readonly RegistrationSnapshot[];
  /** What waits in all mailboxes together. */
  readonly mwi: MailboxSnapshot;
  /** The same by account: those whose mailbox is watched. */
  readonly mailboxes: readonly (MailboxSnapshot & { readonly account: string })[];
  /** The busy lamp field, in the order of its keys. */
  readonly blf: readonly BlfSnapshot[];
  /** What the display shows: at most two lines of text. */
  readonly display: readonly string[];
  /** Lamp patterns by lamp name (`line1`, `line2`, `mute`, `dnd`, `message`, `blf1`). */
  readonly lamps: Readonly<Record<string, string>>;
  /** Full verbs that would be accepted now. */
  readonly canDo: readonly string[];
}

/** Something that happened, published once, never retained. */
export interface PhoneNotice {
  readonly event_type:
    | 'incoming'
    | 'answered'
    | 'talking'
    | 'held'
    | 'resumed'
    | 'heldByPeer'
    | 'transferStarted'
    | 'transferCompleted'
    | 'transferFailed'
    | 'transferUnknown'
    | 'merged'
    | 'partyChanged'
    | 'missed'
    | 'ended'
    | 'dtmf'
    | 'key';
  readonly callId?: string;
  readonly transferId?: string;
  readonly number?: string;
  readonly name?: string;
  readonly code?: number;
  readonly reason?: string;
  readonly evidence?: string;
  readonly key?: string;
  /** How it was pressed: `short_press`, `long_press`, `double_press`, `triple_press`, or what the hook did. */
  readonly press?: string;
  readonly source?: string;
}
