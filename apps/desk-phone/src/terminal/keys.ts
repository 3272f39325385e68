import type { Millis } from '@switchhook/sans-io';
import type { HandEvent } from '../hands.ts';

/** What was done to a key, the hook or the headset's button by typing, and when. */
export type KeyPress =
  | { readonly type: 'hand'; readonly event: HandEvent; readonly at: Millis }
  | { readonly type: 'quit' };

/** Letters, each with the key of the telephone that it stands for. */
const LETTERS: Readonly<Record<string, string>> = {
  l: 'line1',
  k: 'line2',
  t: 'transfer',
  h: 'hold',
  j: 'conference',
  c: 'cancel',
  r: 'redial',
  m: 'mute',
  d: 'dnd',
  v: 'voicemail',
  '\r': 'send',
  '\n': 'send',
};

/** F1 and F2 as terminals send them: xterm, VT220 and the Linux console. */
const FUNCTION_KEYS: readonly (readonly [sequence: string, key: string])[] = [
  ['\x1bOP', 'line1'],
  ['\x1b[11~', 'line1'],
  ['\x1b[[A', 'line1'],
  ['\x1bOQ', 'line2'],
  ['\x1b[12~', 'line2'],
  ['\x1b[[B', 'line2'],
];

/** A capital letter is a press that has lasted this long, as long as the longest that any device waits for. */
const LONG_MS = 1000;

/**
 * The terminal as a keypad, a hook and a headset's button: what was typed at `now`, in raw mode. A terminal tells
 * presses and no releases, so a key is up again at once, and nothing waits for a long press that cannot come. Space
 * lifts the hook or puts it down, by where it lies now.
 */
export function readKeys(typed: string, hook: 'on' | 'off', now: Millis): readonly KeyPress[] {
  const presses: KeyPress[] = [];
  const press = (event: HandEvent, at = now): void => void presses.push({ type: 'hand', event, at });
  const key = (name: string, longMs = 0): void => {
    press({ type: 'key', key: name, edge: 'down' }, now - longMs);
    press({ type: 'key', key: name, edge: 'up' });
  };
  const button = (longMs = 0): void => {
    press({ type: 'button', edge: 'down' }, now - longMs);
    press({ type: 'button', edge: 'up' });
  };
  let hookNow = hook;
  let at = 0;
  while (at < typed.length) {
    const functionKey = FUNCTION_KEYS.find(([sequence]) => typed.startsWith(sequence, at));
    if (functionKey !== undefined) {
      key(functionKey[1]);
      at += functionKey[0].length;
      continue;
    }
    const letter = typed[at]!;
    at += letter === '\x1b' ? escapeLength(typed, at) : 1;
    if (letter === 'q' || letter === '\x03') return [...presses, { type: 'quit' }];
    if (letter === ' ') {
      press({ type: 'hook', act: hookNow === 'on' ? 'lift' : 'put-down' });
      hookNow = hookNow === 'on' ? 'off' : 'on';
    } else if (letter === 'f') press({ type: 'hook', act: 'flash' });
    else if (letter === 'b') button();
    else if (letter === 'B') button(LONG_MS);
    else if (/[0-9*#]/.test(letter)) key(letter);
    else if (Object.hasOwn(LETTERS, letter)) key(LETTERS[letter]!);
    else if (/[A-Z]/.test(letter) && Object.hasOwn(LETTERS, letter.toLowerCase()))
      key(LETTERS[letter.toLowerCase()]!, LONG_MS);
  }
  return presses;
}

/** How many characters an unknown escape sequence at `at` has, so that none of them is taken for a key. */
function escapeLength(typed: string, at: number): number {
  const sequence = /^\x1b(?:\[[0-9;[]*[A-Za-z~]|O[A-Za-z]|)/.exec(typed.slice(at));
  return sequence?.[0].length ?? 1;
}
