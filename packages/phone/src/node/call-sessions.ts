import type { CodecName, MediaEvent, MediaId, MediaPort, Negotiation, SrtpWish } from '@switchhook/rtp-media';
import { createNegotiation } from '@switchhook/rtp-media';
import { type AlarmClock, type Random, token } from '@switchhook/sans-io';
import type { AccountId, CallId, CallOut, OfferId, SessionBody, UserAgentIn } from '@switchhook/sip-core';
import type { CallEffect, PhoneEvent } from '../reducer/door.ts';
import { type EarlyCall, EarlyCalls } from './early-calls.ts';

/** When a caller may try again whom no media worker came for, s. */
const MEDIA_RETRY_S = 10;

/** What one call has besides its dialog: a media session, and the state of its offer/answer. */
interface CallSession {
  readonly call: CallId;
  readonly media: MediaId;
  readonly negotiation: Negotiation;
  /** What we want of it: talk, or hold the far end. */
  wish: 'talk' | 'hold';
  /** Our re-INVITE that waits for its answer. */
  pending: 'hold' | 'resume' | undefined;
  /** An answer to the INVITE's offer, made while it rings so that 200 leaves at once. */
  prepared: SessionBody | undefined;
  /** An offer of ours has gone out and its answer may come, also twice (early media, then 200). */
  offering: boolean;
  heldByPeer: boolean;
  codec: string | undefined;
  secure: 'no' | 'sdes';
}

/** What call sessions act upon. */
export interface CallSessionPorts {
  readonly media: MediaPort;
  readonly random: Random;
  /** Hand the user agent one input. */
  readonly sip: (input: UserAgentIn) => void;
  /** Tell the phone; queued behind what it is doing. */
  readonly tell: (event: PhoneEvent) => void;
  /** Codecs of an account in the order of preference. */
  readonly codecs: (account: AccountId) => readonly CodecName[];
  readonly srtp: (account: AccountId) => SrtpWish | undefined;
  readonly ptimeMs: number;
  readonly clock: AlarmClock;
  /** A call has waited long enough for its media: to be queued for `mediaLate`. */
  readonly late: (call: CallId) => void;
}

/**
 * Offer/answer between the phone, which thinks in hold and resume, and the user agent, which carries bodies it cannot
 * read. One session a call, from INVITE to `ended`.
 */
export class CallSessions {
  readonly #ports: CallSessionPorts;
  readonly #byCall = new Map<CallId, CallSession>();
  readonly #byMedia = new Map<MediaId, CallId>();
  readonly #early: EarlyCalls;

  constructor(ports: CallSessionPorts) {
    this.#ports = ports;
    this.#early = new EarlyCalls(ports.clock, ports.late);
  }

  /** How many calls have a media session, or wait for one. */
  get size(): number {
    return this.#byCall.size + this.#early.size;
  }

  /** Wait for nothing any more. */
  close(): void {
    this.#early.close();
  }

  mediaOf(call: CallId): MediaId | undefined {
    return this.#byCall.get(call)?.media;
  }

  /** Perform what the phone wants done to a call. */
  perform(effect: CallEffect) {
    switch (effect.type) {
      case 'dial':
        return this.#dial(effect);
      case 'ring':
        return this.#ports.sip({ type: 'ring', call: effect.call });
      case 'answer':
        return this.#answer(effect.call);
      case 'reject':
        return this.#ports.sip(effect);
      case 'hangup':
        return this.#hangup(effect.call);
      case 'hold':
        return this.#reoffer(effect.call, 'hold');
      case 'resume':
        return this.#reoffer(effect.call, 'resume');
      default:
        throw effect satisfies never;
    }
  }

  /** Take one event of the user agent and tell the phone what it means. */
  take(event: CallOut) {
    const { tell } = this.#ports;
    switch (event.type) {
      case 'incoming':
        return this.#incoming(event);
      case 'progress': {
        const { call, status, dialog, body } = event;
        tell({ type: 'progress', call, status, ...(dialog === undefined ? {} : { dialog }) });
        const session = this.#byCall.get(call);
        if (body !== undefined && session !== undefined) this.#accept(session, body);
        return;
      }
      case 'answered':
        return this.#answered(event);
      case 'peer-changed':
        return tell({ type: 'peer-changed', call: event.call, peer: event.peer });
      case 'offered':
        return this.#offered(event.call, event.offer, event.body);
      case 'offer-answered':
        return this.#offerAnswered(event.call, event.body);
      case 'offer-refused':
        return this.#offerRefused(event.call, event.status, event.phrase);
      case 'ended':
        this.#drop(event.call);
        return tell({ type: 'ended', call: event.call, cause: event.cause });
      case 'info-digit':
        return tell({ type: 'digit', call: event.call, digit: event.digit, info: this.#infoAlone(event.call) });
      default:
        throw event satisfies never;
    }
  }

  /** Nothing but INFO brings this call's digits: with telephone-event agreed, a digit by INFO is there twice. */
  #infoAlone(call: CallId): boolean {
    return this.#byCall.get(call)?.negotiation.agreed?.plan.telephoneEvent === undefined;
  }

  /** Take one event of the media worker; gives the call that it is about. */
  takeMedia(event: MediaEvent): CallId | undefined {
    if (event.type === 'ready' || event.type === 'spare') this.#mediaCame();
    if (!('session' in event)) return undefined;
    const call = this.#byMedia.get(event.session);
    if (call === undefined) return undefined;
    if (event.type === 'digit') this.#ports.tell({ type: 'digit', call, digit: event.digit });
    if (event.type === 'flowing') this.#ports.tell({ type: 'flowing', call });
    if (event.type === 'closed') this.#byMedia.delete(event.session);
    return call;
  }

  /** The call has waited long enough for its media. */
  mediaLate(call: CallId) {
    const early = this.#early.take(call);
    if (early?.type === 'dial') return this.#undialled(call, 'No sound yet');
    if (early !== undefined) this.#ports.sip({ type: 'reject', call, status: 503, retryAfterS: MEDIA_RETRY_S });
  }

  #mediaCame(): void {
    if (this.#ports.media.pending === true) return;
    for (const call of this.#early.all) {
      const early = this.#early.take(call);
      if (early?.type === 'dial') this.#dial(early);
      else if (early !== undefined) this.#incoming(early);
    }
  }

  #undialled(call: CallId, phrase: string): void {
    this.#ports.tell({ type: 'ended', call, cause: { by: 'local', how: 'response', status: 503, phrase } });
  }

  #hangup(call: CallId) {
    if (this.#early.take(call) === undefined) return this.#ports.sip({ type: 'hangup', call });
    // The phone knows of no early caller: this one was dialled, and nothing has been sent for it yet.
    this.#ports.tell({ type: 'ended', call, cause: { by: 'local', how: 'cancel' } });
  }

  #incoming(event: EarlyCall & { readonly type: 'incoming' }): void {
    const { body, to, ...rest } = event;
    if (this.#arm(event, body)) this.#ports.tell(rest);
  }

  #dial(effect: EarlyCall & { readonly type: 'dial' }) {
    const { call, account, to, replaces, referredBy, requireReplaces } = effect;
    const session = this.#open(call, account);
    if (session === undefined) {
      if (this.#ports.media.pending === true) return this.#early.wait(effect);
      return this.#undialled(call, 'No media port left');
    }
    this.#ports.sip({
      type: 'invite',
      call,
      account,
      to,
      body: makeOffer(session),
      ...(replaces === undefined ? {} : { replaces }),
      ...(referredBy === undefined ? {} : { referredBy }),
      ...(requireReplaces === true ? { require: ['replaces'] } : {}),
    });
  }

  /** Make everything ready that 200 needs; false = refused or waiting for media, and the phone hears nothing yet. */
  #arm(event: EarlyCall & { readonly type: 'incoming' }, body: SessionBody | undefined): boolean {
    const { call } = event;
    const session = this.#open(call, event.account);
    if (session === undefined) {
      if (this.#ports.media.pending === true) this.#early.wait(event);
      else this.#ports.sip({ type: 'reject', call, status: 486 });
      return false;
    }
    if (body === undefined) return true;
    const answer = session.negotiation.answer(body, 'talk');
    if (!answer.ok) {
      this.#ports.sip({ type: 'reject', call, status: 488 });
      return false;
    }
    session.prepared = answer.value.sdp;
    return true;
  }

  #answer(call: CallId) {
    const session = this.#byCall.get(call);
    if (session === undefined) return;
    const body = session.prepared ?? makeOffer(session);
    this.#ports.sip({ type: 'answer', call, body });
    if (session.prepared !== undefined) this.#agreed(session);
    session.prepared = undefined;
  }

  #answered(event: CallOut & { readonly type: 'answered' }) {
    const { call, dialog, peer, body } = event;
    const session = this.#byCall.get(call);
    if (session === undefined) return;
    if (body !== undefined && !this.#accept(session, body)) {
      // The far end believes that it is in a call with us: end it in the way that a person would (RFC 3261 §13.2.2.4).
      return this.#ports.sip({ type: 'hangup', call, reason: 'SIP;cause=488;text="Not Acceptable Here"' });
    }
    this.#ports.tell({ type: 'answered', call, dialog, peer });
    this.#tellAgreement(session);
  }

  #reoffer(call: CallId, pending: 'hold' | 'resume') {
    const session = this.#byCall.get(call);
    if (session === undefined) return;
    session.pending = pending;
    session.wish = pending === 'hold' ? 'hold' : 'talk';
    this.#ports.sip({ type: 'offer', call, body: makeOffer(session) });
  }

  #offered(call: CallId, offer: OfferId, body: SessionBody | undefined) {
    const session = this.#byCall.get(call);
    if (session === undefined) {
      this.#ports.sip({ type: 'refuse-offer', call, offer, status: 481 });
      return;
    }
    if (body === undefined) {
      // Two offers of ours at once could not be told apart by their answers: the far end asks again (RFC 3261 §14.2).
      if (session.pending !== undefined) this.#ports.sip({ type: 'refuse-offer', call, offer, status: 491 });
      else this.#ports.sip({ type: 'answer-offer', call, offer, body: makeOffer(session) });
      return;
    }
    const answer = session.negotiation.answer(body, session.wish);
    session.offering = false;
    if (!answer.ok) return this.#ports.sip({ type: 'refuse-offer', call, offer, status: 488 });
    this.#ports.sip({ type: 'answer-offer', call, offer, body: answer.value.sdp });
    // Our own offer waits for its turn in the user agent: its text is older than the answer just given.
    if (session.pending !== undefined)
      this.#ports.sip({ type: 'offer', call, body: makeOffer(session), instead: true });
    this.#agreed(session);
    this.#tellAgreement(session);
  }

  #offerAnswered(call: CallId, body: SessionBody) {
    const session = this.#byCall.get(call);
    if (session === undefined) return;
    const { pending } = session;
    session.pending = undefined;
    if (!this.#accept(session, body)) {
      withdraw(session);
      return this.#refused(session, pending, 488, 'Not Acceptable Here');
    }
    if (pending !== undefined) this.#ports.tell({ type: pending === 'hold' ? 'held' : 'resumed', call });
    this.#tellAgreement(session);
  }

  #offerRefused(call: CallId, status: number, phrase: string): void {
    const session = this.#byCall.get(call);
    if (session === undefined) return;
    const { pending } = session;
    session.pending = undefined;
    withdraw(session);
    this.#refused(session, pending, status, phrase);
  }

  #refused(session: CallSession, pending: 'hold' | 'resume' | undefined, status: number, phrase: string): void {
    if (pending === undefined) return;
    session.wish = pending === 'hold' ? 'talk' : 'hold';
    this.#ports.tell({
      type: pending === 'hold' ? 'hold-refused' : 'resume-refused',
      call: session.call,
      status,
      phrase,
    });
  }

  /** Take the far end's answer; false when it cannot be read. */
  #accept(session: CallSession, answer: SessionBody): boolean {
    // A body without an offer of ours, as in the ACK of an answered offer, says nothing (RFC 3261 §13.2.1).
    if (!session.offering) return true;
    const accepted = session.negotiation.accept(answer);
    if (accepted.ok) this.#agreed(session);
    return accepted.ok;
  }

  #agreed(session: CallSession): void {
    const agreement = session.negotiation.agreed;
    if (agreement === undefined) throw new Error(`call ${session.call} agreed on nothing`);
    this.#ports.media.send({ type: 'plan', session: session.media, plan: agreement.plan });
  }

  #tellAgreement(session: CallSession): void {
    const agreement = session.negotiation.agreed;
    if (agreement === undefined) return;
    const { call } = session;
    const codec = agreement.plan.codec.name;
    const secure = agreement.plan.srtp === undefined ? 'no' : 'sdes';
    if (codec !== session.codec || secure !== session.secure) {
      session.codec = codec;
      session.secure = secure;
      this.#ports.tell({ type: 'negotiated', call, codec, secure });
    }
    if (agreement.heldByPeer !== session.heldByPeer) {
      session.heldByPeer = agreement.heldByPeer;
      this.#ports.tell({ type: 'peer-held', call, on: session.heldByPeer });
    }
  }

  #open(call: CallId, account: AccountId): CallSession | undefined {
    const media = token<'media'>(`m-${call}`);
    const endpoint = this.#ports.media.open(media);
    if (endpoint === undefined) return undefined;
    const { ptimeMs, random } = this.#ports;
    const srtp = this.#ports.srtp(account);
    const negotiation = createNegotiation(
      { endpoint, codecs: this.#ports.codecs(account), ptimeMs, ...(srtp && { srtp: { ...srtp, random } }) },
      { sessionId: sessionId(random) },
    );
    const session: CallSession = {
      call,
      media,
      negotiation,
      wish: 'talk',
      pending: undefined,
      prepared: undefined,
      offering: false,
      heldByPeer: false,
      codec: undefined,
      secure: 'no',
    };
    this.#byCall.set(call, session);
    this.#byMedia.set(media, call);
    // Who is held hears that somebody will come back (phone-ux.md §4.2).
    this.#ports.media.send({ type: 'hold-source', session: media, source: 'music' });
    return session;
  }

  #drop(call: CallId): void {
    this.#early.take(call);
    const session = this.#byCall.get(call);
    if (session === undefined) return;
    this.#byCall.delete(call);
    this.#ports.media.send({ type: 'close', session: session.media });
  }
}

function makeOffer(session: CallSession): SessionBody {
  session.offering = true;
  return session.negotiation.offer(session.wish);
}

function withdraw(session: CallSession): void {
  session.offering = false;
  session.negotiation.withdraw();
}

/** For the o= line: 32 random bits (RFC 8866 §5.2). */
function sessionId(random: Random): number {
  return random.bytes(4).reduce((id, byte) => id * 256 + byte, 0);
}
