import type { TransferTimer } from '@switchhook/transfer';
import { readiness } from '../dial-plan/dial-plan.ts';
import { seize } from './acts.ts';
import { answerUnasked } from './auto-answer.ts';
import { send } from './dialling.ts';
import type { PhoneSettings, PhoneTimer } from './door.ts';
import type { Draft } from './draft.ts';
import { errandTimeout } from './errand.ts';
import { callsIn, inHand, isDead, isLeg, isUnderWay, liveTransfer } from './inquiry.ts';
import { plainStep } from './intents.ts';
import { ringTime, unanswered } from './reception.ts';
import { referralTimer } from './referred.ts';
import type { Call, Due, PhoneState, Prompt, Timers } from './state.ts';
import { drive } from './transfer-machine.ts';

const errandMs = 40_000;
const ticketMs = 60_000;
const verdictTicketMs = 300_000;
const failedLampMs = 5_000;

/**
 * The timers that must run in this state (the transfer machine's own come besides). They follow from the state, so
 * that none is forgotten and none is left behind.
 */
export function timersOf(state: PhoneState): Timers {
  const due = new Map<PhoneTimer, Due>();
  const { prompt, settings, errand } = state;
  if (prompt !== undefined && prompt.digits !== '' && !isDead(prompt) && prompt.picked === undefined) {
    due.set('interdigit', { afterMs: interdigitMs(settings, prompt), key: `${prompt.line} ${prompt.digits}` });
  } else if (prompt?.picked !== undefined && !isDead(prompt)) {
    due.set('dial-tone', { afterMs: settings.dialToneMs, key: `${prompt.line} ${prompt.picked}` });
  } else if (prompt?.tone === 'dial') {
    due.set('dial-tone', { afterMs: settings.dialToneMs, key: prompt.line });
    const { hotline } = settings;
    if (hotline !== undefined && prompt.purpose.name === 'call')
      due.set('hotline', { afterMs: hotline.afterMs, key: prompt.line });
  } else if (prompt?.tone === 'dead') due.set('off-hook', { afterMs: settings.reorderMs, key: prompt.line });
  else if (isLeftOff(state)) due.set('off-hook', { afterMs: settings.reorderMs, key: 'left off' });
  if (state.beep !== undefined) due.set('beep', { afterMs: state.beep.forMs, key: state.beep });
  if (state.quiet !== undefined) due.set('quiet', { afterMs: state.quiet.forMs, key: state.quiet });
  if (state.message !== undefined) due.set('display', { afterMs: state.message.forMs, key: state.message });
  if (state.failedLines !== undefined) due.set('failed-lamp', { afterMs: failedLampMs, key: state.failedLines });
  if (errand !== undefined) due.set('errand', { afterMs: errandMs, key: `${errand.name} ${errand.call}` });
  const live = liveTransfer(state);
  const busy = inHand(state) !== undefined || (prompt !== undefined && !isDead(prompt));
  const consults = live !== undefined && (busy || isUnderWay(live));
  for (const call of state.calls) {
    if (call.phase.name === 'ringing' && call.replaces === undefined) {
      const afterMs = ringTime(state, call);
      due.set(`ring:${call.id}`, { afterMs, key: `${call.since} ${afterMs}` });
      if (call.answersAfterMs !== undefined && isAlone(state, call))
        due.set(`auto:${call.id}`, { afterMs: call.answersAfterMs, key: call.since });
    }
    const waits = call.phase.name === 'held' && !call.recalling && !(consults && isLeg(live, call.id));
    if (waits && settings.holdRecallSec > 0) {
      due.set(`recall:${call.id}`, { afterMs: settings.holdRecallSec * 1000, key: call.heldSince });
    }
  }
  for (const { ticket, until } of state.waiting) {
    due.set(`ticket:${ticket}`, { afterMs: until.name === 'outcome' ? verdictTicketMs : ticketMs, key: ticket });
  }
  return due;
}

/** All calls are over, and the handset is not in its place. */
function isLeftOff({ hook, calls, prompt, errand, beep }: PhoneState): boolean {
  return hook === 'off' && calls.length === 0 && !prompt && !errand && !beep;
}

/** No other call, and nobody about to dial: a phone in use is never answered for its person. */
function isAlone({ calls, prompt, errand }: PhoneState, call: Call): boolean {
  return calls.every(({ id, phase }) => id === call.id || phase.name === 'ending') && !prompt && !errand;
}

/**
 * How long to wait for another digit (phone-ux.md §4.4). At "Transfer to?" a complete number waits the short time as
 * well: a long press may still make a blind transfer of it.
 */
function interdigitMs(settings: PhoneSettings, { digits, sent, purpose }: Prompt): number {
  if (sent) return 0;
  const short = Math.min(settings.shortInterdigitMs, settings.interdigitMs);
  const ready = readiness(settings.dialPlan, settings.emergencyNumbers, digits);
  switch (ready) {
    case 'open':
      return settings.interdigitMs;
    case 'enough':
      return short;
    case 'complete':
      return purpose.name === 'transfer' ? short : 0;
    default:
      ready satisfies never;
      throw new Error('unknown readiness');
  }
}

/** Set and clear what differs from the timers that run. */
export function emitTimers(d: Draft, was: Timers): void {
  const is = d.state.timers;
  for (const timer of was.keys()) if (!is.has(timer)) d.emit({ type: 'clear-timer', timer });
  for (const [timer, { afterMs, key }] of is) {
    if (was.get(timer)?.key !== key) d.emit({ type: 'set-timer', timer, afterMs });
  }
}

/** A timer has fired. One that this state does not know is late and does nothing. */
export function timerStep(d: Draft, timer: PhoneTimer): void {
  if (timer.startsWith('transfer:')) {
    const [, name, id] = timer.split(':');
    const record = d.state.transfers.find((each) => each.pair.transfer === id);
    if (record !== undefined) drive(d, record.pair.transfer, { type: 'timer', timer: name as TransferTimer });
    return;
  }
  if (timer.startsWith('refer:')) {
    const [, name, id = ''] = timer.split(/^refer:(ask|bye):/);
    if (name === 'ask' || name === 'bye') referralTimer(d, name, id);
    return;
  }
  if (!timersOf(d.state).has(timer)) return;
  const [kind, id] = timer.split(/:(.*)/s);
  const call = d.state.calls.find((each) => each.id === id);
  switch (kind) {
    case 'interdigit': {
      const { prompt } = d.state;
      send(d, undefined, plainStep, 'key.send');
      if (prompt !== undefined && d.state.prompt === prompt) d.set({ prompt: { ...prompt, tone: 'dead' } });
      return;
    }
    case 'dial-tone':
      if (d.state.prompt !== undefined) d.set({ prompt: { ...d.state.prompt, tone: 'dead' } });
      return;
    case 'off-hook': {
      if (d.state.prompt === undefined) seize(d, undefined);
      const { prompt, hook } = d.state;
      if (prompt === undefined) return;
      // with the handset in its place nobody has forgotten it: the line is given back
      if (hook === 'on' && prompt.purpose.name === 'call') d.set({ prompt: undefined });
      else d.set({ prompt: { ...prompt, tone: 'forgotten' } });
      return;
    }
    case 'hotline': {
      const { prompt, settings } = d.state;
      if (prompt === undefined || settings.hotline === undefined) return;
      plainStep(d, { verb: 'call.dial', to: settings.hotline.to, line: prompt.line }, undefined);
      if (d.state.prompt === prompt) d.set({ prompt: { ...prompt, tone: 'dead' } });
      return;
    }
    case 'beep':
      d.set({ beep: undefined });
      return;
    case 'quiet':
      d.set({ quiet: undefined });
      return;
    case 'display':
      d.set({ message: undefined, asks: undefined });
      return;
    case 'failed-lamp':
      d.set({ failedLines: undefined });
      return;
    case 'errand':
      errandTimeout(d);
      return;
    case 'ring':
      if (call !== undefined) unanswered(d, call);
      return;
    case 'auto':
      if (call !== undefined) answerUnasked(d, call);
      return;
    case 'recall':
      if (call === undefined) return;
      d.patchCall(call.id, { recalling: true });
      if (callsIn(d.state, 'talking').length > 0) d.beep('call-waiting');
      return;
    case 'ticket':
      for (const { ticket } of d.state.waiting.filter((each) => each.ticket === id))
        d.failed(ticket, 'timeout', 'No answer in time');
      d.set({ waiting: d.state.waiting.filter((each) => each.ticket !== id) });
      return;
    default:
      throw new Error(`unknown timer ${timer}`);
  }
}
