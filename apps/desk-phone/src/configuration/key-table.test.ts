import assert from 'node:assert/strict';
import { defaultKeys, initialPhone, phoneSettings } from '@switchhook/phone';
import { test } from 'uvu';
import { gestureTableOf, KEY_NAMES, keyTableOf } from './key-table.ts';
import { readConfiguration } from './read.ts';
import { KEY_ACTIONS } from './schema.ts';

test('keys[]: without entries it is the plain telephone', () => {
  assert.deepEqual(keyTableOf({ keys: [] }), defaultKeys);
});

test('keys[]: each action has its verb, and together they are every key of the telephone and the hook', () => {
  const table = keyTableOf({ keys: KEY_ACTIONS.map((does) => ({ key: `K ${does}`, does })) });
  const verbs = KEY_ACTIONS.map((does) => table[`K ${does}`]!.short);
  const own = [
    'key.transfer-long',
    'key.hold-long',
    'key.cancel-long',
    'key.redial-long',
    'hook.lift',
    'hook.put-down',
    'hook.flash',
  ].map((verb) => ({ verb }));
  const all = [...KEY_NAMES.map((name) => defaultKeys[name]!.short), ...own];
  const text = (values: readonly unknown[]) => values.map((value) => JSON.stringify(value)).sort();
  assert.deepEqual(text(verbs), text(all));
});

test('keys[]: a key that transfers has the long press too, and an entry takes the place of the plain key', () => {
  const table = keyTableOf({
    keys: [
      { key: 'R1C3', does: 'transfer' },
      { key: 'hold', does: 'mute' },
      { key: '__proto__', does: 'hold' },
    ],
  });
  assert.equal(table['R1C3'], defaultKeys['transfer']);
  assert.deepEqual(table['hold']!.short, { verb: 'key.mute' });
  assert.deepEqual(table['cancel'], defaultKeys['cancel']);
  assert.ok(Object.hasOwn(table, '__proto__'));
});

test('phone-ux §4.7: headset.gestures: the table of the button is the configuration’s, by state', () => {
  const idle = initialPhone(phoneSettings({ accounts: [] }));
  const table = gestureTableOf({
    headset: configuration(
      '[{ when: idle, press: double, does: nothing }, { when: idle, press: triple, does: transfer }, { when: held, press: short, does: complete }]',
    ),
  });
  assert.deepEqual([...table.bound(idle)].sort(), ['long', 'short', 'triple']);
  assert.equal(table.rule(idle, { type: 'headset', gesture: 'double' }), 'none');
  assert.deepEqual(table.rule(idle, { type: 'headset', gesture: 'triple' }), { verb: 'key.transfer' });
  assert.equal(table.rule(idle, { type: 'headset', gesture: 'short' }), undefined);
});

function configuration(gestures: string) {
  const read = readConfiguration(`accounts: [{ id: a, user: 1, domain: b.test }]\nheadset: { gestures: ${gestures} }`);
  assert.ok(read.ok, JSON.stringify(read));
  return read.configuration.headset;
}

test.run();
