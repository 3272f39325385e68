/**
 * The result of reading bytes that somebody else wrote: a value, or a fault from a closed set of words with the
 * offset at which reading stopped. Parsers return it and never throw.
 */
export type Parsed<T, Fault extends string> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: Fault; readonly at: number };

/** A value that was read. */
export function parsed<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

/** A fault found at byte or character offset `at`. */
export function fault<Fault extends string>(
  word: Fault,
  at: number,
): { readonly ok: false; readonly fault: Fault; readonly at: number } {
  return { ok: false, fault: word, at };
}
