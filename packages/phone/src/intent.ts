import type { RouteName } from '@switchhook/rtp-media';
import type { AccountId, CallId } from '@switchhook/sip-core';
import type { TransferId } from '@switchhook/transfer';

/**
 * What a person can want. A key, a headset and a message over MQTT differ only in the table that makes the intent;
 * the reducer cannot tell them apart. The dotted name is the verb on every door (spec: one verb table).
 */
export type Intent =
  | { readonly verb: 'call.dial'; readonly to: string; readonly account?: AccountId; readonly line?: number }
  | { readonly verb: 'call.answer'; readonly callId?: CallId }
  | { readonly verb: 'call.reject'; readonly callId?: CallId; readonly code?: number }
  | { readonly verb: 'call.hangup'; readonly callId?: CallId }
  | { readonly verb: 'call.hold'; readonly callId?: CallId }
  | { readonly verb: 'call.resume'; readonly callId?: CallId }
  | { readonly verb: 'call.swap' }
  | { readonly verb: 'call.dtmf'; readonly callId?: CallId; readonly digits: string; readonly durationMs?: number }
  | { readonly verb: 'call.mute'; readonly on?: boolean }
  | { readonly verb: 'audio.route'; readonly route: RouteName }
  | { readonly verb: 'audio.volume'; readonly route?: RouteName | 'ring'; readonly percent: number }
  /** `consult`: over a call that stands already, one of the two talking and the other held; `callId` is needed then. */
  | { readonly verb: 'transfer.start'; readonly callId?: CallId; readonly to?: string; readonly consult?: CallId }
  | { readonly verb: 'transfer.complete'; readonly transferId?: TransferId }
  | { readonly verb: 'transfer.cancel'; readonly transferId?: TransferId }
  | { readonly verb: 'transfer.swap'; readonly transferId?: TransferId }
  /** All three talk together; of a pair that this phone has joined: come back in. */
  | { readonly verb: 'transfer.merge'; readonly transferId?: TransferId }
  /** The phone joins the two and leaves them alone. */
  | { readonly verb: 'transfer.bridge'; readonly transferId?: TransferId }
  | { readonly verb: 'transfer.blind'; readonly callId?: CallId; readonly to: string }
  /** Take the call that rings at the extension which BLF key `n` watches. */
  | { readonly verb: 'blf.pickup'; readonly n: number }
  | { readonly verb: 'settings.set'; readonly key: string; readonly value: string | number | boolean }
  | { readonly verb: 'system.reregister' }
  // the hand at the phone: meaning depends on the state, so the reducer decides it
  | { readonly verb: 'key.digit'; readonly digit: string }
  | { readonly verb: 'key.line'; readonly line: number }
  /** Held down for a second: who is on the line. */
  | { readonly verb: 'key.line-long'; readonly line: number }
  | { readonly verb: 'key.hold' }
  /** Park. */
  | { readonly verb: 'key.hold-long' }
  | { readonly verb: 'key.transfer' }
  | { readonly verb: 'key.transfer-long' }
  | { readonly verb: 'key.conference' }
  | { readonly verb: 'key.cancel' }
  /** Reject all who ring, or end all calls after a second press. */
  | { readonly verb: 'key.cancel-long' }
  | { readonly verb: 'key.redial' }
  /** The list of numbers that were dialled. */
  | { readonly verb: 'key.redial-long' }
  | { readonly verb: 'key.mute' }
  | { readonly verb: 'key.dnd' }
  | { readonly verb: 'key.send' }
  | { readonly verb: 'key.blf'; readonly n: number }
  /** Call and announce. */
  | { readonly verb: 'key.blf-long'; readonly n: number }
  | { readonly verb: 'key.voicemail' }
  | { readonly verb: 'hook.lift' }
  | { readonly verb: 'hook.put-down' }
  | { readonly verb: 'hook.flash' }
  | { readonly verb: 'headset.short' }
  | { readonly verb: 'headset.long' }
  | { readonly verb: 'headset.double' }
  | { readonly verb: 'headset.triple' }
  | { readonly verb: 'headset.redial' };

export type Verb = Intent['verb'];

/** Where an intent came from: known to the runtime, never to the reducer. */
export type Origin =
  | { readonly door: 'keys' }
  | { readonly door: 'headset' }
  | { readonly door: 'control'; readonly client: string; readonly role: Role };

/** What a sender over the control socket may do (mqtt.md §3.4). `local` is somebody at this machine: everything. */
export type Role = 'local' | 'reader' | 'dialer' | 'operator' | 'announcer' | 'recorder' | 'admin';
