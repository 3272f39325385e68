import type { Millis } from '@switchhook/sans-io';
import { sequenceDelta } from '../packet/rtp.ts';

/** RFC 3550 A.1. */
const MIN_SEQUENTIAL = 2;
const MAX_DROPOUT = 3000;
const MAX_MISORDER = 100;
const MODULUS = 0x10000;

/**
 * What a packet is to the source's statistics. `probation` = the source is not proven yet; `jump` = a sequence number
 * that fits nowhere (a second one in order restarts the count).
 */
export type Arrival = 'valid' | 'probation' | 'jump';

/** Sequence numbers, loss and jitter of one synchronisation source (RFC 3550 A.1, A.3, A.8). */
export class Reception {
  #maxSequence = 0;
  #cycles = 0;
  #baseSequence = 0;
  #badSequence = -1;
  #probation = MIN_SEQUENTIAL;
  #received = 0;
  #expectedPrior = 0;
  #receivedPrior = 0;
  #lostBefore = 0;
  #transit: number | undefined;
  #jitter = 0;

  /** Whether two packets in order have come from this source. */
  get proven(): boolean {
    return this.#probation === 0;
  }

  /** Packets counted since the last restart of the sequence. */
  get received(): number {
    return this.#received;
  }

  /** 16 bits of cycles, 16 of sequence number. */
  get extendedHighestSequence(): number {
    return (this.#cycles + this.#maxSequence) >>> 0;
  }

  /** In timestamp units. */
  get jitter(): number {
    return Math.floor(this.#jitter);
  }

  /** Lost in all, over restarts of the sequence and over sources; at least 0. */
  get lost(): number {
    return this.#lostBefore + Math.max(0, this.#expected - this.#received);
  }

  /** RFC 3550 A.3: 24 bits with a sign; negative when duplicates outnumber losses. */
  get cumulativeLost(): number {
    return this.proven ? Math.max(-0x800000, Math.min(0x7fffff, this.#expected - this.#received)) : 0;
  }

  get #expected(): number {
    return this.proven ? this.#cycles + this.#maxSequence - this.#baseSequence + 1 : 0;
  }

  /** Another source takes the place of this one: what was lost before stays counted. */
  restart(): void {
    this.#lostBefore = this.lost;
    this.#probation = MIN_SEQUENTIAL;
    this.#received = 0;
    this.#cycles = 0;
    this.#transit = undefined;
    this.#jitter = 0;
    this.#expectedPrior = 0;
    this.#receivedPrior = 0;
    this.#badSequence = -1;
    this.#maxSequence = 0;
    this.#baseSequence = 0;
    this.#fresh = true;
  }

  #fresh = true;

  /** A packet with `sequence` arrived (RFC 3550 A.1 update_seq). */
  arrived(sequence: number): Arrival {
    if (this.#fresh) {
      this.#fresh = false;
      this.#maxSequence = (sequence - 1) & 0xffff;
    }
    if (this.#probation > 0) {
      if (sequence === ((this.#maxSequence + 1) & 0xffff)) {
        this.#maxSequence = sequence;
        if (--this.#probation === 0) {
          // departs from RFC 3550 A.1 in counting the packet of the probation too: it is played
          this.#begin((sequence - 1) & 0xffff);
          this.#maxSequence = sequence;
          if (sequence === 0) this.#cycles += MODULUS;
          this.#received = 2;
          return 'valid';
        }
      } else {
        this.#probation = MIN_SEQUENTIAL - 1;
        this.#maxSequence = sequence;
      }
      return 'probation';
    }
    const delta = sequenceDelta(this.#maxSequence, sequence);
    const ahead = delta & 0xffff;
    if (ahead < MAX_DROPOUT) {
      if (sequence < this.#maxSequence) this.#cycles += MODULUS;
      this.#maxSequence = sequence;
    } else if (ahead <= MODULUS - MAX_MISORDER) {
      if (sequence !== this.#badSequence) {
        this.#badSequence = (sequence + 1) & 0xffff;
        return 'jump';
      }
      // two in order: the far end restarted without telling
      this.#lostBefore = this.lost;
      this.#begin(sequence);
    }
    this.#received++;
    return 'valid';
  }

  /** A packet of sound with `timestamp` arrived (RFC 3550 A.8); not to be called for events, whose timestamp stands. */
  timed(timestamp: number, now: Millis, clockRate: number): void {
    const transit = (Math.round((now * clockRate) / 1000) - timestamp) | 0;
    if (this.#transit !== undefined) {
      const d = Math.abs((transit - this.#transit) | 0);
      // a timestamp that jumps by seconds is a new stream, not jitter
      if (d < clockRate * 2) this.#jitter += (d - this.#jitter) / 16;
    }
    this.#transit = transit;
  }

  /** RFC 3550 A.3: share lost since the last call, 0..255. */
  takeFractionLost(): number {
    const expected = this.#expected - this.#expectedPrior;
    const received = this.#received - this.#receivedPrior;
    this.#expectedPrior = this.#expected;
    this.#receivedPrior = this.#received;
    const lost = expected - received;
    return expected <= 0 || lost <= 0 ? 0 : Math.min(255, Math.floor((lost * 256) / expected));
  }

  #begin(sequence: number): void {
    this.#baseSequence = sequence;
    this.#maxSequence = sequence;
    this.#badSequence = -1;
    this.#cycles = 0;
    this.#received = 0;
    this.#receivedPrior = 0;
    this.#expectedPrior = 0;
  }
}
