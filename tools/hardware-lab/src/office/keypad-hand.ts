import type { Hand, Step } from '@switchhook/lab';
import type { Telephone } from '../devices/telephone.ts';
import { pause, until } from '../guest/until.ts';
import type { DeskProcess } from './desk-process.ts';

/** From key to key: long enough for the release to be seen in two scans of a busy machine. */
const BETWEEN_KEYS_MS = 700;
/** A short press, of a key that means something else when it is held. */
const SHORT_MS = 400;
/** Who sees nothing on the display presses again. */
const LOOK_MS = 3000;
const TRIES = 3;
/** How long a finger that feels nothing stays on a key. */
const FINGER_MS = 3000;

/** A person at the keypad: lifts the handset, presses keys and looks at the display whether they took. */
export function keypadHand(telephone: Telephone, desk: DeskProcess): Hand {
  const shown = () => desk.runtime.snapshot().display.join('\n');
  const press = async (key: string): Promise<void> => {
    const before = shown();
    const took = () => shown() !== before;
    for (let tries = 0; tries < TRIES && !took(); tries++) {
      telephone.wires.press(key);
      if (key === 'transfer') await pause(SHORT_MS);
      else await until(`the key ${key} is felt`, took, FINGER_MS).catch(() => {});
      telephone.wires.release(key);
      await until(`${key} is seen`, took, LOOK_MS).catch(() => {});
    }
    if (!took()) throw new Error(`the key ${key} does nothing; the display shows ${before}`);
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
