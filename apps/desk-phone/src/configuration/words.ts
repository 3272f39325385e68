import * as v from 'valibot';

// Every message here is the "expected …" half of a sentence that a person reads in a terminal.

export const text = v.pipe(v.string('a text'), v.trim(), v.minLength(1, 'a text that is not empty'));
export const yesNo = v.boolean('true or false');

/** A whole number between these two, both included. */
export function whole(from: number, to: number) {
  const expected = `a whole number from ${from} to ${to}`;
  return v.pipe(
    v.number(expected),
    v.integer(expected),
    v.check((n) => n >= from && n <= to, expected),
  );
}

/** One of these words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(...words: Words) {
  return v.picklist(words, `one of ${words.join(', ')}`);
}

/** A key's name, which YAML may have read as a number. */
export const keyName = v.pipe(v.union([v.string(), v.number()], 'the name of a key'), v.transform(String));
