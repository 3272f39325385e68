import { type ContactWiring, type Wiring, wiringFaults } from '@switchhook/gpio-keypad';
import { type EvdevWiring, usualKeys } from '@switchhook/gpio-keypad/node';
import { keyTableOf } from './key-table.ts';
import type { Configuration } from './schema.ts';

type Gpio = NonNullable<Configuration['keypad']['gpio']>;
type Contact = Gpio['keys'][number] | NonNullable<Gpio['hook']>;

/** What is soldered to GPIO lines; undefined = nothing. */
export function gpioWiringOf({ keypad }: Pick<Configuration, 'keypad'>): Wiring | undefined {
  const { gpio } = keypad;
  if (gpio === undefined) return undefined;
  const { chip, matrix, keys, hook, lamps, debounceMs } = gpio;
  return {
    ...(chip === undefined ? {} : { chip }),
    ...(matrix === undefined
      ? {}
      : { matrix: { ...matrix, keys: matrix.keys.map((row) => row.map((key) => key ?? undefined)) } }),
    keys: keys.map((each) => ({ ...each, ...contactOf(each) })),
    ...(hook === undefined ? {} : { hook: { ...hook, ...contactOf(hook) } }),
    lamps: Object.fromEntries(
      lamps.map(({ lamp, green, red, lit }) => [
        lamp,
        { lit, ...(green === undefined ? {} : { green }), ...(red === undefined ? {} : { red }) },
      ]),
    ),
    keyDebounceMs: debounceMs,
  };
}

/** A contact against a pull-up closes to ground; against a pull-down to the supply. */
function contactOf({ line, pull, closed }: Contact): ContactWiring {
  return { line, pull, closed: closed ?? (pull === 'down' ? 'high' : 'low') };
}

/** The input devices that are keypads; without a table of their own they mean what numeric keypads do. */
export function inputWiringsOf({ keypad }: Pick<Configuration, 'keypad'>): readonly EvdevWiring[] {
  return keypad.input.map(({ name, path, grab, keys, hook, debounceMs }) => ({
    device: path === undefined ? { name: name ?? '' } : { path },
    grab,
    keys: keys === undefined ? usualKeys : Object.fromEntries(keys.map(({ code, key }) => [code, key])),
    ...(hook === undefined ? {} : { hook }),
    keyDebounceMs: debounceMs,
  }));
}

/** One thing in `keypad` that contradicts another; `path` leads to it. */
export interface KeypadFault {
  readonly path: readonly (string | number)[];
  readonly expected: string;
}

/** What the schema cannot see. */
export function keypadFaults(configuration: Pick<Configuration, 'keypad'>): readonly KeypadFault[] {
  const { gpio, input } = configuration.keypad;
  const faults: KeypadFault[] = [];
  const wiring = gpioWiringOf(configuration);
  if (wiring !== undefined)
    for (const fault of wiringFaults(wiring))
      faults.push({ path: ['keypad', 'gpio'], expected: `a wiring that can be: ${fault}` });
  gpio?.lamps.forEach(({ green, red }, i) => {
    if (green === undefined && red === undefined)
      faults.push({ path: ['keypad', 'gpio', 'lamps', i], expected: 'green, red or both' });
  });
  input.forEach(({ name, path }, i) => {
    if ((name === undefined) === (path === undefined))
      faults.push({ path: ['keypad', 'input', i], expected: 'either name or path' });
  });
  const hooks = [
    { at: ['keypad', 'gpio', 'hook'], hook: gpio?.hook },
    ...input.map(({ hook }, i) => ({ at: ['keypad', 'input', i, 'hook'], hook })),
  ];
  for (const { at, hook } of hooks)
    if (hook !== undefined && hook.flashMaxMs !== 0 && hook.flashMaxMs <= hook.flashMinMs)
      faults.push({
        path: [...at, 'flashMaxMs'],
        expected: `more than flashMinMs (${hook.flashMinMs}), or 0 for no flash`,
      });
  return faults;
}

/** Keys that are wired and mean nothing, and keys that mean something and are wired nowhere: a line each for the person. */
export function looseEnds(
  configuration: Pick<Configuration, 'keypad' | 'keys'>,
  plain: readonly string[],
): readonly string[] {
  const table = keyTableOf(configuration);
  const { keypad, keys } = configuration;
  const pins = [...(keypad.gpio?.matrix?.keys.flat() ?? []), ...(keypad.gpio?.keys.map(({ key }) => key) ?? [])];
  const wired = [...pins, ...inputWiringsOf(configuration).flatMap((each) => Object.values(each.keys))].filter(
    (key) => key !== null,
  );
  const idle = [...new Set(wired)].filter((key) => !Object.hasOwn(table, key));
  const strange = keys.map(({ key }) => key).filter((key) => !plain.includes(key) && !wired.includes(key));
  return [
    ...(idle.length === 0 ? [] : [`keypad: ${idle.join(', ')} does nothing: say under keys what it does`]),
    ...(strange.length === 0 ? [] : [`keys: nothing presses ${strange.join(', ')}: wire it under keypad`]),
  ];
}
