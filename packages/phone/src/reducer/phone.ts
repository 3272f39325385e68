import type { CallId } from '@switchhook/sip-core';
import type { Verb } from '../intent.ts';
import { lamps } from '../lamps.ts';
import { display } from '../view.ts';
import { callStep } from './calls.ts';
import { canDo } from './can-do.ts';
import type { PhoneEffect, PhoneEvent, PhoneStep } from './door.ts';
import { Draft } from './draft.ts';
import { seizesSoon } from './inquiry.ts';
import { intentStep } from './intents.ts';
import { levels } from './levels.ts';
import { referRequested } from './referred.ts';
import { returnRoute, routeStep } from './routes.ts';
import type { Bridge, PhoneState } from './state.ts';
import { settleWaiting } from './tickets.ts';
import { emitTimers, timerStep, timersOf } from './timers.ts';
import { drive, referOf } from './transfer-machine.ts';
import { watchedStep } from './watched.ts';

/*
 *  event ──► what it means (intents · keys · calls · errand · transfer-machine · referred · timers)
 *                │ state, effects
 *                ▼
 *            tickets that can be settled ──► levels and timers that follow from the state ──► Step
 */

/** The telephone. See `PhoneStep`. */
export const phone: PhoneStep = (state, event, now) => {
  const d = new Draft(state, now);
  receive(d, event);
  if (event.type === 'intent') neverSilent(d, state, event.intent.verb);
  // the hold that would have seized a line came to nothing
  if (d.state.ahead !== '' && !seizesSoon(d.state)) d.set({ ahead: '' });
  settleWaiting(d);
  returnRoute(d);
  noticePhases(d, state);
  emitLevels(d);
  emitTimers(d, state.timers);
  return { state: d.state, effects: withCanDo(d) };
};

function receive(d: Draft, event: PhoneEvent): void {
  switch (event.type) {
    case 'intent':
      intentStep(d, event.intent, event.ticket);
      return;
    case 'incoming':
    case 'progress':
    case 'answered':
    case 'peer-changed':
    case 'peer-held':
    case 'held':
    case 'hold-refused':
    case 'resumed':
    case 'resume-refused':
    case 'negotiated':
    case 'flowing':
    case 'digit':
    case 'ended':
      callStep(d, event);
      return;
    case 'refer-answered': {
      const { status, phrase, withoutSubscription, retryAfterS } = event;
      const of = referOf(d, event.refer);
      if (of === undefined) return;
      const retry = retryAfterS === undefined ? {} : { retryAfterMs: retryAfterS * 1000 };
      drive(d, of.id, { type: 'refer-answered', round: of.round, status, phrase, withoutSubscription, ...retry });
      return;
    }
    case 'refer-notified': {
      const { status, phrase, subscription, expiresS } = event;
      const of = referOf(d, event.refer);
      if (of === undefined) return;
      const expires = expiresS === undefined ? {} : { expiresMs: expiresS * 1000 };
      drive(d, of.id, { type: 'notified', round: of.round, status, phrase, subscription, ...expires });
      return;
    }
    case 'refer-requested':
      referRequested(d, event);
      return;
    case 'registration':
      d.set({ registrations: { ...d.state.registrations, [event.account]: event.state } });
      return;
    case 'route-lost':
    case 'route-found':
    case 'headset':
      routeStep(d, event);
      return;
    case 'mailbox':
    case 'blf':
      watchedStep(d, event);
      return;
    case 'settings':
      d.set({ settings: { ...d.state.settings, ...event.settings } });
      return;
    case 'refusal':
      d.beep('refusal');
      d.say(3_000, event.text);
      return;
    case 'timer':
      timerStep(d, event.timer);
      return;
    default:
      event satisfies never;
      throw new Error('unknown phone event');
  }
}

/**
 * A key that did nothing which is seen or heard says so (phone-ux.md §4.1): what it asks for is on its way already, or
 * cannot be shown yet.
 */
function neverSilent(d: Draft, before: PhoneState, verb: Verb): void {
  if (!/^(key\.|headset\.|hook\.flash)/.test(verb)) return;
  if (!d.effects.every(({ type }) => inward.includes(type))) return;
  const was = { ...before, message: undefined, beep: undefined };
  const { state } = d;
  if (state.beep !== undefined || display(was).join('\n') !== display(state).join('\n')) return;
  if (JSON.stringify(lamps(was)) !== JSON.stringify(lamps(state))) return;
  if (levels(was).tone !== levels(state).tone) return;
  const machines = ({ transfers }: PhoneState) => transfers.map(({ machine }) => machine);
  const [old, now] = [machines(before), machines(state)];
  if (old.length === now.length && old.every((machine, i) => machine === now[i])) d.beep('refusal');
  d.say(3_000, 'One moment');
}

/** Effects that nobody at the phone notices. */
const inward: readonly PhoneEffect['type'][] = ['settle', 'set-timer', 'clear-timer', 'notice', 'note', 'save'];

/** Notices that follow from where calls went. */
function noticePhases(d: Draft, before: PhoneState): void {
  if (d.state.calls === before.calls) return;
  for (const call of d.state.calls) {
    const was = before.calls.find((each) => each.id === call.id)?.phase.name;
    const is = call.phase.name;
    if (was === is || was === undefined) continue;
    const who = { callId: call.id, number: call.number };
    if (is === 'talking') {
      if (was === 'resuming' || was === 'held') d.notice({ event_type: 'resumed', ...who });
      if (was !== 'holding') d.notice({ event_type: 'talking', ...who });
    } else if (is === 'held') d.notice({ event_type: 'held', ...who });
  }
}

function emitLevels(d: Draft): void {
  const is = levels(d.state);
  const was = d.state.sounds;
  if (!areSame(is.connect, was.connect)) d.emit({ type: 'connect', calls: is.connect });
  if (is.bridges.length + was.bridges.length > 0) emitBridges(d, was.bridges, is.bridges);
  if (is.tone !== was.tone) d.emit({ type: 'tone', tone: is.tone });
  if (is.ringer !== was.ringer) d.emit({ type: 'ringer', ring: is.ringer });
  if (is.mute !== was.mute) d.emit({ type: 'mute', on: is.mute });
  d.set({ sounds: is, timers: timersOf(d.state) });
}

function emitBridges(d: Draft, was: readonly Bridge[], is: readonly Bridge[]): void {
  // who leaves a mix leaves before another one takes it in
  const joins = [...was, ...is].filter(
    ({ transfer }, i, all) => all.findIndex((each) => each.transfer === transfer) === i,
  );
  for (const { transfer } of joins) {
    const calls = is.find((each) => each.transfer === transfer)?.calls ?? [];
    const before = was.find((each) => each.transfer === transfer)?.calls ?? [];
    if (!areSame(calls, before)) d.emit({ type: 'bridge', transfer, calls });
  }
}

function areSame(some: readonly CallId[], others: readonly CallId[]): boolean {
  return some.length === others.length && some.every((id, i) => id === others[i]);
}

function isFailure(effect: PhoneEffect): boolean {
  return effect.type === 'settle' && effect.outcome.name === 'failed';
}

/** A refused sender learns what can be done instead, as of the end of the step. */
function withCanDo(d: Draft): readonly PhoneEffect[] {
  if (!d.effects.some(isFailure)) return d.effects;
  return d.effects.map((effect) => {
    if (effect.type !== 'settle' || effect.outcome.name !== 'failed') return effect;
    const error = { ...effect.outcome.error, canDo: canDo(d.state) };
    return { ...effect, outcome: { name: 'failed', error } };
  });
}
