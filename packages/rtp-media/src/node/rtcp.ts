import type { Millis } from '@switchhook/sans-io';
import type { RtcpReceiverInfo } from 'werift-rtp';
import type { SessionQuality } from '../engine/door.ts';
import type { RtcpStatistics } from '../engine/ports.ts';

type Werift = typeof import('werift-rtp');

/** RFC 3550 §6.2: a report every five seconds, each time anew times 0.5 to 1.5. */
const INTERVAL_MS = 5000;
/** A longer round trip is a report that lies, or a clock that was set. */
const ROUND_TRIP_MAX_MS = 30_000;
/** Ticks of the RTP clock of G.711 in a millisecond. */
const CLOCK_PER_MS = 8;
/** Seconds from 1900 (NTP) to 1970 (Unix). */
const NTP_OFFSET_S = 2_208_988_800;

/** One session's reporting: when its next report is due and what has come in. */
export interface ReportTimer {
  dueAt: Millis;
  /** The middle 32 bits of the NTP time of the last SR we got, and when (RFC 3550 §6.4.1 LSR, DLSR). */
  lastSr: number;
  lastSrAt: Millis | undefined;
  readonly counts: ReportCounts;
  /** The source that our last report was of. */
  ssrc: number | undefined;
  /** The latest that the far end said of it. */
  heard: Pick<SessionQuality, 'roundTripMs' | 'far'>;
}

/** RTCP packets of one session. */
export interface ReportCounts {
  sent: number;
  received: number;
  /** Datagrams that werift-rtp did not understand although their headers were well formed. */
  unreadable: number;
}

/**
 * Sender and receiver reports through werift-rtp, which is loaded when first wanted: importing it takes longer than a
 * call may wait. Until it is there no report is sent and none is read.
 */
export class RtcpReporter {
  readonly #cname: string;
  readonly #random: () => number;
  readonly #wallOffsetMs: Millis;
  #werift: Werift | undefined;

  /** `random` gives 0 (inclusive) to 1; `wallOffsetMs` is wall clock minus the loop's clock. */
  constructor(cname: string, random: () => number, wallOffsetMs: Millis) {
    this.#cname = cname;
    this.#random = random;
    this.#wallOffsetMs = wallOffsetMs;
  }

  async load(): Promise<void> {
    this.#werift = await import('werift-rtp');
  }

  /** RFC 3550 §6.2: half the interval before the first report. */
  start(now: Millis): ReportTimer {
    const dueAt = now + (INTERVAL_MS / 2) * (0.5 + this.#random());
    const counts = { sent: 0, received: 0, unreadable: 0 };
    return { dueAt, lastSr: 0, lastSrAt: undefined, counts, ssrc: undefined, heard: {} };
  }

  /** A compound packet (SR or RR, then SDES) when one is due; asks for the numbers only then. */
  report(timer: ReportTimer, now: Millis, numbers: () => RtcpStatistics | undefined): Uint8Array | undefined {
    if (now < timer.dueAt) return undefined;
    timer.dueAt = now + INTERVAL_MS * (0.5 + this.#random());
    const statistics = numbers();
    if (this.#werift === undefined || statistics === undefined || statistics.to === undefined) return undefined;
    timer.counts.sent++;
    timer.ssrc = statistics.ssrc;
    return this.#compound(this.#werift, timer, statistics, now);
  }

  /** A datagram that the engine believes. Never throws; werift-rtp does, on what it does not expect. */
  receive(timer: ReportTimer, bytes: Uint8Array, now: Millis): void {
    if (this.#werift === undefined || bytes.length < 8) return;
    try {
      for (const packet of this.#werift.RtcpPacketConverter.deSerialize(Buffer.from(bytes))) {
        timer.counts.received++;
        if (packet instanceof this.#werift.RtcpSrPacket) {
          timer.lastSr = Number((packet.senderInfo.ntpTimestamp >> 16n) & 0xffff_ffffn);
          timer.lastSrAt = now;
        }
        if (packet instanceof this.#werift.RtcpSrPacket || packet instanceof this.#werift.RtcpRrPacket) {
          for (const block of packet.reports) if (block.ssrc === timer.ssrc) timer.heard = this.#said(block, now);
        }
      }
    } catch {
      timer.counts.unreadable++;
    }
  }

  /** A last report with BYE for a session that ends (RFC 3550 §6.6); werift-rtp has no BYE, so its 8 octets are ours. */
  goodbye(timer: ReportTimer, statistics: RtcpStatistics, now: Millis): Uint8Array | undefined {
    if (this.#werift === undefined || statistics.to === undefined) return undefined;
    const bye = Buffer.from([0x81, 203, 0, 1, 0, 0, 0, 0]);
    bye.writeUInt32BE(statistics.ssrc >>> 0, 4);
    timer.counts.sent++;
    return Buffer.concat([this.#compound(this.#werift, timer, statistics, now), bye]);
  }

  #compound(werift: Werift, timer: ReportTimer, statistics: RtcpStatistics, now: Millis): Uint8Array {
    const reports = statistics.remoteSsrc === undefined ? [] : [this.#block(werift, timer, statistics, now)];
    const first = statistics.sender
      ? new werift.RtcpSrPacket({
          ssrc: statistics.ssrc,
          senderInfo: new werift.RtcpSenderInfo({
            ntpTimestamp: this.#ntp(now),
            rtpTimestamp: statistics.rtpTimestampNow >>> 0,
            packetCount: statistics.sentPackets >>> 0,
            octetCount: statistics.sentOctets >>> 0,
          }),
          reports,
        })
      : new werift.RtcpRrPacket({ ssrc: statistics.ssrc, reports });
    const names = new werift.RtcpSourceDescriptionPacket({
      chunks: [
        new werift.SourceDescriptionChunk({
          source: statistics.ssrc,
          items: [new werift.SourceDescriptionItem({ type: 1, text: this.#cname })],
        }),
      ],
    });
    return Buffer.concat([first.serialize(), names.serialize()]);
  }

  /** What a report of the far end says of us; the round trip needs that it has had a report of ours (RFC 3550 §6.4.1). */
  #said({ lsr, dlsr, fractionLost, jitter }: RtcpReceiverInfo, now: Millis): ReportTimer['heard'] {
    const far = { lossPercent: (100 * fractionLost) / 256, jitterMs: jitter / CLOCK_PER_MS };
    const sent = Number((this.#ntp(now) >> 16n) & 0xffff_ffffn);
    const spanMs = ((sent - lsr - dlsr) >>> 0) / 65.536;
    return lsr === 0 || spanMs > ROUND_TRIP_MAX_MS ? { far } : { far, roundTripMs: spanMs };
  }

  #block(werift: Werift, timer: ReportTimer, statistics: RtcpStatistics, now: Millis) {
    return new werift.RtcpReceiverInfo({
      ssrc: statistics.remoteSsrc ?? 0,
      fractionLost: statistics.fractionLost,
      // RFC 3550 §6.4.1: 24 bits, two's complement.
      packetsLost: statistics.cumulativeLost & 0xff_ffff,
      highestSequence: statistics.extendedHighestSequence >>> 0,
      jitter: Math.round(statistics.jitter) >>> 0,
      lsr: timer.lastSr,
      dlsr: timer.lastSrAt === undefined ? 0 : Math.round(((now - timer.lastSrAt) * 65_536) / 1000) >>> 0,
    });
  }

  /** RFC 3550 §4: seconds since 1900 in the upper 32 bits, the fraction in the lower. */
  #ntp(now: Millis): bigint {
    const ms = now + this.#wallOffsetMs;
    const seconds = Math.floor(ms / 1000);
    const fraction = Math.floor(((ms - seconds * 1000) / 1000) * 2 ** 32);
    return (BigInt(seconds + NTP_OFFSET_S) << 32n) | BigInt(fraction);
  }
}
