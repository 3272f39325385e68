import assert from 'node:assert/strict';
import { test } from 'uvu';
import type { Intent, Origin } from '../intent.ts';
import { keyNotice } from './key-notice.ts';

const keys: Origin = { door: 'keys' };
const told = (intent: Intent, origin: Origin = keys) => {
  const notice = keyNotice(intent, origin);
  return notice === undefined ? undefined : [notice.key, notice.press, notice.source];
};

test('mqtt §3.2: event/key names the key, how it was pressed and the door', () => {
  assert.deepEqual(told({ verb: 'key.transfer' }), ['transfer', 'short_press', 'keys']);
  assert.deepEqual(told({ verb: 'key.transfer-long' }), ['transfer', 'long_press', 'keys']);
  assert.deepEqual(told({ verb: 'key.line', line: 2 }), ['line2', 'short_press', 'keys']);
  assert.deepEqual(told({ verb: 'hook.put-down' }), ['hook', 'put_down', 'keys']);
  assert.deepEqual(told({ verb: 'headset.triple' }, { door: 'headset' }), ['headset', 'triple_press', 'headset']);
});

test('mqtt §3.5 rule 10: digits and what came from outside are not told', () => {
  assert.equal(told({ verb: 'key.digit', digit: '7' }), undefined);
  assert.equal(told({ verb: 'call.dtmf', digits: '42' }), undefined);
  assert.equal(told({ verb: 'key.transfer' }, { door: 'control', client: 'c', role: 'local' }), undefined);
});

test.run();
