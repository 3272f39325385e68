import assert from 'node:assert/strict';
import { test } from 'uvu';
import { readConfiguration } from './read.ts';
import { withKeypad } from './write-keypad.ts';

const FILE = `# The phone at the door
accounts:
  - id: main # ours
    user: 0036
    domain: pbx.example.com
    register: false

# who may be called
emergency: ["112"]
keypad:
  gpio:
    hook: { line: OLD }
    lamps:
      - { lamp: mute, red: GPIO7 } # the red one
`;

const wiring = {
  matrix: {
    rows: ['R1', 'R2'],
    columns: ['C1', 'C2'],
    keys: [
      ['1', '2'],
      ['*', null],
    ],
  },
  keys: [
    { key: 'transfer', line: 'T', rest: 'open' },
    { key: '0', line: 'N', rest: 'closed' },
  ],
  hook: { line: 'H', lifted: 'closed' },
} as const;

test('setup keys: the keypad is written, everything else stays, comments and lamps too', () => {
  const text = withKeypad(FILE, { type: 'gpio', chip: 'pinctrl-rp1', wiring });
  for (const kept of [
    '# The phone at the door',
    'id: main # ours',
    'user: 0036',
    '# who may be called',
    '# the red one',
  ])
    assert.ok(text.includes(kept), kept);
  assert.ok(!text.includes('OLD'));
  assert.ok(text.includes('rows: [ R1, R2 ]'), text);
  const reading = readConfiguration(text);
  assert.ok(reading.ok, JSON.stringify(reading));
  const { gpio } = reading.configuration.keypad;
  assert.deepEqual(
    [gpio?.chip, gpio?.matrix?.keys, gpio?.hook?.line, gpio?.lamps[0]?.red],
    ['pinctrl-rp1', wiring.matrix.keys, 'H', 'GPIO7'],
  );
  assert.deepEqual(
    gpio?.keys.map(({ key, rest }) => `${key} ${rest}`),
    ['transfer open', '0 closed'],
  );
  assert.equal(withKeypad(text, { type: 'gpio', chip: 'pinctrl-rp1', wiring }), text, 'the same again changes nothing');
});

test('setup keys: what this phone does not have any more is taken out', () => {
  const text = withKeypad(withKeypad(FILE, { type: 'gpio', chip: 'c', wiring }), {
    type: 'gpio',
    chip: 'c',
    wiring: { keys: [] },
  });
  assert.doesNotMatch(text, /matrix|hook|transfer/);
  assert.match(text, /lamps/);
});

test('setup keys: an input device takes the place of the one with its name, or comes after the others', () => {
  const input = { name: 'USB Keypad', keys: [{ code: 'KEY_KP1', key: '1' }] };
  const one = withKeypad('accounts: [{ id: a, user: 1, domain: d, register: false }]\n', { type: 'input', input });
  const two = withKeypad(one, {
    type: 'input',
    input: { ...input, name: 'gpio-keys', hook: { code: 'SW_LID', lifted: 'up' } },
  });
  const three = withKeypad(two, { type: 'input', input: { ...input, keys: [{ code: 'KEY_KP2', key: '2' }] } });
  const reading = readConfiguration(three);
  assert.ok(reading.ok);
  assert.deepEqual(
    reading.configuration.keypad.input.map(({ name, keys, hook }) => [name, keys?.[0]?.code, hook?.lifted]),
    [
      ['USB Keypad', 'KEY_KP2', undefined],
      ['gpio-keys', 'KEY_KP1', 'up'],
    ],
  );
});

test.run();
