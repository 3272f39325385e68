declare const brand: unique symbol;

/**
 * A string that names one thing and cannot be mistaken for the name of another: `Token<'call'>` does not fit where
 * `Token<'transfer'>` is wanted. At run time it is the bare string.
 */
export type Token<Kind extends string> = string & { readonly [brand]: Kind };

/** Make a token from a string whose origin is known to be right. Refuses an empty one, which is always a bug. */
export function token<Kind extends string>(text: string): Token<Kind> {
  if (text === '') throw new Error('a token must not be empty');
  return text as Token<Kind>;
}
