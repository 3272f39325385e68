import type { CallId, EndCause } from '@switchhook/sip-core';
import {
  decideRefer,
  decideReplaces,
  defaultTargetPolicy,
  defaultTransfereePolicy,
  edgeOf,
  noteRefer,
  type ReferRequest,
  replacesEdge,
  startReferred,
  type TransfereeEffect,
  type TransfereeEvent,
  type TransfereePolicy,
  transfereeStep,
} from '@switchhook/transfer';
import { hangUp, place } from './acts.ts';
import type { CallEvent, ReferEvent } from './door.ts';
import type { Draft } from './draft.ts';
import { inHand, isEmergency, isLeg, liveTransfer, userOf } from './inquiry.ts';
import type { Call, CallPhase, Party, PhoneState, Referral } from './state.ts';
import { toneFor, wordFor } from './texts.ts';

/** The notes of each edge of the two machines here (`edgeOf`), as that of the transferor's. */
export const TRANSFEREE_STEP = 'transferee-step';
export const TARGET_STEP = 'target-step';

/** Where others transfer us: an INVITE with Replaces takes a call's place, a REFER asks us to call somebody. */

function phaseFor(name: CallPhase['name'] | undefined): 'ringing-here' | 'ringing-there' | 'answered' | 'ended' {
  switch (name) {
    case 'ringing':
      return 'ringing-here';
    case 'dialing':
    case 'ringback':
      return 'ringing-there';
    case 'connecting':
    case 'talking':
    case 'holding':
    case 'held':
    case 'resuming':
    case 'joined':
      return 'answered';
    case 'ending':
    case undefined:
      return 'ended';
    default:
      name satisfies never;
      throw new Error('unknown phase');
  }
}

/** The user part that phones make up for their Contact: ours do, and so do others that would not be scanned. */
const CONTACT_USER = /^[0-9a-f]{16}$/i;

const MADE_UP = 'transferred call from';

/** Whether the number says only where the call came from: nobody knows yet who it is with. */
export function isMadeUp({ number }: Call): boolean {
  return number.startsWith(MADE_UP);
}

/** The number in Referred-By. */
function nameIn(referredBy: string): string {
  return userOf(referredBy.replace(/^.*<|>.*$/g, ''));
}

/** An INVITE with Replaces: answered without ringing when it may, and the old call is untouched until its ACK. */
export function replacing(
  d: Draft,
  event: Extract<CallEvent, { type: 'incoming' }>,
  replaces: { readonly call: CallId; readonly early: boolean },
): void {
  const old = d.call(replaces.call);
  const refuse = (status: number, why: string) => {
    d.emit({ type: 'reject', call: event.call, status });
    d.emit({ type: 'note', word: 'replaces-refused', detail: why });
  };
  if (old === undefined) {
    refuse(603, 'ended'); // RFC 3891 §3: the dialog has ended
    return;
  }
  const { party } = event.peer;
  const phase = phaseFor(old.phase.name);
  const decision = decideReplaces(
    { account: event.account, trusted: event.trusted, party, referredBy: event.referredBy, earlyOnly: replaces.early },
    {
      account: old.account,
      phase,
      party: old.peer?.party.verified === true ? old.peer.party : { uri: old.address, verified: false },
      trusted: old.trusted,
    },
    defaultTargetPolicy,
  );
  d.emit({ type: 'note', word: TARGET_STEP, detail: replacesEdge(phase, decision) });
  if (decision.name === 'refuse' || decision.name === 'ask') {
    refuse(decision.name === 'ask' ? 403 : decision.status, decision.name === 'ask' ? 'nobody to ask' : decision.why);
    return;
  }
  const live = liveTransfer(d.state);
  const twice = old.replaces !== undefined || d.state.calls.some((call) => call.replaces === old.id);
  const busy = d.state.errand !== undefined && 'call' in d.state.errand && d.state.errand.call === old.id;
  if (
    old.emergency ||
    twice ||
    busy ||
    old.phase.name === 'connecting' ||
    old.phase.name === 'joined' ||
    (live !== undefined && isLeg(live, old.id))
  ) {
    refuse(486, 'not-now');
    return;
  }
  const by = event.referredBy === undefined ? old.number : nameIn(event.referredBy);
  const call: Call = {
    ...old,
    id: event.call,
    account: event.account,
    direction: 'in',
    phase: { name: 'ringing' },
    number: userOf(party.uri),
    address: party.uri,
    peer: event.peer,
    dialog: undefined,
    trusted: event.trusted,
    remoteHold: false,
    via: `transferred by ${by}`,
    earlier: [...old.earlier, partyOf(old)],
    since: d.now,
    heldSince: undefined,
    recalling: false,
    answersAfterMs: undefined,
    replaces: decision.name === 'keep-ringing' ? undefined : old.id,
  };
  d.set({ calls: [...d.state.calls, call] });
  if (decision.name === 'keep-ringing') {
    d.emit({ type: 'ring', call: call.id });
    hangUp(d, old.id, 487);
  } else d.emit({ type: 'answer', call: call.id });
}

/** The ACK has come: the new call is where the old one was, and the old one goes. */
export function replacedAnswered(d: Draft, call: Call, replaced: CallId): void {
  const name = d.call(replaced)?.phase.name;
  d.patchCall(call.id, { replaces: undefined, since: d.now });
  if (name !== undefined) d.phase(replaced, { name: 'ending' });
  const spoken = name === 'talking' || name === 'dialing' || name === 'ringback';
  // the far end of the new call has not been held: it only hears nothing of us until it is taken back
  d.phase(call.id, spoken ? { name: 'talking' } : { name: 'held', mutedOnly: true });
  d.notice({ event_type: 'answered', callId: call.id, number: call.number });
  tellParty(d, call.id);
}

/** As the call record keeps it. */
export function partyOf(call: Call): Party {
  return { number: call.number, name: call.peer?.party.display };
}

/** The person is with somebody else now: for the display, and for whoever watches. */
export function tellParty(d: Draft, id: CallId): void {
  const call = d.call(id);
  if (call === undefined) return;
  const { display } = call.peer?.party ?? {};
  d.notice({
    event_type: 'partyChanged',
    callId: id,
    number: call.number,
    ...(display === undefined ? {} : { name: display }),
    ...(call.via === undefined ? {} : { reason: call.via }),
  });
}

function policyOf(state: PhoneState): TransfereePolicy {
  return { ...defaultTransfereePolicy, acceptRefer: state.settings.acceptRefer };
}

/** A REFER reached us: refused unless the house allows it and the person is in that very call. */
export function referRequested(d: Draft, event: Extract<ReferEvent, { type: 'refer-requested' }>): void {
  const call = event.call === undefined ? undefined : d.call(event.call);
  const request: ReferRequest = {
    referTo: event.referTo,
    referredBy: event.referredBy,
    call: call?.id,
    account: event.account,
    peer: call?.address ?? event.referredBy ?? '',
    trusted: event.trusted,
    pendingOnCall: d.state.referrals.filter((each) => each.request.call === call?.id).length,
    chained: call?.chained ?? 0,
  };
  const policy = policyOf(d.state);
  const decision = decideRefer(request, policy, d.state.referLedger, d.now);
  const refuse = (status: number, why: string) => {
    d.emit({ type: 'answer-refer', refer: event.refer, status });
    d.emit({ type: 'note', word: 'refer-refused', detail: why });
  };
  if (decision.name !== 'accept') {
    refuse(
      decision.name === 'refuse' ? decision.status : 603,
      decision.name === 'refuse' ? decision.why : 'nobody to ask',
    );
    return;
  }
  // no message from outside ever places an emergency call, or takes the microphone from another call
  const talks = call?.phase.name === 'talking' && !call.emergency && event.trusted;
  const free = d.state.errand === undefined && liveTransfer(d.state) === undefined;
  if (!talks || !free || isEmergency(d.state.settings, decision.target.user)) {
    refuse(480, 'not-now');
    return;
  }
  const step = startReferred(request, decision, policy);
  d.emit({ type: 'note', word: TRANSFEREE_STEP, detail: `idle -> ${step.state.name} by refer` });
  const referral: Referral = { refer: event.refer, request, machine: step.state, triggered: undefined };
  d.set({
    referrals: [...d.state.referrals, referral],
    referLedger: noteRefer(d.state.referLedger, request.peer, d.now),
    prompt: undefined,
  });
  perform(d, referral, step.effects);
}

/** Something happened to a call: whoever was promised a report of it hears. */
export function driveReferrals(
  d: Draft,
  call: CallId,
  of: 'progress' | 'answered' | 'ended',
  status: number,
  cause?: EndCause,
): void {
  for (const referral of d.state.referrals) {
    if (referral.triggered === call) {
      if (of === 'progress') drive(d, referral, { type: 'progress', status });
      else if (of === 'answered') drive(d, referral, { type: 'answered' });
      else if (cause !== undefined) drive(d, referral, { type: 'failed', cause });
    } else if (referral.request.call === call && of === 'ended') drive(d, referral, { type: 'transferor-ended' });
  }
}

/** Timer of a REFER that was accepted. */
export function referralTimer(d: Draft, timer: 'ask' | 'bye', refer: string): void {
  const referral = d.state.referrals.find((each) => each.refer === refer);
  if (referral !== undefined) drive(d, referral, { type: 'timer', timer });
}

function drive(d: Draft, referral: Referral, event: TransfereeEvent): void {
  const step = transfereeStep(referral.machine, event, referral.request, policyOf(d.state));
  const edge = edgeOf(referral.machine, event.type, step);
  if (edge !== undefined) d.emit({ type: 'note', word: TRANSFEREE_STEP, detail: edge });
  const next: Referral = { ...referral, machine: step.state };
  d.set({ referrals: d.state.referrals.map((each) => (each.refer === referral.refer ? next : each)) });
  perform(d, next, step.effects);
}

/** The person has it in the ear, or will have at once, or has joined it with another. */
function isInUse({ phase }: Call): boolean {
  return ['talking', 'resuming', 'joined'].includes(phase.name);
}

function perform(d: Draft, referral: Referral, effects: readonly TransfereeEffect[]): void {
  for (const effect of effects) act(d, referral, effect);
  d.set({ referrals: d.state.referrals.filter((each) => each.machine.name !== 'over') });
}

function act(d: Draft, { refer, request }: Referral, effect: TransfereeEffect): void {
  const transferor = request.call === undefined ? undefined : d.call(request.call);
  switch (effect.type) {
    case 'answer-refer':
      d.emit({ type: 'answer-refer', refer, status: effect.status });
      return;
    case 'report':
      d.emit({ type: 'report-refer', refer, status: effect.status });
      return;
    case 'silence-transferor':
      if (transferor?.phase.name === 'talking') d.phase(transferor.id, { name: 'held', mutedOnly: true });
      return;
    case 'unsilence-transferor':
      if (transferor?.phase.name === 'held' && transferor.phase.mutedOnly && inHand(d.state) === undefined) {
        d.phase(transferor.id, { name: 'talking' });
      }
      return;
    case 'invite': {
      const call = d.mintCall();
      const { replaces, referredBy } = effect;
      const placed = place(d, {
        call,
        to: effect.to,
        account: request.account,
        line: undefined,
        ...(replaces === undefined ? {} : { replaces }),
        ...(referredBy === undefined ? {} : { referredBy }),
        requireReplaces: effect.require.includes('replaces'),
      });
      if (!placed) throw new Error('a REFER came over no account');
      const by = referredBy === undefined ? transferor?.number : nameIn(referredBy);
      const via = transferor === undefined ? undefined : `transferred by ${transferor.number}`;
      // the Contact of a phone says nothing to a person; once they have answered, an exchange may vouch for a number
      const unknown = CONTACT_USER.test(d.call(call)?.number ?? '') ? { number: `${MADE_UP} ${by}` } : {};
      const earlier = transferor === undefined ? [] : [...transferor.earlier, partyOf(transferor)];
      d.patchCall(call, { chained: request.chained + 1, via, earlier, ...unknown });
      d.set({
        referrals: d.state.referrals.map((each) => (each.refer === refer ? { ...each, triggered: call } : each)),
      });
      return;
    }
    case 'activate': {
      // it talks already: `answered` made it so
      const id = d.state.referrals.find((each) => each.refer === refer)?.triggered;
      if (id !== undefined) tellParty(d, id);
      return;
    }
    case 'end': {
      // The old call is in use again: whoever took it back, or joined it, ends it.
      if (effect.leg === 'transferor' && transferor !== undefined && isInUse(transferor)) return;
      const id =
        effect.leg === 'transferor'
          ? transferor?.id
          : d.state.referrals.find((each) => each.refer === refer)?.triggered;
      if (id !== undefined) hangUp(d, id);
      return;
    }
    case 'nobody-left':
      d.beep(toneFor(effect.status));
      d.say(5_000, 'Transfer', wordFor(effect.status));
      return;
    case 'set-timer':
      d.emit({ type: 'set-timer', timer: `refer:${effect.timer}:${refer}`, afterMs: effect.afterMs });
      return;
    case 'clear-timer':
      d.emit({ type: 'clear-timer', timer: `refer:${effect.timer}:${refer}` });
      return;
    case 'ask':
      return; // never reached: what would have to be asked is refused
    default:
      effect satisfies never;
      throw new Error('unknown transferee effect');
  }
}
