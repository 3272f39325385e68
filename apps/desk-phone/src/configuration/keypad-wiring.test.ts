import assert from 'node:assert/strict';
import { usualKeys } from '@switchhook/gpio-keypad/node';
import { test } from 'uvu';
import { KEY_NAMES } from './key-table.ts';
import { gpioWiringOf, inputWiringsOf, looseEnds } from './keypad-wiring.ts';
import { describeFault, readConfiguration } from './read.ts';

const ACCOUNT = 'accounts: [{ id: a, user: 1, domain: pbx.example.com, register: false }]\n';

function read(keypad: string) {
  const reading = readConfiguration(`${ACCOUNT}${keypad}`);
  if (!reading.ok) throw new Error(reading.faults.map((fault) => describeFault('f', fault)).join('\n'));
  return reading.configuration;
}

function faults(keypad: string): string {
  const reading = readConfiguration(`${ACCOUNT}${keypad}`);
  return reading.ok ? '' : reading.faults.map((fault) => describeFault('f', fault)).join('\n');
}

const WHOLE = `
keypad:
  gpio:
    chip: pinctrl-rp1
    matrix:
      rows: [GPIO5, GPIO6]
      columns: [GPIO12, GPIO13]
      keys:
        - [1, 2]
        - ["*", null]
    keys:
      - { line: GPIO16, key: transfer }
      - { line: GPIO20, key: hold, pull: down, rest: closed }
    hook: { line: GPIO17 }
    lamps:
      - { lamp: line1, green: GPIO22, red: GPIO23 }
      - { lamp: mute, red: GPIO24, lit: low }
  input:
    - { name: USB Keypad }
    - { name: gpio-keys, grab: false, keys: [{ code: KEY_F1, key: transfer }], hook: { code: SW_LID, lifted: up } }
  display: { columns: 20 }
`;

test('keypad: what is soldered becomes a wiring, with the usual levels where none are said', () => {
  const wiring = gpioWiringOf(read(WHOLE))!;
  assert.deepEqual(wiring.matrix?.keys, [
    ['1', '2'],
    ['*', undefined],
  ]);
  assert.deepEqual(
    wiring.keys.map(({ line, pull, closed, rest }) => `${line} ${pull} ${closed} ${rest}`),
    ['GPIO16 up low open', 'GPIO20 down high closed'],
  );
  assert.deepEqual(
    [wiring.chip, wiring.hook?.line, wiring.hook?.closed, wiring.hook?.lifted],
    ['pinctrl-rp1', 'GPIO17', 'low', 'open'],
  );
  assert.deepEqual(wiring.lamps, {
    line1: { green: 'GPIO22', red: 'GPIO23', lit: 'high' },
    mute: { red: 'GPIO24', lit: 'low' },
  });
  assert.equal(gpioWiringOf(read('')), undefined);
});

test('keypad: an input device without a table means what numeric keypads do', () => {
  const [usb, keys] = inputWiringsOf(read(WHOLE));
  assert.deepEqual([usb!.keys, usb!.grab, usb!.device], [usualKeys, true, { name: 'USB Keypad' }]);
  assert.deepEqual([keys!.keys, keys!.grab, keys!.hook?.code], [{ KEY_F1: 'transfer' }, false, 'SW_LID']);
});

test('keypad: what cannot be is said with its place', () => {
  assert.match(
    faults('keypad: { gpio: { hook: { line: A }, keys: [{ line: A, key: hold }] } }'),
    /keypad\.gpio: expected a wiring that can be: A is wired to key hold and to hook/,
  );
  assert.match(faults('keypad: { input: [{ grab: true }] }'), /keypad\.input\[0\]: expected either name or path/);
  assert.match(
    faults('keypad: { input: [{ name: x, keys: [{ code: KEY_ONE, key: 1 }] }] }'),
    /found "KEY_ONE", expected the name of a key/,
  );
  assert.match(faults('keypad: { gpio: { lamps: [{ lamp: mute }] } }'), /lamps\[0\]: expected green, red or both/);
  assert.match(faults('keypad: { gpio: { hook: { line: A, flashMaxMs: 60 } } }'), /more than flashMinMs \(80\), or 0/);
  assert.match(
    faults('keypad: { gpio: { matrix: { rows: [A], columns: [B], keys: [] } } }'),
    /0 rows of keys on 1 rows of wires/,
  );
  assert.match(faults('keypad: { gpoi: {} }'), /did you mean gpio/);
});

test('keypad: a key that does nothing, and one that nobody can press, are told', () => {
  const lines = looseEnds(
    read(
      `${WHOLE}
keys:
  - { key: F9, does: hold }
  - { key: hold, does: mute }
`.replace('key: transfer }\n      - { line: GPIO20', 'key: R1 }\n      - { line: GPIO20'),
    ),
    KEY_NAMES,
  );
  assert.deepEqual(lines, [
    'keypad: R1 does nothing: say under keys what it does',
    'keys: nothing presses F9: wire it under keypad',
  ]);
  assert.deepEqual(looseEnds(read(WHOLE), KEY_NAMES), []);
});

test.run();
