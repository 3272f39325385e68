import type { HeadsetRequest } from '@switchhook/bt-headset';
import type { PhoneState } from '@switchhook/phone';
import type { CallId } from '@switchhook/sip-core';
import type { HandEvent } from '../hands.ts';

/**
 * From what a headset says to what a hand does: the headset's column of the one table (phone-ux.md §4.7). Nothing = there is
 * nothing to be done, and nothing to refuse. `callOf` is whom an index of the headset means.
 */
export function handOf(
  request: HeadsetRequest,
  state: PhoneState,
  callOf: (index: number) => CallId | undefined,
): readonly HandEvent[] {
  const wish = (intent: Extract<HandEvent, { type: 'intent' }>['intent']): readonly HandEvent[] => [
    { type: 'intent', intent },
  ];
  const named = (index: number): { callId?: CallId } => {
    const callId = callOf(index);
    return callId === undefined ? {} : { callId };
  };
  const live = state.transfers.find(({ outcome }) => outcome === undefined);
  const inPhase = (...names: readonly string[]) => state.calls.filter(({ phase }) => names.includes(phase.name));
  const busy = inPhase('talking', 'connecting', 'dialing', 'ringback', 'holding', 'resuming', 'joined').length > 0;
  const ringing = inPhase('ringing').find(({ replaces }) => replaces === undefined);
  switch (request.name) {
    case 'answer':
      return wish({ verb: 'call.answer', ...named(request.call) });
    case 'reject':
      return wish({ verb: 'call.reject', ...named(request.call) });
    case 'release':
      return wish({ verb: 'call.hangup', ...named(request.call) });
    case 'hangup':
      if (ringing !== undefined && !busy) return wish({ verb: 'call.reject', callId: ringing.id });
      return wish({ verb: 'key.cancel' });
    case 'release-and-accept':
      if (ringing !== undefined && !busy) return wish({ verb: 'call.answer', callId: ringing.id });
      // the button's short press ends the talking one and answers; beside a transfer it would answer nobody
      if (ringing !== undefined && live === undefined) return [{ type: 'headset', gesture: 'short' }];
      return wish({ verb: 'key.cancel' });
    case 'hold-swap':
      return wish({ verb: 'key.hold' });
    case 'private': {
      const call = state.calls.find(({ id }) => id === callOf(request.call));
      if (call?.phase.name === 'joined') return wish({ verb: 'transfer.swap' });
      return call?.phase.name === 'held' ? wish({ verb: 'call.resume', callId: call.id }) : [];
    }
    case 'merge':
      return wish({ verb: 'key.conference' });
    case 'transfer':
      return complete(state);
    case 'dial': {
      // a number for the caller who waits is typed, as at the keypad
      const typed = state.prompt?.purpose.name === 'transfer' && /^[0-9*#A-D]+$/.test(request.number);
      if (!typed) return wish({ verb: 'call.dial', to: request.number });
      const digits = Array.from(
        request.number,
        (digit) => ({ type: 'intent', intent: { verb: 'key.digit', digit } }) as const,
      );
      return [...digits, ...wish({ verb: 'key.send' })];
    }
    case 'redial':
      return [{ type: 'headset', gesture: 'redial' }];
    case 'digit':
      return wish({ verb: 'key.digit', digit: request.digit });
    case 'volume':
      // the microphone's is the headset's own affair
      if (request.of === 'microphone') return [];
      return wish({ verb: 'audio.volume', route: 'headset', percent: Math.round((request.level / 15) * 100) });
    case 'button':
      return [
        { type: 'button', edge: 'down' },
        { type: 'button', edge: 'up' },
      ];
    default:
      request satisfies never;
      throw new Error('unknown request of a headset');
  }
}

/** AT+CHLD=4: the transfer that goes on is completed; of two calls that stand for themselves one is made first. */
function complete({ transfers, calls }: PhoneState): readonly HandEvent[] {
  const completes: HandEvent = { type: 'intent', intent: { verb: 'transfer.complete' } };
  const open = transfers.some(
    ({ outcome, machine }) => outcome === undefined || machine.name === 'restored' || machine.name === 'unsure',
  );
  const [talking] = calls.filter(({ phase }) => phase.name === 'talking');
  const [held, another] = calls.filter(({ phase }) => phase.name === 'held');
  if (open || talking === undefined || held === undefined || another !== undefined) return [completes];
  const starts = { verb: 'transfer.start', callId: held.id, consult: talking.id } as const;
  return [{ type: 'intent', intent: starts }, completes];
}
