import type { RingName, ToneName } from '@switchhook/rtp-media';
import type { CallId } from '@switchhook/sip-core';
import { isDiverting } from './choices.ts';
import { callsIn, emergencyCall, inHand, isDead } from './inquiry.ts';
import { bridges, conference } from './joined.ts';
import type { PhoneState, Sounds } from './state.ts';
import { messagesWait } from './watched.ts';

/** What microphone, ear and bell get: a function of the state, so that no path can forget to change it. */
export function levels(state: PhoneState): Sounds {
  return {
    connect: connected(state),
    bridges: bridges(state),
    tone: tone(state),
    ringer: ringer(state),
    mute: state.mute,
  };
}

/** The one talking leg, or all of the conference; an emergency call before all, early media last. */
function connected(state: PhoneState): readonly CallId[] {
  const up = callsIn(state, 'talking', 'connecting');
  const one = up.find((call) => call.emergency) ?? up[0];
  if (one !== undefined) return [one.id];
  const all = emergencyCall(state) === undefined ? conference(state) : [];
  if (all.length > 0) return all.map(({ id }) => id);
  const early = state.calls.find((call) => call.phase.name === 'ringback' && call.phase.flowing);
  return early === undefined ? [] : [early.id];
}

function ringing(state: PhoneState): boolean {
  return callsIn(state, 'ringing').some((call) => call.replaces === undefined);
}

function tone(state: PhoneState): ToneName | undefined {
  if (state.beep !== undefined) return state.beep.tone;
  const { prompt } = state;
  if (prompt !== undefined) {
    if (prompt.tone === 'dead') return 'reorder';
    if (prompt.tone === 'forgotten') return state.settings.howler && state.hook === 'off' ? 'howler' : undefined;
    if (prompt.tone === 'silent') return undefined;
    if (prompt.purpose.name === 'transfer') return 'recall-dial';
    return messagesWait(state) || isDiverting(state) ? 'stutter-dial' : 'dial';
  }
  const hand = inHand(state);
  if (hand?.phase.name === 'ringback' && !hand.phase.flowing) return 'ringback';
  if (state.quiet === undefined && ringing(state) && (hand?.phase.name === 'talking' || hand?.phase.name === 'joined'))
    return 'call-waiting';
  return undefined;
}

function ringer(state: PhoneState): RingName | undefined {
  // who let the dial tone run out is not there: the bell must be heard
  const busy = inHand(state) !== undefined || (state.prompt !== undefined && !isDead(state.prompt));
  if (ringing(state)) {
    if (busy) return 'splash';
    const own = new Set(state.settings.accounts.map((account) => account.domain));
    const [call] = callsIn(state, 'ringing');
    if (call?.alert !== undefined) return call.alert;
    const inside = call !== undefined && call.number.length <= 5 && own.has(domainOf(call.address));
    return inside ? 'internal' : 'external';
  }
  return !busy && state.calls.some((call) => call.recalling) ? 'recall' : undefined;
}

function domainOf(uri: string): string {
  return uri.replace(/^[a-z]+:([^@]*@)?/i, '').replace(/[:;?].*$/, '');
}
