import { fault, type Parsed, parsed } from '@switchhook/sans-io';

/** What can be wrong with the arguments of a verb. */
export type ArgumentFault = 'missing-argument' | 'wrong-argument' | 'unknown-argument';

/** Says whether a value fits; nothing is converted. */
export type Check = (value: unknown) => boolean;

/** A text of 1 to `longest` characters. */
export function text(longest: number): Check {
  return (value) => typeof value === 'string' && value.length > 0 && value.length <= longest;
}
/** A whole number from `least` to `most`. */
export function whole(least: number, most: number): Check {
  return (value) => typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
}
export function oneOf(...words: readonly string[]): Check {
  return (value) => typeof value === 'string' && words.includes(value);
}
export const flag: Check = (value) => typeof value === 'boolean';
/** A text, a finite number or a truth value. */
export const scalar: Check = (value) =>
  (typeof value === 'string' && value.length <= 256) ||
  typeof value === 'boolean' ||
  (typeof value === 'number' && Number.isFinite(value));

/** Field names with their checks; a name that ends in `?` may be left out. */
export type Fields = Readonly<Record<string, Check>>;

/** Check `args` against `fields`: all that must be there, nothing else, own properties only. */
export function readArguments(
  fields: Fields,
  args: Readonly<Record<string, unknown>>,
): Parsed<Readonly<Record<string, unknown>>, ArgumentFault> {
  const read: Record<string, unknown> = {};
  let at = 0;
  for (const [field, fits] of Object.entries(fields)) {
    const name = field.replace(/\?$/, '');
    const value = Object.hasOwn(args, name) ? args[name] : undefined;
    if (value === undefined || value === null) {
      if (!field.endsWith('?')) return fault('missing-argument', at);
    } else if (fits(value)) read[name] = value;
    else return fault('wrong-argument', at);
    at += 1;
  }
  for (const name of Object.keys(args)) {
    if (!Object.hasOwn(fields, name) && !Object.hasOwn(fields, `${name}?`)) return fault('unknown-argument', at);
  }
  return parsed(read);
}
