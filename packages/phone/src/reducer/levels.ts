import type { RingName, ToneName } from '@switchhook/rtp-media';
import type { CallId } from '@switchhook/sip-core';
import { callsIn, inHand } from './inquiry.ts';
import type { PhoneState, Sounds } from './state.ts';

/** What microphone, ear and bell get: a function of the state, so that no path can forget to change it. */
export function levels(state: PhoneState): Sounds {
  return { connect: connected(state), tone: tone(state), ringer: ringer(state), mute: state.mute };
}

/** The one talking leg; an emergency call before all, early media last. */
function connected(state: PhoneState): CallId | undefined {
  const up = callsIn(state, 'talking', 'connecting');
  const one = up.find((call) => call.emergency) ?? up[0];
  return (one ?? state.calls.find((call) => call.phase.name === 'ringback' && call.phase.flowing))?.id;
}

function ringing(state: PhoneState): boolean {
  return callsIn(state, 'ringing').some((call) => call.replaces === undefined);
}

function tone(state: PhoneState): ToneName | undefined {
  if (state.beep !== undefined) return state.beep.tone;
  const { prompt } = state;
  if (prompt !== undefined) {
    if (prompt.tone === 'dead') return 'reorder';
    if (prompt.tone === 'silent') return undefined;
    return prompt.purpose.name === 'transfer' ? 'recall-dial' : 'dial';
  }
  const hand = inHand(state);
  if (hand?.phase.name === 'ringback' && !hand.phase.flowing) return 'ringback';
  if (ringing(state) && hand !== undefined && hand.phase.name === 'talking') return 'call-waiting';
  return undefined;
}

function ringer(state: PhoneState): RingName | undefined {
  // who let the dial tone run out is not there: the bell must be heard
  const busy = inHand(state) !== undefined || (state.prompt !== undefined && state.prompt.tone !== 'dead');
  if (ringing(state)) {
    if (busy) return 'splash';
    const own = new Set(state.settings.accounts.map((account) => account.domain));
    const [call] = callsIn(state, 'ringing');
    const inside = call !== undefined && call.number.length <= 5 && own.has(domainOf(call.address));
    return inside ? 'internal' : 'external';
  }
  return !busy && state.calls.some((call) => call.recalling) ? 'recall' : undefined;
}

function domainOf(uri: string): string {
  return uri.replace(/^[a-z]+:([^@]*@)?/i, '').replace(/[:;?].*$/, '');
}
