import type { HidAct, HidLamps } from '@switchhook/bt-headset';
import type { PhoneState } from '@switchhook/phone';
import type { HandEvent } from '../hands.ts';

/** Phases in which the person has a call in hand. */
const IN_HAND = ['talking', 'connecting', 'dialing', 'ringback', 'holding', 'resuming', 'joined'];

/**
 * From a USB headset's telephony keys to what a hand does. Its hook key tells where it thinks the hook is, also as an echo of
 * the lamp that we wrote: what the phone has already is nothing new.
 */
export function handOfHid(act: HidAct, state: PhoneState): readonly HandEvent[] {
  const has = (...names: readonly string[]) => state.calls.some(({ phase }) => names.includes(phase.name));
  const busy = has(...IN_HAND) || state.prompt !== undefined;
  switch (act.type) {
    case 'hook':
      if (act.lifted) {
        if (busy) return [];
        const [ringing] = state.calls.filter(({ phase }) => phase.name === 'ringing');
        if (ringing === undefined) return [{ type: 'headset', gesture: 'short' }];
        return [{ type: 'intent', intent: { verb: 'call.answer', callId: ringing.id } }];
      }
      return busy ? [{ type: 'intent', intent: { verb: 'key.cancel' } }] : [];
    case 'key':
      switch (act.key) {
        case 'flash':
          return [{ type: 'intent', intent: { verb: 'hook.flash' } }];
        case 'redial':
          return [{ type: 'headset', gesture: 'redial' }];
        case 'mute':
          return [{ type: 'intent', intent: { verb: 'call.mute' } }];
        case 'drop':
          return [{ type: 'intent', intent: { verb: 'key.cancel' } }];
        default:
          act.key satisfies never;
          throw new Error('unknown key of a headset');
      }
    default:
      act satisfies never;
      throw new Error('unknown act of a headset');
  }
}

/** What its lamps show. */
export function hidLampsOf({ calls, mute, prompt }: PhoneState): HidLamps {
  const has = (...names: readonly string[]) => calls.some(({ phase }) => names.includes(phase.name));
  return {
    ring: has('ringing'),
    offHook: prompt !== undefined || has(...IN_HAND),
    mute,
    hold: has('held'),
  };
}
