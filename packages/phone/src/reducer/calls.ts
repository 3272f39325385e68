import type { CallId, EndCause, Peer } from '@switchhook/sip-core';
import type { LegFacts, TransferEvent } from '@switchhook/transfer';
import { askHold, ringBack } from './acts.ts';
import type { CallEvent } from './door.ts';
import type { Draft } from './draft.ts';
import { errandStep } from './errand.ts';
import { handTransfer, inHand, isLeg, nameOf, userOf } from './inquiry.ts';
import { joinOf } from './joined.ts';
import { incoming } from './reception.ts';
import { driveReferrals, isMadeUp, partyOf, replacedAnswered, tellParty } from './referred.ts';
import type { Call } from './state.ts';
import { toneFor, wordFor } from './texts.ts';
import { legFacts } from './transfer-facts.ts';
import { driveLeg } from './transfer-machine.ts';

/** The first words of a call are heard without a waiting caller's tone. */
const answerQuietMs = 1_000;

/** What happened to a call. One that is not known (any more) changes nothing. */
export function callStep(d: Draft, event: CallEvent): void {
  if (event.type === 'incoming') {
    incoming(d, event);
    return;
  }
  const call = d.call(event.call);
  if (call === undefined) return;
  switch (event.type) {
    case 'progress':
      progress(d, call, event);
      return;
    case 'answered':
      answered(d, call, event);
      return;
    case 'peer-changed':
      peerChanged(d, call, event.peer);
      return;
    case 'peer-held':
      if (call.remoteHold === event.on) return;
      d.patchCall(call.id, { remoteHold: event.on });
      if (event.on) d.notice({ event_type: 'heldByPeer', callId: call.id });
      return;
    case 'held':
      if (call.phase.name === 'holding' || call.phase.name === 'talking')
        d.phase(call.id, { name: 'held', mutedOnly: false });
      errandStep(d, call.id, 'held');
      driveLeg(d, call.id, (leg) => ({ type: 'held', leg }));
      return;
    case 'hold-refused': {
      const { status, phrase } = event;
      if (call.phase.name !== 'holding') return;
      // an emergency call was placed meanwhile, or nobody has the handset: the far end is silenced, not held
      const alone = d.state.transfers.some((record) => record.putDown && isLeg(record, call.id));
      const silent = call.recalling || alone || micTaken(d, call.id);
      d.phase(call.id, silent ? { name: 'held', mutedOnly: true } : { name: 'talking' });
      errandStep(d, call.id, { refused: status, phrase });
      driveLeg(d, call.id, (leg) => ({ type: 'hold-refused', leg, status }));
      return;
    }
    case 'resumed':
      if (call.phase.name !== 'resuming') return;
      d.phase(call.id, call.phase.joining ? { name: 'joined', mode: 'silent' } : { name: 'talking' });
      if (call.phase.joining) d.patchCall(call.id, { recalling: false });
      else if (call.recalling) ringBack(d, call.id);
      else if (micTaken(d, call.id)) askHold(d, call.id);
      errandStep(d, call.id, 'resumed');
      driveLeg(d, call.id, (leg) => ({ type: 'resumed', leg }));
      return;
    case 'resume-refused': {
      const { status, phrase } = event;
      if (call.phase.name !== 'resuming') return;
      d.phase(call.id, { name: 'held', mutedOnly: false });
      errandStep(d, call.id, { refused: status, phrase });
      driveLeg(d, call.id, (leg) => ({ type: 'resume-refused', leg, status }));
      return;
    }
    case 'negotiated':
      d.patchCall(call.id, { codec: event.codec, secure: event.secure });
      return;
    case 'flowing':
      if (call.phase.name === 'ringback') d.phase(call.id, { name: 'ringback', flowing: true });
      return;
    case 'digit':
      d.notice({ event_type: 'dtmf', callId: call.id }); // which digit is nobody's business (mqtt.md §3.5)
      if (event.info === true) passOn(d, call, event.digit);
      return;
    case 'ended':
      ended(d, call, event.cause);
      return;
    default:
      event satisfies never;
      throw new Error('unknown call event');
  }
}

/** A digit that came by INFO reaches the one it is joined with; those of the media the engine has passed on itself. */
function passOn(d: Draft, call: Call, digit: string): void {
  if (call.phase.name !== 'joined' || call.phase.mode === 'silent') return;
  const record = joinOf(d.state, call.id);
  if (record === undefined) return;
  for (const { id, phase } of d.state.calls) {
    if (id !== call.id && isLeg(record, id) && phase.name === 'joined')
      d.emit({ type: 'dtmf', call: id, digits: digit, durationMs: 100 });
  }
}

/**
 * The far end is, or is shown as, somebody else now (transfer.md §8.8). On a call that stands that means that whom the
 * person talked to has handed it over.
 */
function peerChanged(d: Draft, call: Call, peer: Peer): void {
  d.patchCall(call.id, { peer, ...identified(call, peer) });
  const now = d.call(call.id);
  if (now === undefined || !isUp(call) || now.number === call.number || isMadeUp(call)) return;
  d.patchCall(call.id, { via: `transferred by ${nameOf(call)}`, earlier: [...call.earlier, partyOf(call)] });
  tellParty(d, now.id);
}

/** Answered and not ending. */
function isUp({ phase }: Call): boolean {
  return ['talking', 'holding', 'held', 'resuming', 'joined'].includes(phase.name);
}

/** Another call has the microphone (an emergency call does not wait). */
function micTaken(d: Draft, id: CallId): boolean {
  return d.state.calls.some(
    ({ id: other, phase }) => other !== id && ['talking', 'connecting', 'dialing', 'ringback'].includes(phase.name),
  );
}

function known(uri: string): { readonly number: string; readonly address: string } {
  return { number: userOf(uri), address: uri };
}

/**
 * Who it is now, by what the far end's message says (features.md §13): a caller is who he says he is. Whom we called is
 * the number that we dialled until an exchange vouches for another one; where to find them stays what worked.
 */
function identified(call: Call, { party }: Peer): Partial<Pick<Call, 'number' | 'address'>> {
  if (call.direction === 'in') return known(party.uri);
  const number = userOf(party.uri);
  return party.verified && number !== '' && number !== 'anonymous' ? { number } : {};
}

function progress(d: Draft, call: Call, event: Extract<CallEvent, { type: 'progress' }>): void {
  if (event.dialog !== undefined) d.patchCall(call.id, { dialog: event.dialog });
  driveReferrals(d, call.id, 'progress', event.status);
  if (event.status < 180 || (call.phase.name !== 'dialing' && call.phase.name !== 'ringback')) return;
  const first = call.phase.name === 'dialing';
  if (first) d.phase(call.id, { name: 'ringback', flowing: false });
  // a further early dialog is a fork (transfer.md §10): the machine must know that there are several
  const forked = event.dialog !== undefined && event.dialog.remoteTag !== call.dialog?.remoteTag;
  if (!first && !forked) return;
  driveLeg(d, call.id, (leg, record) => {
    if (leg !== 'target') return undefined;
    const [caller, target] = [factsOf(d, record.pair.caller), factsOf(d, call.id)];
    const facts = caller === undefined || target === undefined ? undefined : { caller, target };
    return { type: 'target-ringing', ...(facts === undefined ? {} : { facts }) };
  });
}

function answered(d: Draft, call: Call, event: Extract<CallEvent, { type: 'answered' }>): void {
  if (call.replaces !== undefined) {
    d.patchCall(call.id, { dialog: event.dialog, peer: event.peer });
    replacedAnswered(d, call, call.replaces);
    return;
  }
  d.patchCall(call.id, { dialog: event.dialog, peer: event.peer, ...identified(call, event.peer) });
  const { name } = call.phase;
  if (name !== 'dialing' && name !== 'ringback' && name !== 'connecting') return;
  d.patchCall(call.id, { since: d.now });
  d.phase(call.id, { name: 'talking' });
  d.set({ quiet: { forMs: answerQuietMs } });
  d.notice({ event_type: 'answered', callId: call.id, number: d.call(call.id)?.number ?? call.number });
  driveReferrals(d, call.id, 'answered', 200);
  driveLeg(d, call.id, (leg, record): TransferEvent | undefined => {
    const [caller, target] = [factsOf(d, record.pair.caller), factsOf(d, call.id)];
    if (leg !== 'target' || caller === undefined || target === undefined) return undefined;
    return { type: 'target-answered', caller, target };
  });
}

function factsOf(d: Draft, id: CallId): LegFacts | undefined {
  const call = d.call(id);
  return call === undefined ? undefined : legFacts(d.state, call);
}

function ended(d: Draft, call: Call, cause: EndCause): void {
  const wasLive = handTransfer(d.state);
  const leg = d.state.transfers.some((record) => isLeg(record, call.id));
  d.set({ calls: d.state.calls.filter((each) => each.id !== call.id) });
  for (const each of d.state.calls) {
    if (each.replaces !== call.id) continue;
    d.patchCall(each.id, { replaces: undefined });
    const free = call.phase.name === 'talking' && inHand(d.state) === undefined;
    d.phase(each.id, free ? { name: 'connecting' } : { name: 'held', mutedOnly: true });
  }
  const who = { callId: call.id, number: call.number, name: nameOf(call) };
  const code = cause.status === undefined ? {} : { code: cause.status };
  const reason = cause.reason?.text ?? cause.phrase;
  const missed = call.direction === 'in' && call.phase.name === 'ringing' && cause.how !== 'replaced';
  d.notice({ event_type: missed ? 'missed' : 'ended', ...who, ...code, ...(reason === undefined ? {} : { reason }) });
  if (missed) d.say(5_000, 'Missed call', nameOf(call));
  if (!leg && wasLive === undefined) tellEnd(d, call, cause);
  errandStep(d, call.id, 'ended');
  driveLeg(d, call.id, (each) => ({ type: 'ended', leg: each, cause }));
  driveReferrals(d, call.id, 'ended', cause.status ?? 0, cause);
  if (d.state.calls.length === 0) d.set({ mute: false });
  if (call.emergency) d.set({ callBackUntil: d.now + d.state.settings.callBackMs });
}

/** What the ear and the eye get when the far end, or the network, ended it. */
function tellEnd(d: Draft, call: Call, cause: EndCause): void {
  if (cause.by === 'local' || cause.how === 'replaced') return;
  const { name } = call.phase;
  if (name === 'dialing' || name === 'ringback') {
    d.say(5_000, nameOf(call), wordFor(cause.status));
    d.beep(toneFor(cause.status), 5_000);
  } else if (name === 'held') {
    d.say(5_000, 'Caller hung up', nameOf(call));
    d.beep('caller-gone');
  } else if (name !== 'ringing' && name !== 'ending') {
    d.say(5_000, 'Call ended', nameOf(call));
    if (d.state.hook === 'off' && inHand(d.state) === undefined) d.beep('busy');
  }
}
