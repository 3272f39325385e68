import assert from 'node:assert/strict';
import { defaultKeys } from '@switchhook/phone';
import { test } from 'uvu';
import { KEY_NAMES, keyTableOf, unheardOf } from './key-table.ts';
import { KEY_ACTIONS } from './schema.ts';

test('keys[]: without entries it is the plain telephone', () => {
  assert.deepEqual(keyTableOf({ keys: [] }), defaultKeys);
});

test('keys[]: each action has its verb, and together they are every key of the telephone and the hook', () => {
  const table = keyTableOf({ keys: KEY_ACTIONS.map((does) => ({ key: `K ${does}`, does })) });
  const verbs = KEY_ACTIONS.map((does) => table[`K ${does}`]!.short);
  const own = ['key.transfer-long', 'hook.lift', 'hook.put-down', 'hook.flash'].map((verb) => ({ verb }));
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

test('headset: what no device can tell of yet is said, and only that', () => {
  const off = { enabled: false, shortCompletesTransfer: false };
  assert.deepEqual(unheardOf({ headset: off }), []);
  assert.match(unheardOf({ headset: { ...off, enabled: true } })[0]!, /no driver for a Bluetooth radio/);
});

test.run();
