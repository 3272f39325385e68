import { fault, type Parsed, parsed } from '@switchhook/sans-io';

/** What a pattern may be made of, and what a number may hold. */
const digits = '0123456789';
const dialled = `${digits}*#+`;

/** One place of a pattern: which characters, and whether more of them may follow. */
interface Place {
  readonly of: string;
  readonly many: boolean;
}

/** A number pattern that was read. See `parsePattern`. */
export interface DialPattern {
  readonly text: string;
  readonly places: readonly Place[];
  /** A closing `.`: anything may follow, or nothing. */
  readonly rest: boolean;
  /** A closing `T`: a number that fits is not sent before the short time has passed. */
  readonly waits: boolean;
}

export type PatternFault =
  | 'empty'
  | 'unknown-character'
  | 'open-bracket'
  | 'empty-bracket'
  | 'wrong-range'
  | 'not-at-end';

/** For the person who wrote it: what is wrong, at a place that is told besides. */
export const patternFaults: Readonly<Record<PatternFault, string>> = {
  empty: 'nothing to match',
  'unknown-character': 'a character that is neither a digit, *, #, x, N, Z, [ ], + nor a closing . or T',
  'open-bracket': 'a [ without its ]',
  'empty-bracket': 'brackets with nothing in them',
  'wrong-range': 'a range that does not go from a lower to a higher digit',
  'not-at-end': '. and T stand at the end only',
};

/**
 * Read a pattern: digits, `*`, `#` and a leading `+` stand for themselves; `x` or `X` is any digit, `Z` 1 to 9, `N` 2 to
 * 9, `[2-47*]` one of those; `+` behind any of them: once or more; a closing `.` any rest, also none; and at the very
 * end `T`: wait for more digits. `at` of a fault counts from 0.
 */
export function parsePattern(text: string): Parsed<DialPattern, PatternFault> {
  const places: Place[] = [];
  let [rest, waits] = [false, false];
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]!;
    if (waits || (rest && sign !== 'T')) return fault('not-at-end', at);
    const last = places.at(-1);
    if (sign === '.') rest = true;
    else if (sign === 'T') waits = true;
    else if (sign === '+' && last !== undefined) {
      if (last.many || last.of === '+') return fault('unknown-character', at);
      places[places.length - 1] = { ...last, many: true };
    } else if (sign === '[') {
      const close = text.indexOf(']', at);
      if (close < 0) return fault('open-bracket', at);
      const of = classOf(text.slice(at + 1, close));
      if (typeof of !== 'string') return fault(of.fault, at + 1 + of.at);
      places.push({ of, many: false });
      at = close;
    } else {
      const of = setOf(sign);
      if (of === undefined) return fault('unknown-character', at);
      places.push({ of, many: false });
    }
  }
  if (places.length === 0 && !rest) return fault('empty', 0);
  return parsed({ text, places, rest, waits });
}

function setOf(sign: string): string | undefined {
  if (sign === 'x' || sign === 'X') return digits;
  if (sign === 'Z') return digits.slice(1);
  if (sign === 'N') return digits.slice(2);
  return dialled.includes(sign) ? sign : undefined;
}

function classOf(inside: string): string | { readonly fault: PatternFault; readonly at: number } {
  let of = '';
  for (let at = 0; at < inside.length; at++) {
    const sign = inside[at]!;
    if (inside[at + 1] === '-') {
      const [from, to] = [digits.indexOf(sign), digits.indexOf(inside[at + 2] ?? '-')];
      if (from < 0 || to < from) return { fault: 'wrong-range', at };
      of += digits.slice(from, to + 1);
      at += 2;
    } else if (`${digits}*#`.includes(sign)) of += sign;
    else return { fault: 'unknown-character', at };
  }
  return of === '' ? { fault: 'empty-bracket', at: 0 } : of;
}

/** How a number stands to a pattern: does it fit, and could it fit with more digits? */
export interface Fit {
  readonly whole: boolean;
  readonly more: boolean;
}

/** Compare a number, or the beginning of one, with a pattern. */
export function fit({ places, rest }: DialPattern, number: string): Fit {
  // the numbers of places that may be filled so far
  let filled = new Set([0]);
  for (const sign of number) {
    const next = new Set<number>();
    for (const count of filled) {
      if (places[count]?.of.includes(sign)) next.add(count + 1);
      const last = places[count - 1];
      if (last?.many && last.of.includes(sign)) next.add(count);
      if (rest && count === places.length && dialled.includes(sign)) next.add(count);
    }
    filled = next;
  }
  const open = [...filled].some((count) => count < places.length || places[count - 1]?.many === true || rest);
  return { whole: filled.has(places.length), more: open };
}

/** The fewest digits that a number of this pattern has. */
export function shortest({ places }: DialPattern): number {
  return places.length;
}
