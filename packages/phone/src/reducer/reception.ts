import type { Diversion } from '@switchhook/sip-core';
import { fit } from '../dial-plan/pattern.ts';
import { hangUp, newCall } from './acts.ts';
import { type Choices, choicesFor } from './choices.ts';
import type { CallEvent } from './door.ts';
import type { Draft } from './draft.ts';
import { accountOf, addressOver, emptiest, isDead, nameOf, userOf } from './inquiry.ts';
import { replacing } from './referred.ts';
import type { Call, PhoneState } from './state.ts';

/*
 *  incoming ─► call-back after an emergency ──────────────────────────► rings
 *     ├─ forward_always, not from its own target, no loop ─► 302
 *     ├─ dnd ─► 486, or as configured
 *     ├─ no place left, or no call waiting ─► forward_busy: 302, else 486
 *     └─ rings ─► auto_answer, no other call up: answered · forward_noanswer: 302 · ring time: 480
 */

type Incoming = Extract<CallEvent, { type: 'incoming' }>;

/** What becomes of a call that comes. */
export type Reception =
  | { readonly name: 'ring'; readonly answersAfterMs: number | undefined }
  | { readonly name: 'divert'; readonly to: string; readonly reason: Diversion['reason'] }
  | { readonly name: 'refuse'; readonly status: number; readonly why: string };

/** The status for who has been sent round too often. */
const loopStatus = 480;

/** A call for us. */
export function incoming(d: Draft, event: Incoming): void {
  if (d.call(event.call) !== undefined) {
    d.emit({ type: 'note', word: 'call-id-twice', detail: event.call });
    return;
  }
  if (event.replaces !== undefined) {
    replacing(d, event, event.replaces);
    return;
  }
  const { uri, display } = event.peer.party;
  const number = userOf(uri);
  const who = { callId: event.call, number, ...(display === undefined ? {} : { name: display }) };
  const reception = receive(d.state, event, d.now);
  switch (reception.name) {
    case 'refuse':
      d.emit({ type: 'reject', call: event.call, status: reception.status });
      d.notice({ event_type: 'missed', ...who, code: reception.status, reason: reception.why });
      return;
    case 'divert': {
      const { to, reason } = reception;
      d.emit({
        type: 'reject',
        call: event.call,
        status: 302,
        divert: { to: addressOf(d, event.account, to), reason },
      });
      d.notice({ event_type: 'ended', ...who, code: 302, reason: `forwarded to ${to}` });
      return;
    }
    case 'ring':
      break;
    default:
      reception satisfies never;
      throw new Error('unknown reception');
  }
  const call = newCall(d, {
    id: event.call,
    line: freeLineFor(d, event.account),
    account: event.account,
    direction: 'in',
    phase: { name: 'ringing' },
    number,
    address: uri,
    peer: event.peer,
    trusted: event.trusted,
    via: viaOf(event),
    answersAfterMs: reception.answersAfterMs,
    diversions: event.diversions ?? 0,
    alert: event.trusted ? alertOf(event.alertInfo) : undefined,
  });
  d.set({ calls: [...d.state.calls, call] });
  d.emit({ type: 'ring', call: call.id });
  d.notice({ event_type: 'incoming', ...who });
}

/** The one judge of calls that come (phone-ux.md §4.1, features.md §1.3 and §1.6). */
export function receive(state: PhoneState, event: Incoming, now: number): Reception {
  const { settings } = state;
  const choices = choicesFor(state, event.account);
  const number = userOf(event.peer.party.uri);
  const divert = (to: string, reason: Diversion['reason'], otherwise: Reception): Reception => {
    if (to === '' || isSame(to, number, event.peer.party.uri)) return otherwise;
    if ((event.diversions ?? 0) >= settings.forwardLimit || (event.hopsLeft ?? 70) < 2)
      return { name: 'refuse', status: loopStatus, why: 'forwarded too often' };
    return { name: 'divert', to, reason };
  };
  const ring: Reception = { name: 'ring', answersAfterMs: undefined };
  // who answers emergency calls must be able to call back (RFC 6881)
  const callsBack = state.callBackUntil !== undefined && now < state.callBackUntil;
  if (!callsBack) {
    const sent = divert(choices.forwardAlways, 'unconditional', ring);
    if (sent.name !== 'ring') return sent;
    // where all calls are sent to gets through, even when nobody else does
    const chosen = choices.forwardAlways !== '';
    if (choices.dnd && !chosen) return { name: 'refuse', status: settings.dndStatus, why: 'do not disturb' };
  }
  // a target that is still to be dialled has its place already
  const promised = state.transfers.filter(
    ({ pair, outcome }) =>
      outcome === undefined && pair.target !== undefined && !state.calls.some(({ id }) => id === pair.target),
  );
  const full = state.calls.length + promised.length >= settings.maxCalls;
  const busy = !settings.callWaiting && !callsBack && isEngaged(state);
  if (full || busy) return divert(choices.forwardBusy, 'user-busy', { name: 'refuse', status: 486, why: 'busy' });
  return { name: 'ring', answersAfterMs: callsBack ? undefined : answersAfterMs(state, choices, event, number) };
}

/** Somebody is on the phone, or is about to be. */
function isEngaged({ calls, prompt, errand }: PhoneState): boolean {
  return calls.length > 0 || errand !== undefined || (prompt !== undefined && !isDead(prompt));
}

/** Only callers that our own exchange brings, and only those of the list where there is one. */
function answersAfterMs(
  { settings: { autoAnswer } }: PhoneState,
  choices: Choices,
  event: Incoming,
  number: string,
): number | undefined {
  if (
    !event.trusted ||
    !(autoAnswer.from.length === 0 || autoAnswer.from.some((pattern) => fit(pattern, number).whole))
  )
    return undefined;
  switch (choices.autoAnswer) {
    case 'off':
      return undefined;
    case 'intercom':
      return event.answerAfterS === undefined ? undefined : event.answerAfterS * 1000;
    case 'all':
      return event.answerAfterS === undefined ? autoAnswer.afterMs : event.answerAfterS * 1000;
    default:
      choices.autoAnswer satisfies never;
      throw new Error('unknown auto answer');
  }
}

function isSame(target: string, number: string, uri: string): boolean {
  return target === number || target === uri || `sip:${target}` === uri;
}

/** Nobody has answered for so long: to whom calls go then, or 480. */
export function ringTime(state: PhoneState, call: Call): number {
  const { forwardNoAnswer, forwardNoAnswerSec } = choicesFor(state, call.account);
  const { ringTimeoutMs } = state.settings;
  return forwardNoAnswer === '' ? ringTimeoutMs : Math.min(forwardNoAnswerSec * 1000, ringTimeoutMs);
}

/** The ring time of a caller is over. */
export function unanswered(d: Draft, call: Call): void {
  const { forwardNoAnswer: to } = choicesFor(d.state, call.account);
  const callsBack = d.state.callBackUntil !== undefined && d.now < d.state.callBackUntil;
  if (
    to === '' ||
    callsBack ||
    call.diversions >= d.state.settings.forwardLimit ||
    isSame(to, call.number, call.address)
  ) {
    hangUp(d, call.id, 480);
    return;
  }
  d.emit({
    type: 'reject',
    call: call.id,
    status: 302,
    divert: { to: addressOf(d, call.account, to), reason: 'no-answer' },
  });
  d.phase(call.id, { name: 'ending' });
  d.say(5_000, `Forwarded to ${to}`, nameOf(call));
}

function addressOf(d: Draft, account: Call['account'], to: string): string {
  const own = accountOf(d.state, account) ?? d.state.settings.accounts[0];
  return own === undefined ? `sip:${to}` : addressOver(d.state.settings, own, to);
}

/** Who brought the call here, for the display. */
function viaOf({ referredBy, divertedBy }: Incoming): string | undefined {
  if (referredBy !== undefined) return `from ${userOf(referredBy.replace(/^.*<|>.*$/g, ''))}`;
  return divertedBy === undefined ? undefined : `forwarded by ${userOf(divertedBy)}`;
}

/** `<…>;info=alert-internal`, and what others write for it. */
function alertOf(alertInfo: string | undefined): Call['alert'] {
  const word = /\binfo\s*=\s*"?(?:alert-)?(internal|external)/i.exec(alertInfo ?? '')?.[1]?.toLowerCase();
  return word === 'internal' || word === 'external' ? word : undefined;
}

/** A caller does not sit down on a line that was seized, nor on the one that waits for a transfer's target. */
function freeLineFor(d: Draft, account: Call['account']): number {
  const seized = d.state.prompt?.line;
  const loads = new Map<number, number>();
  for (let line = 1; line <= d.state.settings.lines; line++) loads.set(line, line === seized ? 1 : 0);
  for (const call of d.state.calls) loads.set(call.line, (loads.get(call.line) ?? 0) + 1);
  return emptiest(d.state.settings, loads, account);
}
