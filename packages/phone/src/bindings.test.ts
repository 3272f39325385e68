import assert from 'node:assert/strict';
import { test } from 'uvu';
import { Bench } from '../test/bench.ts';
import { Bindings, defaultKeys, type KeyTable } from './bindings.ts';

const press = (bindings: Bindings, key: string, down: number, up: number) => [
  ...bindings.receive({ type: 'key', key, edge: 'down' }, down),
  ...bindings.receive({ type: 'key', key, edge: 'up' }, up),
];
const verbs = (intents: readonly { readonly verb: string }[]) => intents.map((intent) => intent.verb);

test('phone-ux §4.7: a key without a bound long or double acts on press', () => {
  const bindings = new Bindings();
  assert.deepEqual(bindings.receive({ type: 'key', key: 'hold', edge: 'down' }, 0), [{ verb: 'key.hold' }]);
  assert.equal(bindings.deadline, undefined);
  assert.deepEqual(bindings.receive({ type: 'key', key: 'hold', edge: 'up' }, 900), []);
  assert.deepEqual(bindings.receive({ type: 'key', key: 'transfer', edge: 'down' }, 2000), [{ verb: 'key.transfer' }]);
});

test('phone-ux §4.7: Transfer has a long only when a number is dialled: short on release, long at 1 s while held', () => {
  const bench = new Bench();
  bench.talking();
  bench.want({ verb: 'key.transfer' });
  bench.held('a');
  bench.dial('99');
  const bindings = new Bindings();
  bindings.receive({ type: 'state', state: bench.state }, 0);
  assert.deepEqual(bindings.receive({ type: 'key', key: 'transfer', edge: 'down' }, 0), []);
  assert.equal(bindings.deadline, 1000);
  assert.deepEqual(bindings.receive({ type: 'key', key: 'transfer', edge: 'up' }, 500), [{ verb: 'key.transfer' }]);
  assert.equal(bindings.deadline, undefined);
  bindings.receive({ type: 'key', key: 'transfer', edge: 'down' }, 5000);
  assert.deepEqual(bindings.wake(5999), []);
  assert.deepEqual(bindings.wake(6000), [{ verb: 'key.transfer-long' }]);
  assert.deepEqual(bindings.receive({ type: 'key', key: 'transfer', edge: 'up' }, 6500), []);
});

test('phone-ux §4.7: a double is waited for only where one is bound', () => {
  const keys: KeyTable = { hold: { short: { verb: 'key.hold' }, double: { intent: { verb: 'key.cancel' } } } };
  const bindings = new Bindings(keys);
  assert.deepEqual(press(bindings, 'hold', 0, 50), []);
  assert.deepEqual(bindings.wake(400), [{ verb: 'key.hold' }]);
  assert.deepEqual(press(bindings, 'hold', 1000, 1050), []);
  assert.deepEqual(verbs(press(bindings, 'hold', 1300, 1350)), ['key.cancel']);
  assert.deepEqual(bindings.wake(5000), []);
});

test('phone-ux §4.1: two presses within 250 ms of one function count once, digits always count', () => {
  const bindings = new Bindings();
  assert.deepEqual(verbs(press(bindings, 'mute', 0, 40)), ['key.mute']);
  assert.deepEqual(press(bindings, 'mute', 100, 140), []);
  assert.deepEqual(verbs(press(bindings, 'mute', 400, 440)), ['key.mute']);
  assert.deepEqual(verbs([...press(bindings, '5', 1000, 1020), ...press(bindings, '5', 1060, 1080)]), [
    'key.digit',
    'key.digit',
  ]);
});

test('phone-ux §4.7: hook and headset pass straight through, an unknown key means nothing', () => {
  const bindings = new Bindings();
  assert.deepEqual(bindings.receive({ type: 'hook', act: 'put-down' }, 0), [{ verb: 'hook.put-down' }]);
  assert.deepEqual(bindings.receive({ type: 'headset', gesture: 'triple' }, 0), [{ verb: 'headset.triple' }]);
  assert.deepEqual(bindings.receive({ type: 'key', key: 'toString', edge: 'down' }, 0), []);
  assert.deepEqual(bindings.receive({ type: 'key', key: 'mute', edge: 'up' }, 0), [], 'an up without its down');
});

test('phone-ux §4.1: every key of the table has its intent', () => {
  assert.deepEqual(
    Object.keys(defaultKeys).sort(),
    [
      ...'#*0123456789',
      ...Array.from({ length: 16 }, (_, i) => `blf${i + 1}`),
      'cancel',
      'conference',
      'dnd',
      'hold',
      ...Array.from({ length: 8 }, (_, i) => `line${i + 1}`),
      'mute',
      'redial',
      'send',
      'transfer',
      'voicemail',
    ].sort(),
  );
});

test.run();
