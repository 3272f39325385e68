import type { Millis } from '@switchhook/sans-io';
import type { Endpoint } from '../session/plan.ts';

/** One bound UDP port. Opaque: only the MediaIo that made it understands it. */
export interface MediaSocket {
  readonly port: number;
}

/**
 * A datagram, told inside `wait` (poll) or between two turns (dgram). `bytes` is reused for the next one: copy what
 * must stay. `from` is the same object for as long as the sender stays the same. `now` is when the kernel got it where
 * that is known, else when we read it.
 */
export type DatagramHandler = (socket: MediaSocket, bytes: Uint8Array, from: Endpoint, now: Millis) => void;

/**
 * What the media loop needs from the system: a clock, UDP sockets, and one place to wait. Two of them: `PollIo`
 * (Linux, native `ppoll` over sockets and sound card) and `DgramIo` (everywhere, node:dgram).
 */
export interface MediaIo {
  readonly loop: 'poll' | 'dgram';
  /** What the person should know about this loop: the scheduling class, or why the better loop was not taken. */
  readonly note: string;
  /** Set by the loop before the first `listen`. */
  onDatagram: DatagramHandler;
  /** Monotonic. */
  now(): Millis;
  /** Bind a UDP port; undefined when it is taken or the host is not ours. Arrivals wait in the kernel until `listen`. */
  bind(port: number): Promise<MediaSocket | undefined>;
  /** Tell this socket's arrivals from now on. */
  listen(socket: MediaSocket): void;
  /** Send one datagram at once; false when the kernel did not take it. `bytes` is free after the call. */
  send(socket: MediaSocket, bytes: Uint8Array, to: Endpoint): boolean;
  release(socket: MediaSocket): void;
  /**
   * Wait until `until`, an arrival (told through `onDatagram`), a wake-up, or readiness of one of `fds`, whichever is
   * first, at most 20 ms. Resolves to whether one of `fds` was ready.
   */
  wait(until: Millis, fds: readonly number[]): Promise<boolean>;
  /** End a `wait` from within this thread. */
  wake(): void;
  /** A descriptor; eight octets written to it by any thread end a `wait`. Undefined: a message on the port does. */
  readonly wakeFd: number | undefined;
  /** Back to normal priority: the loop was seen to spin. Returns what became of it, for the journal. */
  yieldPriority(): string;
  close(): void;
}

/** Longest time `wait` stays away: a thread inside a native call keeps `process.exit` waiting. */
export const MAX_WAIT_MS = 20;
/** RFC 4594 §4.1: telephony is marked Expedited Forwarding, DSCP 46, which is 0xB8 in the IP octet. */
export const IP_TOS_EXPEDITED = 0xb8;
/** Receive buffer asked for: a burst of fifty packets a session must not be lost while a turn lasts. */
export const RECEIVE_BUFFER_BYTES = 262_144;
/** No RTP or RTCP datagram of a telephone is longer; the rest of a longer one is cut off. */
export const DATAGRAM_BYTES = 2048;
