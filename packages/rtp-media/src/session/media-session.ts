import type { Millis, Random } from '@switchhook/sans-io';
import { CODECS, type Codec } from '../codec/registry.ts';
import { writeEvent } from '../dtmf/event.ts';
import { DtmfGenerator } from '../dtmf/inband.ts';
import { DigitReceiver } from '../dtmf/receiver.ts';
import { DigitSender } from '../dtmf/sender.ts';
import type { SessionQuality } from '../engine/door.ts';
import type { MediaOut, RtcpStatistics } from '../engine/ports.ts';
import { FRAME_SAMPLES } from '../engine/sound.ts';
import { JitterBuffer } from '../jitter-buffer/jitter-buffer.ts';
import type { Voice } from '../mixer/mixer.ts';
import { RTP_HEADER, RtpView } from '../packet/rtp.ts';
import { receives, sends } from '../sdp/direction.ts';
import type { MakeBlockCipher } from '../srtp/suite.ts';
import { Latch } from './latch.ts';
import type { Endpoint, MediaId, SessionPlan } from './plan.ts';
import { Reception } from './reception.ts';
import { isRtcp } from './rtcp-shape.ts';
import { Secrecy } from './secrecy.ts';
import { SendingSource } from './sending-source.ts';

/** No RTP for this long where some should come: `starved`, and again after each further span. */
export const STARVED_MS = 5000;
/** Comfort noise (RFC 3389): a sign of life, not sound. */
const COMFORT_NOISE = 13;
/** Longest packet we send, 60 ms. */
const PACKET_MAX = 480;
/** Power of our RFC 4733 and in-band keys, -dBm0. */
const KEY_LEVEL = 10;
/** So long after a key's last event its sound may still come out of the jitter buffer: some gateways send both. */
const KEY_TAIL_MS = 140;

/** Told of each key that the far end of `from` has ended. */
export type Relay = (from: MediaSession, digit: string, durationMs: number) => void;

/**
 * One audio stream of one call: datagrams in, 20 ms of sound out (`heard`), and the other way round: `pull`, then `push`.
 */
export class MediaSession implements Voice {
  readonly id: MediaId;
  /** What the far end said in this frame. Rewritten by `pull`. */
  readonly heard = new Int16Array(FRAME_SAMPLES);
  sounds = false;
  readonly #out: MediaOut;
  readonly #source: SendingSource;
  readonly #view = new RtpView();
  readonly #secrecy: Secrecy;
  readonly #latch = new Latch();
  readonly #reception = new Reception();
  readonly #buffer = new JitterBuffer();
  readonly #keysIn: DigitReceiver;
  readonly #keysOut = new DigitSender();
  readonly #keySound = new DtmfGenerator();
  readonly #packet = new Uint8Array(RTP_HEADER + PACKET_MAX + FRAME_SAMPLES);
  readonly #event = new Uint8Array(RTP_HEADER + 4);
  readonly #dropped = new Map<string, number>();
  readonly #statistics: RtcpStatistics;
  #plan: SessionPlan | undefined;
  #codec: Codec = CODECS.PCMU;
  /** RTP timestamp of the first sample of the next frame; runs on whether or not we send. */
  #timestamp: number;
  /** Octets waiting in `#packet` until a packet is full. */
  #waiting = 0;
  #talking = false;
  #keyTimestamp = 0;
  #sentSinceReport = false;
  #receivedPackets = 0;
  #remoteSsrc: number | undefined;
  #nextSsrc = 0;
  #nextSsrcSequence = -1;
  #collided = false;
  #flowing = false;
  #listeningSince: Millis = 0;
  #starvedFor = 0;
  /** Sound is that of a key until then. */
  #keyedUntil: Millis = Number.NEGATIVE_INFINITY;
  #now: Millis = 0;

  constructor(id: MediaId, random: Random, out: MediaOut, cipher?: MakeBlockCipher, relay: Relay = () => undefined) {
    this.id = id;
    this.#out = out;
    this.#source = new SendingSource(random);
    this.#secrecy = new Secrecy(cipher);
    this.#keysIn = new DigitReceiver((digit, durationMs) => {
      out.event({ type: 'digit', session: id, digit, durationMs });
      relay(this, digit, durationMs);
    });
    // RFC 3550 §5.1: the first timestamp is random
    this.#timestamp = this.#source.random32();
    this.#statistics = {
      ssrc: this.#source.ssrc,
      sentPackets: 0,
      sentOctets: 0,
      lastRtpTimestamp: 0,
      lastSentAt: undefined,
      rtpTimestampNow: 0,
      sender: false,
      remoteSsrc: undefined,
      extendedHighestSequence: 0,
      cumulativeLost: 0,
      fractionLost: 0,
      jitter: 0,
      to: undefined,
      mux: false,
    };
  }

  /** Whether the plan lets us send, and there is a place to send to. */
  get maySend(): boolean {
    return this.#plan !== undefined && this.#latch.remote !== undefined && sends(this.#plan.direction);
  }

  /** Offer/answer decided. */
  plan(plan: SessionPlan, now: Millis): void {
    const before = this.#plan;
    const moved = this.#latch.plan(plan.remote, now) || before === undefined;
    const resumed = receives(plan.direction) && (before === undefined || !receives(before.direction));
    this.#plan = plan;
    if (
      before === undefined ||
      before.codec.name !== plan.codec.name ||
      before.codec.payloadType !== plan.codec.payloadType
    ) {
      this.#waiting = 0;
    }
    this.#codec = CODECS[plan.codec.name];
    // under a new key numbers begin anew, for whoever listens now
    if (this.#secrecy.plan(plan.srtp, now) && this.#source.packets > 0) this.#source.renew();
    if (moved) {
      this.#remoteSsrc = undefined;
      this.#flowing = false;
      this.#keysIn.reset();
    }
    if (moved || resumed) {
      // what was sent to us while we did not listen is not lost
      this.#reception.restart();
      this.#buffer.reset();
      this.#listeningSince = now;
      this.#starvedFor = 0;
    }
    if (!this.maySend) this.#silence();
  }

  /** Send `digits`; where the plan does not let us send they are dropped and counted, and nothing is sent later. */
  dial(digits: string, durationMs: number): boolean {
    if (!this.maySend) {
      this.#drop('keys-not-sent');
      return false;
    }
    this.#keysOut.enqueue(digits, durationMs);
    return true;
  }

  /** One datagram from the session's RTP socket. */
  receive(packet: Uint8Array, from: Endpoint, now: Millis): void {
    const why = this.#take(packet, from, now);
    if (why !== undefined) this.#drop(why);
  }

  /** The far end sends a key as events now: what its audio carries besides is that key's sound, or a gap. */
  get keyed(): boolean {
    return this.#now < this.#keyedUntil;
  }

  /** Fill `heard` with the next 20 ms. */
  pull(now: Millis): void {
    this.#now = now;
    this.#keysIn.tick(now);
    const plan = this.#plan;
    if (plan !== undefined && receives(plan.direction)) {
      this.sounds = this.#buffer.pull(this.heard, now);
      if (plan.remote !== undefined) this.#watch(now);
      return;
    }
    if (this.sounds) this.heard.fill(0);
    this.sounds = false;
  }

  /** The far end shall hear `frame`, which is overwritten where keys are sent in-band. */
  push(frame: Int16Array, now: Millis): void {
    const plan = this.#plan;
    const to = this.#latch.remote;
    if (plan !== undefined && to !== undefined && sends(plan.direction)) {
      if (!this.#keys(plan, to, frame, now)) this.#sound(plan, to, frame, now);
    }
    this.#timestamp = (this.#timestamp + FRAME_SAMPLES) >>> 0;
  }

  /** The event code whose sound the person should hear now because we send that key; -1 for none. */
  get keySounding(): number {
    return this.#keysOut.phase === 'tone' || this.#keysOut.closing ? this.#keysOut.code : -1;
  }

  /** Numbers since the start. Allocates: not for every frame. */
  quality(): SessionQuality {
    return {
      sentPackets: this.#source.packets,
      receivedPackets: this.#receivedPackets,
      lostPackets: this.#reception.lost,
      concealedFrames: this.#buffer.concealedFrames,
      jitterMs: this.#reception.jitter / 8,
      dropped: Object.fromEntries(this.#dropped),
    };
  }

  /** See `Engine.statistics`. */
  statistics(): RtcpStatistics | undefined {
    const plan = this.#plan;
    if (plan === undefined) return undefined;
    const into = this.#statistics;
    into.ssrc = this.#source.ssrc;
    into.sentPackets = this.#source.packets;
    into.sentOctets = this.#source.octets;
    into.rtpTimestampNow = this.#timestamp;
    into.sender = this.#sentSinceReport;
    this.#sentSinceReport = false;
    const known = this.#reception.proven;
    into.remoteSsrc = known ? this.#remoteSsrc : undefined;
    into.extendedHighestSequence = known ? this.#reception.extendedHighestSequence : 0;
    into.cumulativeLost = this.#reception.cumulativeLost;
    into.fractionLost = this.#reception.takeFractionLost();
    into.jitter = known ? this.#reception.jitter : 0;
    const remote = this.#latch.remote;
    const next = remote !== undefined && remote.port < 65535 ? { host: remote.host, port: remote.port + 1 } : undefined;
    into.mux = plan.rtcpMux === true;
    into.to = into.mux ? remote : remote === plan.remote ? plan.remoteRtcp : next;
    return into;
  }

  /** See `Engine.receiveRtcp`: well formed as a compound and from a host that the stream knows. */
  receiveRtcp(packet: Uint8Array, from: Endpoint, now: Millis): Uint8Array | undefined {
    const plain = this.#latch.knows(from) ? this.#secrecy.openRtcp(packet, now) : undefined;
    if (plain !== undefined && isRtcp(plain)) return plain;
    this.#drop('rtcp');
    return undefined;
  }

  /** See `Engine.protectRtcp`. */
  protectRtcp(packet: Uint8Array): Uint8Array | undefined {
    return this.#secrecy.sealRtcp(packet);
  }

  #drop(why: string): void {
    this.#dropped.set(why, (this.#dropped.get(why) ?? 0) + 1);
  }

  /** Why the datagram counts for nothing, or undefined. */
  #take(packet: Uint8Array, from: Endpoint, now: Millis): string | undefined {
    const view = this.#view;
    const length = this.#secrecy.open(packet, now);
    if (length === 0 && packet.length > 0) return this.#secrecy.why;
    const broken = view.parse(packet, length);
    if (broken !== undefined) return broken;
    const plan = this.#plan;
    if (plan === undefined) return 'no-plan';
    const { payloadType: type } = view;
    const keys = type === plan.telephoneEvent || type === plan.telephoneEventIn;
    const codec = keys ? undefined : this.#codecOf(plan, type);
    if (!keys && codec === undefined && type !== COMFORT_NOISE) return 'payload-type';
    if (!this.#latch.admits(from, view.ssrc, type, now)) return 'source';
    if (!receives(plan.direction)) return 'not-receiving';
    if (!this.#isSource(view)) return 'ssrc';
    if (this.#reception.arrived(view.sequence) === 'jump') return 'sequence';
    this.#receivedPackets++;
    this.#listeningSince = now;
    this.#starvedFor = 0;
    if (!this.#flowing && this.#reception.proven) {
      this.#flowing = true;
      this.#out.event({ type: 'flowing', session: this.id });
    }
    if (keys) {
      if (!this.#keysIn.receive(packet, view.payloadOffset, view.payloadLength, view.timestamp, now)) return 'event';
      this.#keyedUntil = now + KEY_TAIL_MS;
      return undefined;
    }
    if (codec === undefined) return undefined;
    const { payloadOffset, payloadLength, timestamp, marker } = view;
    this.#reception.timed(timestamp, now, codec.clockRate);
    const put = this.#buffer.put(codec, packet, payloadOffset, payloadLength, timestamp, marker, now);
    return put === 'stored' || put === 'restarted' ? undefined : put;
  }

  #codecOf(plan: SessionPlan, payloadType: number): Codec | undefined {
    if (payloadType === plan.codec.payloadType) return this.#codec;
    for (const codec of plan.receive) if (codec.payloadType === payloadType) return CODECS[codec.name];
    return undefined;
  }

  /** Whether the packet is of the source that we listen to; another SSRC takes over with two packets in order. */
  #isSource(view: RtpView): boolean {
    const ssrc = view.ssrc;
    if (ssrc === this.#source.ssrc && !this.#collided) {
      // RFC 3550 §8.2: we take another; should that come back too, the far end mirrors us and is heard all the same
      this.#collided = true;
      this.#source.renew();
    }
    if (this.#remoteSsrc === undefined) this.#remoteSsrc = ssrc;
    if (ssrc === this.#remoteSsrc) return true;
    const second = ssrc === this.#nextSsrc && view.sequence === this.#nextSsrcSequence;
    this.#nextSsrc = ssrc;
    this.#nextSsrcSequence = (view.sequence + 1) & 0xffff;
    if (!second) return false;
    this.#remoteSsrc = ssrc;
    this.#nextSsrcSequence = -1;
    this.#reception.restart();
    this.#buffer.reset();
    this.#keysIn.reset();
    return true;
  }

  #watch(now: Millis): void {
    const spans = Math.floor((now - this.#listeningSince) / STARVED_MS);
    if (spans <= this.#starvedFor) return;
    this.#starvedFor = spans;
    this.#flowing = false;
    this.#out.event({ type: 'starved', session: this.id, forMs: Math.round(now - this.#listeningSince) });
  }

  #silence(): void {
    this.#waiting = 0;
    this.#talking = false;
    if (this.#keysOut.cancel()) this.#drop('keys-not-sent');
    this.#keySound.stop();
  }

  /** Whether this frame belongs to a key that goes out as events (RFC 4733 §2.5: no sound besides). */
  #keys(plan: SessionPlan, to: Endpoint, frame: Int16Array, now: Millis): boolean {
    const keys = this.#keysOut;
    if (!keys.busy && keys.phase === 'idle') {
      if (!this.#keySound.silent) this.#keySound.addTo(frame);
      return false;
    }
    keys.step();
    if (plan.telephoneEvent === undefined) {
      this.#inBand(frame);
      return false;
    }
    if (keys.phase !== 'tone' && keys.phase !== 'end') return false;
    this.#waiting = 0;
    if (keys.first) this.#keyTimestamp = this.#timestamp;
    writeEvent(this.#event, RTP_HEADER, keys.code, keys.phase === 'end', KEY_LEVEL, keys.duration);
    const timestamp = (this.#keyTimestamp + keys.segmentOffset) >>> 0;
    this.#send(this.#event, 4, keys.first, plan.telephoneEvent, timestamp, to, now);
    return true;
  }

  #inBand(frame: Int16Array): void {
    const keys = this.#keysOut;
    const sounding = keys.phase === 'tone' || keys.closing;
    if (keys.first) this.#keySound.start(keys.code, -KEY_LEVEL);
    else if (!sounding) this.#keySound.stop();
    // the voice would blur the key
    if (sounding) frame.fill(0);
    this.#keySound.addTo(frame);
  }

  #sound(plan: SessionPlan, to: Endpoint, frame: Int16Array, now: Millis): void {
    this.#codec.encode(frame, 0, FRAME_SAMPLES, this.#packet, RTP_HEADER + this.#waiting);
    this.#waiting += FRAME_SAMPLES;
    const size = Math.min(PACKET_MAX, plan.ptimeMs * 8);
    while (this.#waiting >= size) {
      const timestamp = (this.#timestamp + FRAME_SAMPLES - this.#waiting) >>> 0;
      // RFC 3551 §4.1: the marker tells the first packet after silence
      const marker = !this.#talking;
      this.#talking = true;
      this.#send(this.#packet, size, marker, plan.codec.payloadType, timestamp, to, now);
      this.#waiting -= size;
      this.#packet.copyWithin(RTP_HEADER, RTP_HEADER + size, RTP_HEADER + size + this.#waiting);
    }
  }

  #send(
    bytes: Uint8Array,
    payload: number,
    marker: boolean,
    payloadType: number,
    timestamp: number,
    to: Endpoint,
    now: Millis,
  ): void {
    const sealed = this.#secrecy.seal(this.#source.packet(bytes, payload, marker, payloadType, timestamp));
    if (sealed === undefined) {
      this.#drop('srtp-lifetime');
      return;
    }
    this.#sentSinceReport = true;
    this.#statistics.lastRtpTimestamp = timestamp;
    this.#statistics.lastSentAt = now;
    this.#out.send(this.id, sealed, to);
  }
}
