import type { CodecName, MediaPort, SessionQuality, SrtpWish } from '@switchhook/rtp-media';
import type { AlarmClock, Core, Random } from '@switchhook/sans-io';
import type { AccountId, SipTransport, UserAgentIn, UserAgentOut } from '@switchhook/sip-core';
import type { PhoneNotice, Snapshot } from '../control/protocol.ts';
import type { PhoneSettings } from '../reducer/door.ts';
import type { Kept } from '../reducer/settings.ts';
import type { PhoneState } from '../reducer/state.ts';
import type { RemotePolicy } from './admission.ts';
import type { JournalEntry } from './journal.ts';

/** Everything that a runtime reaches the world through, and what it is told once. */
export interface RuntimeOptions {
  readonly clock: AlarmClock;
  /** Wall clock, ms since 1970: for what people and logs read, never for control. */
  readonly wall: () => number;
  readonly random: Random;
  readonly userAgent: Core<UserAgentIn, UserAgentOut>;
  readonly transport: SipTransport;
  readonly media: MediaPort;
  readonly settings: PhoneSettings;
  /** What was kept over the last restart. */
  readonly kept?: Kept;
  /** Codecs of an account in the order of preference. Default PCMU, PCMA. */
  readonly codecs?: (account: AccountId) => readonly CodecName[];
  /** How an account wants its sound protected. Default: not at all. */
  readonly srtp?: (account: AccountId) => SrtpWish | undefined;
  /** Packet time to offer. Default 20. */
  readonly ptimeMs?: number;
  readonly remote?: RemotePolicy;
  /** Every throw of our own kills at once: for tests and simulation. Default false: contained, see `alarms`. */
  readonly strict?: boolean;
  readonly journal?: (entry: JournalEntry) => void;
  /** A setting to keep over a restart. */
  readonly save?: (key: string, value: string | number | boolean) => void;
}

/** Who watches a phone. Called when the runtime has nothing left to do; only `moved` and `journal` in the midst of an event. */
export interface RuntimeListener {
  /** The reducer decided, in the midst of an event: its effects are still to be performed. */
  moved?(state: PhoneState): void;
  /** The picture changed. */
  snapshot?(snapshot: Snapshot): void;
  /** Something happened; `seq` is that of the picture that it belongs to. */
  notice?(notice: PhoneNotice, seq: number, ts: string): void;
  /** How a call sounds, every few seconds. */
  quality?(callId: string, quality: SessionQuality): void;
  /** Registration, refusals, faults: what the journal gets. */
  journal?(entry: JournalEntry): void;
}
