import type { Check } from './check.ts';
import { headsetCheck } from './headset-check.ts';
import { displayCheck, gpioCheck, inputCheck } from './keypad-check.ts';
import { bridgeCheck, phoneCheck } from './phone-check.ts';
import { soundCheck } from './sound-check.ts';

/** All that the doctor looks at, in the order in which it tells. */
export const CHECKS: readonly Check[] = [
  gpioCheck,
  inputCheck,
  displayCheck,
  soundCheck,
  headsetCheck,
  phoneCheck,
  bridgeCheck,
];
