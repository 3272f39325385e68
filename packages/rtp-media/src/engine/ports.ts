import type { Millis, Random } from '@switchhook/sans-io';
import type { Endpoint, MediaId } from '../session/plan.ts';
import type { MakeBlockCipher } from '../srtp/suite.ts';
import type { CountryName } from '../tone/countries.ts';
import type { MediaCommand, MediaEvent } from './door.ts';

/** Where the engine's outputs go. Called inside `tick`, `receive` and `command`; must not call back into the engine. */
export interface MediaOut {
  /** One RTP packet. `bytes` belongs to the engine and is overwritten by the next packet: send or copy it at once. */
  send(session: MediaId, bytes: Uint8Array, to: Endpoint): void;
  event(event: MediaEvent): void;
}

/** What the engine is told once. */
export interface EngineSettings {
  readonly random: Random;
  /** Fixed: the engine works at 8 kHz only; present so that a caller who believes otherwise is refused. */
  readonly sampleRate?: 8000;
  /** Whose supervisory tones and ring cadence. Default `us`. */
  readonly country?: CountryName;
  readonly out: MediaOut;
  /** AES for sessions whose plan has SRTP keys; without it such a plan is our own mistake and throws. */
  readonly cipher?: MakeBlockCipher;
}

/**
 * Numbers of one session that RTCP sender and receiver reports need (RFC 3550 §6.4). One object a session, rewritten
 * by each `statistics` call: read it at once.
 */
export interface RtcpStatistics {
  /** Our synchronisation source. */
  ssrc: number;
  sentPackets: number;
  /** Payload octets sent, without headers and padding. */
  sentOctets: number;
  /** RTP timestamp of the packet sent last, and when it was sent; undefined before the first. */
  lastRtpTimestamp: number;
  lastSentAt: Millis | undefined;
  /** RTP timestamp that corresponds to `now` (RFC 3550 §6.4.1, for the SR). */
  rtpTimestampNow: number;
  /** True when an RTP packet was sent since the last `statistics` call: then a SR is due, else a RR (§6.4). */
  sender: boolean;
  /** The far end's SSRC; undefined before its first valid packet, and then the fields below are 0. */
  remoteSsrc: number | undefined;
  /** 32 bits: cycles in the upper half. */
  extendedHighestSequence: number;
  /** 24-bit signed total (RFC 3550 A.3). */
  cumulativeLost: number;
  /** 0..255, of the interval since the last `statistics` call (RFC 3550 A.3). */
  fractionLost: number;
  /** In RTP timestamp units (RFC 3550 A.8). */
  jitter: number;
  /** Where RTCP goes now: follows the symmetric RTP latch. Undefined = send none. */
  to: Endpoint | undefined;
  /** It goes from RTP's own port (RFC 5761). */
  mux: boolean;
}

/** The media engine as its shell sees it; `MediaEngine` in `engine.ts` is the one implementation. */
export interface Engine {
  /** Perform a command of the phone. Throws on our own bugs only (an unknown session in `plan`). */
  command(command: MediaCommand, now: Millis): void;
  /** One datagram that came to the session's RTP port. `packet` may be reused after the call. Never throws. */
  receive(session: MediaId, packet: Uint8Array, from: Endpoint, now: Millis): void;
  /**
   * One datagram that came to the session's RTCP port: what of it the shell may believe, in clear. Undefined when it is not
   * well formed (RFC 3550 A.2), not authentic, or not from the address that the session expects (a BYE from elsewhere is
   * an attack). `packet` may be overwritten.
   */
  receiveRtcp(session: MediaId, packet: Uint8Array, from: Endpoint, now: Millis): Uint8Array | undefined;
  /** An RTCP compound of ours as it must go out; undefined when the session is gone or its key has served its time. */
  protectRtcp(session: MediaId, packet: Uint8Array): Uint8Array | undefined;
  /**
   * 20 ms: `microphone` (160 samples) in, `speaker` and `ringer` (160 samples) filled, packets sent through `out`.
   * Call it once a frame of the clock and never with another frame length.
   */
  tick(microphone: Int16Array, speaker: Int16Array, ringer: Int16Array, now: Millis): void;
  /** Numbers for RTCP; undefined for an unknown session or one without a plan. */
  statistics(session: MediaId, now: Millis): RtcpStatistics | undefined;
  /** Open sessions, in the order of opening. */
  readonly sessions: readonly MediaId[];
}
