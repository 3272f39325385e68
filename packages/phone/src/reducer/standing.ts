import type { CallId } from '@switchhook/sip-core';
import { handTransfer, heldCalls, inHand, isLeg, liveTransfer } from './inquiry.ts';
import { conference } from './joined.ts';
import type { Call, PhoneState, TransferRecord } from './state.ts';
import { machineAccepts } from './transfer-machine.ts';

/** Verbs that act on one call. */
export type CallVerb =
  | 'call.answer'
  | 'call.reject'
  | 'call.hangup'
  | 'call.hold'
  | 'call.resume'
  | 'call.dtmf'
  | 'transfer.start'
  | 'transfer.blind';

/** All of them. */
export const callVerbs: readonly CallVerb[] = [
  'call.answer',
  'call.reject',
  'call.hangup',
  'call.hold',
  'call.resume',
  'call.dtmf',
  'transfer.start',
  'transfer.blind',
];

/** What nearly every verdict asks of a state, found once for all of them. */
export interface Standing {
  readonly state: PhoneState;
  readonly hand: Call | undefined;
  readonly live: TransferRecord | undefined;
  /** Neither an errand nor a transfer. */
  readonly idle: boolean;
  /** A call in hand can be put aside only when it talks, and an emergency call never. */
  readonly handFree: boolean;
  /** A call that takes another one's place is answered already. */
  readonly ringing: readonly CallId[];
  readonly talking: readonly Call[];
  readonly held: readonly CallId[];
  /** Of those that are held, whom the person may take back: not the legs of a transfer that is watched. */
  readonly takable: readonly CallId[];
}

/** How things stand. */
export function standingOf(state: PhoneState): Standing {
  const ringing: CallId[] = [];
  const talking: Call[] = [];
  const held: CallId[] = [];
  for (const call of state.calls) {
    const { name } = call.phase;
    if (name === 'talking') talking.push(call);
    else if (name === 'held') held.push(call.id);
    else if (name === 'ringing' && call.replaces === undefined) ringing.push(call.id);
  }
  const hand = inHand(state);
  const live = handTransfer(state);
  const idle = state.errand === undefined && live === undefined;
  const handFree = hand === undefined || (hand.phase.name === 'talking' && !hand.emergency);
  const takable = held.length === 0 ? held : heldCalls(state).map((call) => call.id);
  return { state, hand, live, idle, handFree, ringing, talking, held, takable };
}

/** The calls that `verb` can act on now. */
export function candidates(standing: Standing, verb: CallVerb): readonly CallId[] {
  const { state, hand, live, idle, handFree, ringing, talking, held, takable } = standing;
  switch (verb) {
    case 'call.answer':
      return idle && handFree ? ringing : [];
    case 'call.reject':
      return ringing;
    case 'call.hangup':
      return state.calls
        .filter((call) => call.phase.name !== 'ending' && call.replaces === undefined)
        .map((call) => call.id);
    case 'call.hold':
      return idle ? ordinary(talking) : [];
    case 'call.resume':
      if (state.errand !== undefined) return [];
      if (live !== undefined) {
        const legs = held.filter((id) => isLeg(live, id));
        return legs.length > 0 && machineAccepts(state, live, 'swap') ? legs : [];
      }
      return handFree ? takable : [];
    case 'call.dtmf':
      return [...talking, ...conference(state)].map((call) => call.id);
    case 'transfer.start':
    case 'transfer.blind':
      // one transfer at a time, also while it is only watched
      if (!idle || liveTransfer(state) !== undefined) return [];
      if (verb === 'transfer.start' && state.calls.length >= state.settings.maxCalls) return [];
      return hand !== undefined ? ordinary(talking) : held;
    default:
      verb satisfies never;
      throw new Error(`not a call verb: ${verb}`);
  }
}

/** An emergency call is neither held nor handed over. */
export function ordinary(calls: readonly Call[]): readonly CallId[] {
  return calls.filter((call) => !call.emergency).map((call) => call.id);
}
