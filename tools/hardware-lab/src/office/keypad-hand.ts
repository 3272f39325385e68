import type { Hand, Step } from '@switchhook/lab';
import type { Telephone } from '../devices/telephone.ts';
import { pause, until } from '../guest/until.ts';
import type { DeskProcess } from './desk-process.ts';

/** From key to key. */
const BETWEEN_KEYS_MS = 150;
/** A short press, of a key that means something else when it is held. */
const SHORT_MS = 400;
/** How long a finger that feels nothing stays on a key. */
const FINGER_MS = 4000;

/** A person at the keypad: lifts the handset, presses keys and looks at the display whether they took. */
export function keypadHand(telephone: Telephone, desk: DeskProcess): Hand {
  const shown = () => desk.runtime.snapshot().display.join('\n');
  const press = async (key: string): Promise<void> => {
    const before = shown();
    const took = () => shown() !== before;
    telephone.wires.press(key);
    if (key === 'transfer') await pause(SHORT_MS);
    else await until(`the key ${key} is felt; the display shows ${before}`, took, FINGER_MS);
    telephone.wires.release(key);
    await until(`${key} is seen; the display shows ${before}`, took, FINGER_MS);
    await pause(BETWEEN_KEYS_MS);
  };
  return {
    name: 'keypad',
    close: async () => {},
    press: async (step: Step): Promise<void> => {
      switch (step.name) {
        case 'answer':
          return telephone.lift();
        case 'hang-up':
          return telephone.putDown();
        case 'transfer':
        case 'complete':
          return press('transfer');
        case 'dial':
          for (const key of `${step.digits}#`) await press(key);
          return;
        default:
          throw step satisfies never;
      }
    },
  };
}
