//              offer()                    accept()
//   idle ────────────────► offering ────────────────► agreed
//    ▲                     │  ▲  │ ▲                    │
//    └──── withdraw() ─────┘  │  │ └────── offer() ─────┤
//    (back to agreed when     │  └─ answer(): our offer │
//     something was agreed)   │     falls, theirs stands│
//   idle/agreed ── answer() ──┴────────► agreed ◄───────┘
import { fault, type Parsed, parsed } from '@switchhook/sans-io';
import { CODECS } from '../codec/registry.ts';
import type { Direction, Endpoint, NegotiatedCodec, SessionPlan, SrtpPair } from '../session/plan.ts';
import { sendTarget } from './address.ts';
import type { CryptoLine } from './crypto-line.ts';
import { answered, narrowed, offered, receives, reversed, sends } from './direction.ts';
import type { Agreement, LocalMedia, LocalWish, Negotiation, SdpFault } from './door.ts';
import { type CommonFormats, commonFormats, PayloadTypes } from './formats.ts';
import { isSecureProtocol, isTakenProtocol, KeyExchange } from './key-exchange.ts';
import {
  type AudioSection,
  type Description,
  type MediaDescription,
  type RefusedSection,
  readDescription,
  writeBody,
  writeHead,
} from './text.ts';

/** Who we are in o= lines. The session id must be a number of at most 63 bits (RFC 8866 §5.2), random per call. */
export interface SdpIdentity {
  readonly sessionId: string | number;
}

/** One m= line of the session as we keep it in order. */
type Slot = { readonly name: 'audio'; readonly protocol: string } | ({ readonly name: 'refused' } & RefusedSection);

interface OpenOffer {
  readonly direction: Direction;
  readonly slots: readonly Slot[];
  readonly codecs: readonly NegotiatedCodec[];
  readonly telephoneEvent: number;
  readonly crypto: readonly CryptoLine[];
}

const EVENTS = 'TELEPHONE-EVENT';
const OFFERED_EVENTS = 101;

/** Packet times that we can send: whole 10 ms, at most 60. */
function packetTime(asked: number | undefined, most: number | undefined, own: number): number {
  const wanted = asked !== undefined && asked >= 10 ? asked : own;
  const limited = Math.min(wanted, most !== undefined && most >= 10 ? most : 60, 60);
  return Math.max(10, Math.floor(limited / 10) * 10);
}

/** Offer/answer of one call; see `Negotiation` for what its members promise. */
export function createNegotiation(local: LocalMedia, identity: SdpIdentity): Negotiation {
  return new AudioNegotiation(local, identity);
}

class AudioNegotiation implements Negotiation {
  readonly #local: LocalMedia;
  readonly #sessionId: string;
  readonly #types = new PayloadTypes();
  readonly #keys: KeyExchange;
  #version = 0;
  #body = '';
  #slots: readonly Slot[] = [];
  /** The offer that an answer belongs to; it stays for a second answer (early answers repeat, forks differ). */
  #offer: OpenOffer | undefined;
  #agreed: Agreement | undefined;

  constructor(local: LocalMedia, identity: SdpIdentity) {
    const sessionId = String(identity.sessionId);
    if (!/^\d{1,19}$/.test(sessionId)) throw new Error(`an SDP session id must be a number, not "${sessionId}"`);
    if (local.codecs.length === 0) throw new Error('an offer without a codec');
    this.#local = local;
    this.#keys = new KeyExchange(local.srtp);
    this.#sessionId = sessionId;
  }

  get agreed(): Agreement | undefined {
    return this.#agreed;
  }

  offer(wish: LocalWish): string {
    const direction = offered(wish, this.#agreed?.direction);
    const codecs = this.#local.codecs.map((name): NegotiatedCodec => {
      const payloadType = this.#types.numberOf(name, CODECS[name].staticPayloadType);
      return { name, payloadType, clockRate: CODECS[name].clockRate };
    });
    const telephoneEvent = this.#types.numberOf(EVENTS, OFFERED_EVENTS);
    const slots = withAudio(this.#slots, this.#keys.protocol);
    const crypto = this.#keys.offered();
    this.#offer = { direction, slots, codecs, telephoneEvent, crypto };
    const events = { payloadType: telephoneEvent, highest: 16 } as const;
    const audio = this.#audio(codecs, events, direction, this.#local.ptimeMs, { crypto, rtcpMux: true });
    return this.#text(slots, audio);
  }

  withdraw(): void {
    this.#offer = undefined;
  }

  accept(answer: string): Parsed<Agreement, SdpFault> {
    const open = this.#offer;
    if (open === undefined) throw new Error('accept() without an offer of ours');
    const read = readDescription(answer);
    if (!read.ok) return read;
    // RFC 3264 §6: as many m= lines as the offer
    if (read.value.media.length !== open.slots.length) return fault('wrong-media-count', 0);
    const media = read.value.media[open.slots.findIndex((slot) => slot.name === 'audio')]!;
    if (media.kind.toLowerCase() !== 'audio') return fault('no-audio', 0);
    if (media.port === 0 && this.#agreed === undefined) return fault('no-audio', 0);
    const common = commonFormats(media, this.#local.codecs);
    if (media.port !== 0 && common.codecs.length === 0) return fault('no-common-codec', 0);
    const secured = media.port === 0 ? this.#stands() : this.#keys.accept(open.crypto, media);
    if (typeof secured === 'string') return fault(secured, 0);
    const target = sendTarget(media.address, media.port, this.#local.endpoint);
    if (target === 'bad') return fault('bad-address', 0);
    // RFC 3264 §6.1: an answer wider than the offer counts only as far as the offer went
    const peer = seenThrough(media, target);
    const direction = media.port === 0 ? 'inactive' : narrowed(open.direction, reversed(peer));
    const telephoneEvent = common.telephoneEvent?.payloadType;
    const plan: SessionPlan = {
      remote: remoteOf(target),
      remoteRtcp: this.#rtcp(media, target),
      codec: common.codecs[0] ?? this.#agreed?.plan.codec ?? open.codecs[0]!,
      receive: merged(open.codecs, common.codecs),
      telephoneEvent,
      ...(telephoneEvent !== undefined && telephoneEvent !== open.telephoneEvent
        ? { telephoneEventIn: open.telephoneEvent }
        : {}),
      direction,
      ptimeMs: packetTime(media.ptimeMs, media.maxptimeMs, this.#local.ptimeMs),
      ...(secured === undefined ? {} : { srtp: secured.pair }),
      ...(media.rtcpMux ? { rtcpMux: true } : {}),
    };
    // an answer to an offer that did not send says nothing about the far end's own wish to receive
    const heldByPeer = sends(open.direction) ? !receives(peer) : (this.#agreed?.heldByPeer ?? false);
    this.#types.learn(media);
    this.#keys.agree(plan.srtp);
    this.#slots = open.slots;
    this.#agreed = { plan, heldByPeer, direction };
    return parsed(this.#agreed);
  }

  answer(offer: string, wish: LocalWish): Parsed<Agreement & { readonly sdp: string }, SdpFault> {
    const read = readDescription(offer);
    if (!read.ok) return read;
    const chosen = this.#choose(read.value);
    if (typeof chosen === 'string') return fault(chosen, 0);
    const { media, index, common } = chosen;
    const secured = media.port === 0 ? this.#stands() : this.#keys.answer(media);
    if (typeof secured === 'string') return fault(secured, 0);
    const target = sendTarget(media.address, media.port, this.#local.endpoint);
    if (target === 'bad') return fault('bad-address', 0);
    const peer = seenThrough(media, target);
    const direction = media.port === 0 ? 'inactive' : answered(peer, wish);
    const ptimeMs = packetTime(media.ptimeMs, media.maxptimeMs, this.#local.ptimeMs);
    const plan: SessionPlan = {
      remote: remoteOf(target),
      remoteRtcp: this.#rtcp(media, target),
      codec: common.codecs[0] ?? this.#agreed!.plan.codec,
      receive: common.codecs,
      telephoneEvent: common.telephoneEvent?.payloadType,
      direction,
      ptimeMs,
      ...(secured === undefined ? {} : { srtp: secured.pair }),
      ...(media.rtcpMux ? { rtcpMux: true } : {}),
    };
    this.#types.learn(media);
    this.#keys.agree(plan.srtp);
    this.#offer = undefined;
    this.#slots = read.value.media.map(
      (other, i): Slot =>
        i === index && other.port !== 0
          ? { name: 'audio', protocol: media.protocol }
          : { name: 'refused', kind: other.kind, protocol: other.protocol, formats: other.formats },
    );
    const crypto = secured === undefined || media.port === 0 ? [] : [secured.own];
    const shape = { crypto, rtcpMux: media.rtcpMux };
    const audio = this.#audio(common.codecs, common.telephoneEvent, direction, ptimeMs, shape);
    const agreed = { sdp: this.#text(this.#slots, audio), plan, heldByPeer: !receives(peer), direction };
    this.#agreed = agreed;
    return parsed(agreed);
  }

  /** The keys of a stream that is switched off stay what they were. */
  #stands(): { own: CryptoLine; pair: SrtpPair } | undefined {
    const pair = this.#agreed?.plan.srtp;
    return pair && { own: { tag: 1, keys: pair.send }, pair };
  }

  /**
   * The first audio section that we can take, a protected one before one in clear; one that was switched off (port 0) only
   * when a call stands already.
   */
  #choose(offer: Description): { media: MediaDescription; index: number; common: CommonFormats } | SdpFault {
    let why: SdpFault = 'no-audio';
    const sections = [...offer.media.entries()].filter(
      ([, media]) => media.kind.toLowerCase() === 'audio' && media.port !== 0 && isTakenProtocol(media.protocol),
    );
    const wanted = ([, media]: (typeof sections)[number]): boolean =>
      isProtected(media) === (this.#local.srtp !== undefined);
    for (const [index, media] of [...sections.filter(wanted), ...sections.filter((section) => !wanted(section))]) {
      const common = commonFormats(media, this.#local.codecs);
      if (common.codecs.length > 0) return { media, index, common };
      why = 'no-common-codec';
    }
    if (why === 'no-audio' && this.#agreed !== undefined) {
      const index = offer.media.findIndex((media) => media.kind.toLowerCase() === 'audio' && media.port === 0);
      const media = offer.media[index];
      if (media !== undefined) return { media, index, common: { codecs: [], telephoneEvent: undefined } };
    }
    return why;
  }

  #audio(
    codecs: readonly NegotiatedCodec[],
    events: CommonFormats['telephoneEvent'],
    direction: Direction,
    ptimeMs: number,
    shape: Pick<AudioSection, 'crypto' | 'rtcpMux'>,
  ): Omit<AudioSection, 'protocol'> {
    const formats: AudioSection['formats'] = [
      ...codecs.map((codec) => ({ payloadType: codec.payloadType, encoding: codec.name })),
      ...(events === undefined
        ? []
        : [{ payloadType: events.payloadType, encoding: 'telephone-event', parameters: `0-${events.highest}` }]),
    ];
    return { port: this.#local.endpoint.port, formats, direction, ptimeMs, ...shape };
  }

  #text(slots: readonly Slot[], audio: Omit<AudioSection, 'protocol'>): string {
    const { host } = this.#local.endpoint;
    const sections = slots.map((slot) => (slot.name === 'audio' ? { ...audio, protocol: slot.protocol } : slot));
    const body = writeBody(host, sections);
    // RFC 3264 §8: the version rises by one exactly when the description changes
    if (body !== this.#body) this.#version++;
    this.#body = body;
    return writeHead(host, this.#sessionId, this.#version) + body;
  }

  /** RTP's own (RFC 5761), RFC 3605, else the port after RTP's (RFC 3550 §11). A hostile address there is passed over. */
  #rtcp(media: MediaDescription, target: Endpoint | 'hold' | 'bad'): Endpoint | undefined {
    if (typeof target === 'string') return undefined;
    if (media.rtcpMux) return target;
    if (media.rtcp !== undefined) {
      const own: Endpoint = { host: this.#local.endpoint.host, port: this.#local.endpoint.port + 1 };
      const said = sendTarget(media.rtcp.address ?? media.address, media.rtcp.port, own);
      if (typeof said !== 'string') return said;
    }
    return target.port < 65535 ? { host: target.host, port: target.port + 1 } : undefined;
  }
}

/** RFC 3264 §8.1: a new stream takes the place of an audio section that was switched off, or a new place at the end. */
function withAudio(slots: readonly Slot[], protocol: string): readonly Slot[] {
  if (slots.some((slot) => slot.name === 'audio')) return slots;
  const free = slots.findIndex((slot) => slot.name === 'refused' && slot.kind.toLowerCase() === 'audio');
  const audio: Slot = { name: 'audio', protocol };
  return free === -1 ? [...slots, audio] : slots.with(free, audio);
}

function isProtected(media: MediaDescription): boolean {
  return media.crypto.given || isSecureProtocol(media.protocol);
}

function remoteOf(target: Endpoint | 'hold'): Endpoint | undefined {
  return target === 'hold' ? undefined : target;
}

/** The far end's direction; one without a place to send to does not receive (RFC 3264 §8.4, the old hold). */
function seenThrough(media: MediaDescription, target: Endpoint | 'hold'): Direction {
  return target === 'hold' ? narrowed(media.direction, 'sendonly') : media.direction;
}

/** `ours` and what `theirs` adds by other payload types. */
function merged(ours: readonly NegotiatedCodec[], theirs: readonly NegotiatedCodec[]): readonly NegotiatedCodec[] {
  const extra = theirs.filter((codec) => !ours.some((own) => own.payloadType === codec.payloadType));
  return [...ours, ...extra];
}
