import type { Suite } from '../guest/suite.ts';
import { display } from './display.ts';
import { headsets } from './headsets.ts';
import { input } from './input.ts';
import { keypad } from './keypad.ts';
import { setupKeys } from './setup-keys.ts';
import { sound } from './sound.ts';
import { threeHands } from './three-hands.ts';

/** All suites, in the order in which they are played. */
export const SUITES: readonly Suite[] = [keypad, setupKeys, input, display, headsets, sound, threeHands];
