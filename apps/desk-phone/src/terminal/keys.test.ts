import assert from 'node:assert/strict';
import { test } from 'uvu';
import { readKeys } from './keys.ts';

const verbs = (typed: string, hook: 'on' | 'off' = 'on') =>
  readKeys(typed, hook).map((press) => {
    if (press.type === 'quit') return 'quit';
    const { intent } = press;
    if (intent.verb === 'key.digit') return intent.digit;
    return intent.verb === 'key.line' ? `line ${intent.line}` : intent.verb;
  });

test('terminal keys: digits, star and hash are the keypad', () => {
  assert.deepEqual(verbs('19*#'), ['1', '9', '*', '#']);
});

test('terminal keys: space lifts the hook and puts it down, also twice in one chunk', () => {
  assert.deepEqual(verbs(' ', 'on'), ['hook.lift']);
  assert.deepEqual(verbs(' ', 'off'), ['hook.put-down']);
  assert.deepEqual(verbs('  ', 'on'), ['hook.lift', 'hook.put-down']);
});

test('terminal keys: letters and function keys', () => {
  assert.deepEqual(verbs('thcrmdflkT\r'), [
    'key.transfer',
    'key.hold',
    'key.cancel',
    'key.redial',
    'key.mute',
    'key.dnd',
    'hook.flash',
    'line 1',
    'line 2',
    'key.transfer-long',
    'key.send',
  ]);
  assert.deepEqual(verbs('\x1bOP\x1bOQ\x1b[11~\x1b[12~\x1b[[A\x1b[[B'), [
    'line 1',
    'line 2',
    'line 1',
    'line 2',
    'line 1',
    'line 2',
  ]);
});

test('terminal keys: arrows and unknown sequences press nothing', () => {
  assert.deepEqual(verbs('\x1b[A\x1b[1;5C\x1b[3~\x1bOR\x1bzX'), []);
});

test('terminal keys: q and Ctrl-C quit, and what was typed behind is not pressed', () => {
  assert.deepEqual(verbs('1q2'), ['1', 'quit']);
  assert.deepEqual(verbs('\x03'), ['quit']);
});

test.run();
