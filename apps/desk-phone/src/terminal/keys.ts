import type { Intent } from '@switchhook/phone';

/** What pressing keys in a terminal asks for, in order. */
export type KeyPress = { readonly type: 'intent'; readonly intent: Intent } | { readonly type: 'quit' };

/** Letters, each with the key of the telephone that it stands for. */
const LETTERS: Readonly<Record<string, Intent>> = {
  l: { verb: 'key.line', line: 1 },
  k: { verb: 'key.line', line: 2 },
  t: { verb: 'key.transfer' },
  T: { verb: 'key.transfer-long' },
  h: { verb: 'key.hold' },
  c: { verb: 'key.cancel' },
  r: { verb: 'key.redial' },
  m: { verb: 'key.mute' },
  d: { verb: 'key.dnd' },
  f: { verb: 'hook.flash' },
  '\r': { verb: 'key.send' },
  '\n': { verb: 'key.send' },
};

/** F1 and F2 as terminals send them: xterm, VT220 and the Linux console. */
const FUNCTION_KEYS: readonly (readonly [sequence: string, line: number])[] = [
  ['\x1bOP', 1],
  ['\x1b[11~', 1],
  ['\x1b[[A', 1],
  ['\x1bOQ', 2],
  ['\x1b[12~', 2],
  ['\x1b[[B', 2],
];

/** Read what a terminal in raw mode sent. Space lifts the hook or puts it down, by where it lies now. */
export function readKeys(typed: string, hook: 'on' | 'off'): readonly KeyPress[] {
  const presses: KeyPress[] = [];
  let hookNow = hook;
  let at = 0;
  while (at < typed.length) {
    const functionKey = FUNCTION_KEYS.find(([sequence]) => typed.startsWith(sequence, at));
    if (functionKey !== undefined) {
      presses.push({ type: 'intent', intent: { verb: 'key.line', line: functionKey[1] } });
      at += functionKey[0].length;
      continue;
    }
    const letter = typed[at]!;
    at += letter === '\x1b' ? escapeLength(typed, at) : 1;
    if (letter === 'q' || letter === '\x03') return [...presses, { type: 'quit' }];
    if (letter === ' ') {
      presses.push({ type: 'intent', intent: { verb: hookNow === 'on' ? 'hook.lift' : 'hook.put-down' } });
      hookNow = hookNow === 'on' ? 'off' : 'on';
    } else if (/[0-9*#]/.test(letter)) presses.push({ type: 'intent', intent: { verb: 'key.digit', digit: letter } });
    else if (Object.hasOwn(LETTERS, letter)) presses.push({ type: 'intent', intent: LETTERS[letter]! });
  }
  return presses;
}

/** How many characters an unknown escape sequence at `at` has, so that none of them is taken for a key. */
function escapeLength(typed: string, at: number): number {
  const sequence = /^\x1b(?:\[[0-9;[]*[A-Za-z~]|O[A-Za-z]|)/.exec(typed.slice(at));
  return sequence?.[0].length ?? 1;
}
