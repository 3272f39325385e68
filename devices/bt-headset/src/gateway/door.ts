import type { Millis } from '@switchhook/sans-io';

/**
 * The one door of the audio gateway: every value that goes in and every value that comes out.
 *
 * ```
 *  headset ──bytes──────►┌─────────┐──bytes────► headset
 *  phone ────picture────►│ gateway │──request──► wiring (a table) ──► submit
 *  wiring ───answered───►└─────────┘──battery, connected, codec, fault──► wiring
 * ```
 */

/** One call as a headset may see it (HFP 1.8 §4.33, +CLCC). */
export interface GatewayCall {
  /** From 1; the call keeps it while it lives, a new call takes the lowest that is free. */
  readonly index: number;
  readonly direction: 'in' | 'out';
  /** `waiting`: rings beside another call; `incoming`: rings alone. */
  readonly state: 'active' | 'held' | 'dialing' | 'alerting' | 'incoming' | 'waiting';
  readonly number: string;
  readonly name?: string;
  /** Talks in a conference. */
  readonly multiparty: boolean;
}

/** The phone as a headset may see it. */
export interface GatewayPicture {
  readonly calls: readonly GatewayCall[];
  /** A line is registered: calls can be placed. */
  readonly service: boolean;
  /** 0 to 5, as bars. */
  readonly signal: number;
  readonly roam: boolean;
  /** Of the phone, 0 to 5; a phone on mains says 5. */
  readonly battery: number;
  /** What +COPS shows. */
  readonly operator: string;
  /** What +CNUM shows; absent = no number of our own. */
  readonly ownNumber?: string;
  /** Numbers for `ATD>n;`, the first is n = 1. */
  readonly memory: readonly string[];
}

/** What the headset's person wants. `call` is the index of a `GatewayCall`. */
export type HeadsetRequest =
  /** Another call that talks is held first. */
  | { readonly name: 'answer'; readonly call: number }
  /** AT+CHUP: end what is in hand, or reject what rings. */
  | { readonly name: 'hangup' }
  | { readonly name: 'reject'; readonly call: number }
  /** End this one call. */
  | { readonly name: 'release'; readonly call: number }
  /** End the talking call, then take the waiting one, else the held one. */
  | { readonly name: 'release-and-accept' }
  /** Hold, take back, or swap. */
  | { readonly name: 'hold-swap' }
  /** Talk with this one alone. */
  | { readonly name: 'private'; readonly call: number }
  | { readonly name: 'merge' }
  /** Connect the two calls and leave: completes a transfer. */
  | { readonly name: 'transfer' }
  | { readonly name: 'dial'; readonly number: string }
  | { readonly name: 'redial' }
  | { readonly name: 'digit'; readonly digit: string }
  /** 0 to 15. */
  | { readonly name: 'volume'; readonly of: 'speaker' | 'microphone'; readonly level: number }
  /** The one button of a headset profile headset was pressed and let go. */
  | { readonly name: 'button' };

/** Codecs of the voice link: CVSD at 8 kHz, mSBC at 16 kHz. */
export type VoiceCodec = 'cvsd' | 'msbc';

export type GatewayIn =
  | { readonly type: 'bytes'; readonly bytes: Uint8Array }
  | { readonly type: 'picture'; readonly picture: GatewayPicture }
  /** The wiring's verdict on the request that came out last; until it comes no further command is looked at. */
  | { readonly type: 'answered'; readonly ok: boolean }
  /** Show a volume of the phone on the headset, 0 to 15. */
  | { readonly type: 'volume'; readonly of: 'speaker' | 'microphone'; readonly level: number }
  /** The phone wants the voice link: choose a codec first. */
  | { readonly type: 'open-audio' };

/** Why something of the headset was not understood. Counted in `GatewayCounts`. */
export type GatewayFault = 'not-at' | 'too-long' | 'unknown' | 'malformed' | 'flood' | 'unanswered';

export type GatewayOut =
  | { readonly type: 'bytes'; readonly bytes: Uint8Array }
  | { readonly type: 'request'; readonly request: HeadsetRequest }
  /** The service level connection stands; `threeWay`: the headset can send AT+CHLD. */
  | { readonly type: 'connected'; readonly threeWay: boolean }
  /** Of the headset, 0 to 100. */
  | { readonly type: 'battery'; readonly percent: number }
  /** Both ends agree: the voice link may be opened with this codec. */
  | { readonly type: 'codec'; readonly codec: VoiceCodec }
  /** The headset agrees on no codec. */
  | { readonly type: 'no-codec' };

/** How often each fault was met since the start. */
export type GatewayCounts = Readonly<Record<GatewayFault, number>>;

export interface GatewayOptions {
  /**
   * Who answers for the service level connection. `theirs`: a program between us and the headset does (bluealsa); it
   * copies to us what it has answered, and offers no call holding.
   */
  readonly slc: 'ours' | 'theirs';
  /** Codecs that the voice link can be opened with, best first. Empty (default): this connection carries no voice. */
  readonly codecs?: readonly VoiceCodec[];
  /** Between two RINGs. Default 3000. */
  readonly ringEveryMs?: Millis;
}

/** AG features of +BRSF (HFP 1.8 §4.34.1): three-way calling, reject, call status and control, extended errors, HF indicators. */
export const GATEWAY_FEATURES = 0x1 | 0x20 | 0x40 | 0x80 | 0x100 | 0x400;
/** Codec negotiation, said only where a voice link can be opened. */
export const CODEC_NEGOTIATION = 0x200;
