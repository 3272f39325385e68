import { inputFault } from '@switchhook/gpio-keypad/node';
import * as v from 'valibot';
import { keyName, oneOf, text, whole, yesNo } from './words.ts';

const settleMs = 'a number of milliseconds from 0.001 to 50';

/** A wire to a contact. */
const contact = {
  line: text,
  pull: v.optional(oneOf('up', 'down', 'none'), 'up'),
  closed: v.optional(oneOf('low', 'high')),
};

const hookTimes = {
  debounceMs: v.optional(whole(5, 200), 50),
  flashMinMs: v.optional(whole(25, 1000), 80),
  flashMaxMs: v.optional(whole(0, 3000), 700),
};

const matrix = v.strictObject({
  rows: v.pipe(v.array(text, 'a list of line names'), v.minLength(1, 'at least one row')),
  columns: v.pipe(v.array(text, 'a list of line names'), v.minLength(1, 'at least one column')),
  keys: v.array(
    v.array(v.nullable(keyName), 'a list of key names, null where there is no key'),
    'a list of rows, each a list of key names',
  ),
  drive: v.optional(oneOf('low', 'high'), 'low'),
  debounceMs: v.optional(whole(5, 200), 20),
  settleMs: v.optional(
    v.pipe(
      v.number(settleMs),
      v.check((ms) => ms >= 0.001 && ms <= 50, settleMs),
    ),
    0.02,
  ),
});

const gpio = v.strictObject({
  chip: v.optional(text),
  matrix: v.optional(matrix),
  keys: v.optional(
    v.array(
      v.strictObject({ key: keyName, ...contact, rest: v.optional(oneOf('open', 'closed'), 'open') }),
      'a list of keys',
    ),
    () => [],
  ),
  debounceMs: v.optional(whole(1, 200), 20),
  hook: v.optional(v.strictObject({ ...contact, lifted: v.optional(oneOf('open', 'closed'), 'open'), ...hookTimes })),
  lamps: v.optional(
    v.array(
      v.strictObject({
        lamp: text,
        green: v.optional(text),
        red: v.optional(text),
        lit: v.optional(oneOf('high', 'low'), 'high'),
      }),
      'a list of lamps',
    ),
    () => [],
  ),
});

const code = v.pipe(
  v.union([v.string(), v.number()], 'the name of a key or switch, as in KEY_KP1'),
  v.transform(String),
  v.check(
    (name) => inputFault(name) === undefined,
    'the name of a key or switch as evtest shows it, as in KEY_KP1 or SW_LID, or a number below 768',
  ),
);

const input = v.strictObject({
  name: v.optional(text),
  path: v.optional(text),
  grab: v.optional(yesNo, true),
  keys: v.optional(v.array(v.strictObject({ code, key: keyName }), 'a list of codes and keys')),
  debounceMs: v.optional(whole(0, 200), 0),
  hook: v.optional(v.strictObject({ code, lifted: v.optional(oneOf('down', 'up'), 'down'), ...hookTimes })),
});

const display = v.strictObject({
  bus: v.optional(text, '/dev/i2c-1'),
  address: v.optional(whole(3, 119), 0x27),
  columns: v.optional(whole(8, 40), 16),
});

/** What stands under `keypad`: everything that hands touch and eyes see at this telephone. */
export const keypadSchema = v.strictObject({
  gpio: v.optional(gpio),
  input: v.optional(v.array(input, 'a list of input devices'), () => []),
  display: v.optional(display),
});
