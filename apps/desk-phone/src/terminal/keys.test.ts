import assert from 'node:assert/strict';
import { test } from 'uvu';
import { readKeys } from './keys.ts';

/** What was moved: `t↓`, `t↑`, with the time when it is not now. */
const moves = (typed: string, hook: 'on' | 'off' = 'on') =>
  readKeys(typed, hook, 5000).map((press) => {
    if (press.type === 'quit') return 'quit';
    const { event, at } = press;
    const when = at === 5000 ? '' : ` at ${at}`;
    if (event.type === 'hook') return `${event.act}${when}`;
    if (event.type === 'headset') return event.gesture;
    if (event.type === 'intent') return event.intent.verb;
    return `${event.type === 'key' ? event.key : 'button'}${event.edge === 'down' ? '↓' : '↑'}${when}`;
  });
const pressed = (...keys: readonly string[]) => keys.flatMap((key) => [`${key}↓`, `${key}↑`]);

test('terminal keys: digits, star and hash are the keypad, down and up at once', () => {
  assert.deepEqual(moves('19*#'), pressed('1', '9', '*', '#'));
});

test('terminal keys: space lifts the hook and puts it down, also twice in one chunk, and f is a flash', () => {
  assert.deepEqual(moves(' ', 'on'), ['lift']);
  assert.deepEqual(moves(' ', 'off'), ['put-down']);
  assert.deepEqual(moves('  f', 'on'), ['lift', 'put-down', 'flash']);
});

test('terminal keys: letters and function keys are the keys of the telephone by their names', () => {
  assert.deepEqual(
    moves('thcrmdvlk\r'),
    pressed('transfer', 'hold', 'cancel', 'redial', 'mute', 'dnd', 'voicemail', 'line1', 'line2', 'send'),
  );
  assert.deepEqual(
    moves('\x1bOP\x1bOQ\x1b[11~\x1b[12~\x1b[[A\x1b[[B'),
    pressed('line1', 'line2', 'line1', 'line2', 'line1', 'line2'),
  );
});

test('terminal keys: a capital letter is a press that has lasted one second', () => {
  assert.deepEqual(moves('T'), ['transfer↓ at 4000', 'transfer↑']);
  assert.deepEqual(moves('R'), ['redial↓ at 4000', 'redial↑']);
  assert.deepEqual(moves('bB'), ['button↓', 'button↑', 'button↓ at 4000', 'button↑']);
});

test('terminal keys: arrows and unknown sequences press nothing', () => {
  assert.deepEqual(moves('\x1b[A\x1b[1;5C\x1b[3~\x1bOR\x1bzX'), []);
});

test('terminal keys: q and Ctrl-C quit, and what was typed behind is not pressed', () => {
  assert.deepEqual(moves('1q2'), [...pressed('1'), 'quit']);
  assert.deepEqual(moves('\x03'), ['quit']);
});

test.run();
