import type { Millis } from '@switchhook/sans-io';
import { sameKeys } from '../sdp/crypto-line.ts';
import { SrtpReceiver } from '../srtp/srtp-receiver.ts';
import { SrtpSender } from '../srtp/srtp-sender.ts';
import type { MakeBlockCipher } from '../srtp/suite.ts';
import type { SrtpPair } from './plan.ts';

/** Packets under the key before are taken so long after another was agreed on: they are on their way (RFC 4568 §7.1.4). */
const LATE_KEY_MS = 2000;

/**
 * What one stream does with its keys: nothing while its plan has none, else everything is protected both ways. A new key of
 * the far end takes the place of the one before without a gap.
 */
export class Secrecy {
  readonly #cipher: MakeBlockCipher;
  #pair: SrtpPair | undefined;
  #sender: SrtpSender | undefined;
  #receiver: SrtpReceiver | undefined;
  #before: SrtpReceiver | undefined;
  #beforeUntil: Millis = Number.NEGATIVE_INFINITY;
  /** The source numbers of the key before, where the new key may go on. */
  #highest: ReadonlyMap<number, number> | undefined;
  #sealed = new Uint8Array(0);
  #why = '';

  constructor(cipher: MakeBlockCipher = noCipher) {
    this.#cipher = cipher;
  }

  /** Why the last datagram was refused. */
  get why(): string {
    return this.#why;
  }

  /** Take over the plan's keys. True when what we send has another key than before: it must be another source. */
  plan(pair: SrtpPair | undefined, now: Millis): boolean {
    const before = this.#pair;
    this.#pair = pair;
    const resend = !sameKeys(before?.send, pair?.send);
    if (resend) this.#sender = pair && new SrtpSender(pair.send, this.#cipher);
    if (sameKeys(before?.receive, pair?.receive)) return resend;
    this.#before = pair && this.#receiver;
    this.#beforeUntil = now + LATE_KEY_MS;
    this.#highest = this.#receiver?.highest;
    this.#receiver = pair && new SrtpReceiver(pair.receive, this.#cipher);
    return resend;
  }

  /** Length of the plain packet that `packet` holds, unlocked in place; 0 = it counts for nothing: see `why`. */
  open(packet: Uint8Array, now: Millis): number {
    const receiver = this.#receiver;
    if (receiver === undefined) return packet.length;
    const length = receiver.unprotect(packet, this.#highest);
    if (length > 0) return length;
    this.#why = receiver.fault ?? '';
    return this.#before !== undefined && now < this.#beforeUntil ? this.#before.unprotect(packet) : 0;
  }

  /** The same for RTCP: the plain compound. */
  openRtcp(packet: Uint8Array, now: Millis): Uint8Array | undefined {
    const receiver = this.#receiver;
    if (receiver === undefined) return packet;
    const plain = receiver.unprotectRtcp(packet);
    if (plain !== undefined) return plain;
    this.#why = receiver.fault ?? '';
    return this.#before !== undefined && now < this.#beforeUntil ? this.#before.unprotectRtcp(packet) : undefined;
  }

  /** `packet` as it goes out; undefined when the key has served its time. Belongs to this object until the next call. */
  seal(packet: Uint8Array): Uint8Array | undefined {
    const sender = this.#sender;
    if (sender === undefined) return packet;
    const length = packet.length + sender.overhead;
    if (this.#sealed.length !== length) this.#sealed = new Uint8Array(length);
    return sender.protect(packet, packet.length, this.#sealed) === 0 ? undefined : this.#sealed;
  }

  /** The same for RTCP; a new array where something is protected. */
  sealRtcp(packet: Uint8Array): Uint8Array | undefined {
    return this.#sender === undefined ? packet : this.#sender.protectRtcp(packet);
  }
}

function noCipher(): never {
  throw new Error('a plan with SRTP keys, and the engine was given no cipher');
}
