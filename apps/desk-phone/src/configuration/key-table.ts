import { defaultKeys, type Intent, type KeyBinding, type KeyTable } from '@switchhook/phone';
import { GestureTable } from '../headset/gesture-table.ts';
import type { Configuration, GESTURE_ACTIONS, KEY_ACTIONS } from './schema.ts';

type KeyAction = (typeof KEY_ACTIONS)[number];

/** The names that a plain telephone's keys have, and those of the terminal: `0` … `#`, `line1`, `hold`, … */
export const KEY_NAMES: readonly string[] = Object.keys(defaultKeys);

/** The plain telephone's keys, and over them what the configuration says; of two entries of one key the last counts. */
export function keyTableOf({ keys }: Pick<Configuration, 'keys'>): KeyTable {
  return { ...defaultKeys, ...Object.fromEntries(keys.map(({ key, does }) => [key, bindingOf(does)])) };
}

/** The gestures of the headset's button that the configuration changes. */
export function gestureTableOf({ headset }: Pick<Configuration, 'headset'>): GestureTable {
  return new GestureTable(headset.gestures.map(({ when, press, does }) => ({ when, press, intent: intentOf(does) })));
}

function intentOf(does: (typeof GESTURE_ACTIONS)[number]): Intent | undefined {
  switch (does) {
    case 'nothing':
      return undefined;
    case 'answer':
      return { verb: 'call.answer' };
    case 'reject':
      return { verb: 'call.reject' };
    case 'complete':
      return { verb: 'transfer.complete' };
    default:
      return bindingOf(does).short;
  }
}

/** A key that does what another one does is that key, its long press included. */
function bindingOf(does: KeyAction): KeyBinding {
  switch (does) {
    case 'transfer-long':
      return { short: { verb: 'key.transfer-long' } };
    case 'park':
      return { short: { verb: 'key.hold-long' } };
    case 'cancel-all':
      return { short: { verb: 'key.cancel-long' } };
    case 'redial-list':
      return { short: { verb: 'key.redial-long' } };
    case 'hook-lift':
      return { short: { verb: 'hook.lift' } };
    case 'hook-put-down':
      return { short: { verb: 'hook.put-down' } };
    case 'hook-flash':
      return { short: { verb: 'hook.flash' } };
    default: {
      const name = does.startsWith('digit ') ? does.slice('digit '.length) : does.replace(' ', '');
      const binding = defaultKeys[name];
      if (binding === undefined) throw new Error(`no key does ${does}`);
      return binding;
    }
  }
}
