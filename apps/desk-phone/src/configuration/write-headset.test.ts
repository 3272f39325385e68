import assert from 'node:assert/strict';
import { test } from 'uvu';
import { readConfiguration } from './read.ts';
import { withHeadset } from './write-headset.ts';

const ADDRESS = '00:11:22:AA:BB:CC';

test('setup headset: the headset is written and nothing else changes, comments included', () => {
  const before =
    '# mine\naccounts: [{ id: a, user: 1, domain: b.test }] # one\nheadset:\n  consultTarget: 9999 # reception\n';
  const after = withHeadset(before, ADDRESS);
  assert.match(after, /# mine/);
  assert.match(after, /consultTarget: 9999 # reception/);
  const read = readConfiguration(after);
  assert.ok(read.ok, JSON.stringify(read));
  const { enabled, address, consultTarget } = read.configuration.headset;
  assert.deepEqual([enabled, address, consultTarget], [true, ADDRESS, '9999']);
  assert.equal(withHeadset(after, ADDRESS), after, 'twice is once');
});

test.run();
