import { Hands, readKeys } from '@switchhook/desk-phone';
import type { Runtime } from '@switchhook/phone/node';
import { monotonicClock } from '@switchhook/sip-core/node';
import type { Hand, Step } from '../../people/hand.ts';
import { pause } from '../pause.ts';

/** How fast a finger goes from key to key. */
const BETWEEN_KEYS_MS = 120;

/** The terminal's keys, through the desk phone's own key table and bindings. */
export function keyboardHand(runtime: Runtime): Hand {
  const hands = new Hands({ runtime, clock: monotonicClock });
  const type = async (text: string): Promise<void> => {
    for (const letter of text) {
      for (const press of readKeys(letter, runtime.snapshot().hook, monotonicClock.now())) {
        if (press.type === 'hand') hands.take(press.event, press.at);
      }
      await pause(BETWEEN_KEYS_MS);
    }
  };
  return { name: 'keyboard', press: (step) => type(keysFor(step)), close: async () => hands.close() };
}

function keysFor(step: Step): string {
  switch (step.name) {
    case 'answer':
    case 'hang-up':
      return ' ';
    case 'transfer':
    case 'complete':
      return 't';
    case 'dial':
      return `${step.digits}#`;
    default:
      throw step satisfies never;
  }
}
