import type { AccountId, CallId } from '@switchhook/sip-core';
import type { ErrorCode } from '../control/protocol.ts';
import { settingShapes } from '../control/settings.ts';
import { isDialable } from '../dial-plan/dialable.ts';
import type { Intent, Verb } from '../intent.ts';
import { mayBe, settingName } from './choices.ts';
import {
  accountOf,
  callsIn,
  canCall,
  currentTransfer,
  dialPlanned,
  emergencyCall,
  isEmergency,
  liveTransfer,
  recordOf,
  uriFor,
} from './inquiry.ts';
import { bridged, conference } from './joined.ts';
import { type CallVerb, callVerbs, candidates, ordinary, type Standing, standingOf } from './standing.ts';
import type { Call, PhoneState, TransferRecord } from './state.ts';
import type { Press } from './transfer-facts.ts';
import { machineAccepts } from './transfer-machine.ts';
import { pickable, pickup } from './watched.ts';

/**
 * The one table of what can be done now. The reducer accepts and refuses by it, `canDo` lists by it, the lamps of a
 * remote panel grey by it: they cannot disagree.
 */

/** Verbs with one meaning in every state; the keys' verbs are translated into these first. */
export type PlainVerb = Exclude<Verb, `key.${string}` | `hook.${string}` | `headset.${string}`>;
export type PlainIntent = Extract<Intent, { readonly verb: PlainVerb }>;

export type Verdict =
  | { readonly ok: true; readonly call?: CallId; readonly record?: TransferRecord }
  | { readonly ok: false; readonly code: ErrorCode; readonly text: string };

const yes: Verdict = { ok: true };
function no(code: ErrorCode, text: string): Verdict {
  return { ok: false, code, text };
}

function isCallVerb(verb: PlainVerb): verb is CallVerb {
  return (callVerbs as readonly PlainVerb[]).includes(verb);
}

const refusals: Readonly<Record<CallVerb, string>> = {
  'call.answer': 'No call to answer now',
  'call.reject': 'No call is ringing',
  'call.hangup': 'No call to end',
  'call.hold': 'No call to hold now',
  'call.resume': 'No call to take back now',
  'call.dtmf': 'Nobody hears digits now',
  'transfer.start': 'No call to transfer now',
  'transfer.blind': 'No call to transfer now',
};

function isPercent(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= 100;
}

/** Whether `verb` can be done at all now, whatever its arguments say. */
function able(standing: Standing, verb: PlainVerb): Verdict {
  const { state, hand, live } = standing;
  switch (verb) {
    case 'call.answer':
    case 'call.reject':
    case 'call.hangup':
    case 'call.hold':
    case 'call.resume':
    case 'call.dtmf':
    case 'transfer.blind':
      return candidates(standing, verb).length > 0 ? yes : no('not_in_state', refusals[verb]);
    case 'transfer.start':
      return candidates(standing, verb).length > 0 || hasPair(state) ? yes : no('not_in_state', refusals[verb]);
    case 'call.dial': {
      if (state.errand !== undefined) return no('not_in_state', 'One moment');
      if (live !== undefined) return no('not_in_state', 'Finish the transfer first');
      if (hand !== undefined && (hand.phase.name !== 'talking' || hand.emergency)) {
        return no('not_in_state', 'A call is up');
      }
      if (state.calls.length >= state.settings.maxCalls) return no('not_in_state', 'No free line');
      if (!state.settings.accounts.some((account) => canCall(state, account))) {
        return no('not_registered', 'Not registered');
      }
      return yes;
    }
    case 'call.swap': {
      if (live !== undefined) return machineAccepts(state, live, 'swap') ? yes : no('not_in_state', 'No call to swap');
      const talking = ordinary(standing.talking).length;
      if (state.errand !== undefined || talking !== 1) return no('not_in_state', 'No call to swap');
      const held = standing.takable.length;
      if (held === 0) return no('not_in_state', 'No call on hold');
      return held === 1 ? yes : no('ambiguous', 'Press the key of the line');
    }
    case 'call.mute':
      return hand !== undefined || standing.held.length > 0 ? yes : no('not_in_state', 'No call to mute');
    case 'transfer.complete':
    case 'transfer.cancel':
    case 'transfer.swap':
    case 'transfer.merge':
    case 'transfer.bridge':
      return transferable(state, verb);
    case 'blf.pickup':
      if (!pickable(state)) return no('not_in_state', 'Nothing rings there');
      return able(standing, 'call.dial');
    case 'audio.route':
    case 'audio.volume':
    case 'settings.set':
    case 'system.reregister':
      return yes;
    default:
      verb satisfies never;
      throw new Error(`unknown verb ${verb}`);
  }
}

type TransferVerb = `transfer.${Press}`;

const tooLate: Readonly<Record<TransferVerb, string>> = {
  'transfer.complete': 'Cannot complete now',
  'transfer.cancel': 'Too late to cancel',
  'transfer.swap': 'No call to swap',
  'transfer.merge': 'Nobody to join now',
  'transfer.bridge': 'Nobody to join now',
};

/** By name one transfer; without, the current one or the pair that the phone has joined. */
function transferable(state: PhoneState, verb: TransferVerb, named?: TransferRecord): Verdict {
  if (state.transfers.length === 0) return no('not_in_state', 'No transfer');
  const current = currentTransfer(state);
  const all = [named ?? current, ...(named === undefined ? [bridged(state, true), bridged(state, false)] : [])];
  const records = all.filter((record) => record !== undefined);
  if (records.length === 0) return no('not_in_state', 'No transfer');
  if (state.errand !== undefined) return no('not_in_state', 'One moment');
  const press = verb.slice('transfer.'.length) as Press;
  for (const record of records) {
    if (verb === 'transfer.complete' && record.kind === 'attended' && record.to === undefined)
      return no('not_in_state', 'Dial a number first');
    if (machineAccepts(state, record, press)) return { ok: true, record };
  }
  return no('not_in_state', tooLate[verb]);
}
/** Judge one intent, arguments and all. */
export function judge(state: PhoneState, intent: PlainIntent): Verdict {
  // an emergency number is dialled from every state (features.md §1.3)
  if (intent.verb === 'call.dial' && isEmergency(state.settings, intent.to))
    return emergencyCall(state) === undefined ? yes : no('not_in_state', 'The emergency call is up');
  if (intent.verb === 'transfer.start' && intent.consult !== undefined)
    return joinable(state, intent.callId, intent.consult);
  const standing = standingOf(state);
  if (isCallVerb(intent.verb) && 'callId' in intent && intent.callId !== undefined) {
    const { callId } = intent;
    if (!state.calls.some((call) => call.id === callId)) return no('unknown_call', 'No such call');
    if (!candidates(standing, intent.verb).includes(callId)) return no('not_in_state', refusals[intent.verb]);
  }
  if ('transferId' in intent && intent.transferId !== undefined) {
    const { transferId } = intent;
    const record = state.transfers.find((each) => each.pair.transfer === transferId);
    if (record === undefined) return no('unknown_transfer', 'No such transfer');
    if (record !== currentTransfer(state) && record.machine.name !== 'bridged')
      return no('not_in_state', 'That transfer is over');
    return transferable(state, intent.verb, record);
  }
  const verdict = able(standing, intent.verb);
  if (!verdict.ok) return verdict;
  switch (intent.verb) {
    case 'call.dial':
      if (!isDialable(intent.to)) return no('bad_schema', 'Not a number');
      if (intent.line !== undefined && !isLine(state, intent.line)) return no('bad_schema', 'No such line');
      if (intent.account !== undefined && accountOf(state, intent.account) === undefined)
        return no('bad_schema', 'No such account');
      return mayDial(state, intent.to, intent.account);
    case 'transfer.start':
    case 'transfer.blind':
      if (intent.to !== undefined && !isDialable(intent.to)) return no('bad_schema', 'Not a number');
      if (intent.to !== undefined && isEmergency(state.settings, intent.to))
        return no('number_not_allowed', 'Emergency numbers are dialled, not transferred to');
      if (intent.to !== undefined && !mayDial(state, intent.to).ok) return mayDial(state, intent.to);
      return oneCall(standing, intent.verb, intent.callId);
    case 'call.answer':
    case 'call.hangup':
    case 'call.hold':
    case 'call.resume':
      return oneCall(standing, intent.verb, intent.callId);
    case 'call.reject':
      if (intent.code !== undefined && !(Number.isInteger(intent.code) && intent.code >= 400 && intent.code <= 699)) {
        return no('bad_schema', 'Not a code to refuse with');
      }
      return oneCall(standing, intent.verb, intent.callId);
    case 'call.dtmf':
      if (!/^[0-9A-Da-d*#]{1,64}$/.test(intent.digits)) return no('bad_schema', 'Not digits');
      // who is in a conference says it to everybody there
      if (intent.callId === undefined && conference(state)[0] !== undefined)
        return { ok: true, call: conference(state)[0]!.id };
      return oneCall(standing, intent.verb, intent.callId);
    case 'blf.pickup':
      if (state.settings.blf[intent.n - 1] === undefined) return no('bad_schema', 'No such BLF key');
      return pickup(state, intent.n) === undefined ? no('not_in_state', 'Nothing rings there') : yes;
    case 'audio.route':
      return state.lostRoutes.includes(intent.route) ? no('media_error', `No ${intent.route} there`) : yes;
    case 'audio.volume':
      return isPercent(intent.percent) ? yes : no('bad_schema', 'Volume goes from 0 to 100');
    case 'settings.set': {
      const name = settingName(state.settings, intent.key);
      if (name === undefined) return no('bad_schema', `No such setting: ${Object.keys(settingShapes).join(', ')}`);
      if (!mayBe(name, intent.value)) return no('bad_schema', `Not a value for ${intent.key}`);
      if (name.key.startsWith('forward_') && isOurs(state, intent.value))
        return no('bad_schema', 'Calls cannot be forwarded to this phone itself');
      if (name.key.startsWith('forward_') && typeof intent.value === 'string' && intent.value !== '') {
        if (isEmergency(state.settings, intent.value))
          return no('number_not_allowed', 'Calls are not forwarded to an emergency number');
        const { refuse } = dialPlanned(state.settings, intent.value);
        if (refuse !== undefined) return no('number_not_allowed', refuse);
      }
      if (intent.key === 'route' && state.lostRoutes.includes(intent.value as 'handset')) {
        return no('media_error', `No ${intent.value} there`);
      }
      return yes;
    }
    case 'transfer.complete':
    case 'transfer.cancel':
    case 'transfer.swap':
    case 'transfer.merge':
    case 'transfer.bridge':
    case 'call.swap':
    case 'call.mute':
    case 'system.reregister':
      return verdict;
    default:
      intent satisfies never;
      throw new Error('unknown intent');
  }
}

/** One talks, another is held, and nothing is going on: the one could be handed to the other, without a further call. */
function hasPair(state: PhoneState): boolean {
  if (state.errand !== undefined || liveTransfer(state) !== undefined) return false;
  const known = ({ dialog, peer, emergency }: Call) => dialog !== undefined && peer !== undefined && !emergency;
  return callsIn(state, 'talking').some(known) && callsIn(state, 'held').some(known);
}

/** Two calls that stand, one talking and one held, and no transfer over either. */
function joinable(state: PhoneState, callId: CallId | undefined, consult: CallId): Verdict {
  const caller = state.calls.find((call) => call.id === callId);
  const target = state.calls.find((call) => call.id === consult);
  if (caller === undefined || target === undefined) return no('unknown_call', 'No such call');
  if (caller === target) return no('bad_schema', 'A call cannot be transferred to itself');
  const phases = [caller.phase.name, target.phase.name].sort().join(' ');
  const known = [caller, target].every(
    (call) => call.dialog !== undefined && call.peer !== undefined && !call.emergency,
  );
  if (!hasPair(state)) return no('not_in_state', refusals['transfer.start']);
  if (phases !== 'held talking' || !known) return no('not_in_state', 'One call must talk and the other be on hold');
  return { ok: true, call: caller.id };
}

function oneCall(standing: Standing, verb: CallVerb, named: CallId | undefined): Verdict {
  if (named !== undefined) return { ok: true, call: named };
  const [call, another] = candidates(standing, verb);
  if (call === undefined) return no('not_in_state', refusals[verb]);
  return another === undefined ? { ok: true, call } : no('ambiguous', 'Which call?');
}

/** Whether the dial plan lets `to` be dialled, and its account can; a wished account comes before that of the plan. */
export function mayDial(state: PhoneState, to: string, wished?: AccountId): Verdict {
  const { account, refuse } = dialPlanned(state.settings, to);
  if (refuse !== undefined) return no('number_not_allowed', refuse);
  const named = wished ?? account;
  const known = named === undefined ? undefined : accountOf(state, named);
  return known === undefined || canCall(state, known) ? yes : no('not_registered', 'Not registered');
}

/** Our own number, or our own address. */
function isOurs({ settings }: PhoneState, target: unknown): boolean {
  if (typeof target !== 'string') return false;
  return settings.accounts.some((account) => target === account.user || uriFor(account, target) === recordOf(account));
}

function isLine(state: PhoneState, line: number): boolean {
  return Number.isInteger(line) && line >= 1 && line <= state.settings.lines;
}

const plainVerbs: readonly PlainVerb[] = [
  'call.dial',
  'call.answer',
  'call.reject',
  'call.hangup',
  'call.hold',
  'call.resume',
  'call.swap',
  'call.dtmf',
  'call.mute',
  'audio.route',
  'audio.volume',
  'transfer.start',
  'transfer.complete',
  'transfer.cancel',
  'transfer.swap',
  'transfer.merge',
  'transfer.bridge',
  'transfer.blind',
  'blf.pickup',
  'settings.set',
  'system.reregister',
];

/** Every verb that some arguments would make acceptable now. Emergency numbers can be dialled besides, always. */
export function canDo(state: PhoneState, standing = standingOf(state)): readonly PlainVerb[] {
  // `ambiguous` without arguments still has a call that can be named, but swap names none
  return plainVerbs.filter((verb) => able(standing, verb).ok);
}

/** The verbs that can act on this one call. */
export function canDoWith(standing: Standing, call: CallId): readonly PlainVerb[] {
  return callVerbs.filter((verb) => candidates(standing, verb).includes(call));
}
