import type { Parsed } from '@switchhook/sans-io';
import { type HeaderName, headerName } from './header-names.ts';
import { decodeOctets } from './octets.ts';
import { hasControl, trimmed, withoutControl } from './token.ts';

/** How a value is read. */
export type ReadValue<T> = (text: string) => Parsed<T, string>;

/** The result of reading a field, remembered with the function that gave it. */
interface Remembered {
  readonly read: ReadValue<unknown>;
  readonly result: Parsed<unknown, string>;
}

/** One header field as a piece of text: received ones cut their value from it when asked for. Shared, never changed. */
export class HeaderField {
  readonly name: HeaderName;
  /** The line holds octets above 0x7F, one character each. */
  readonly octets: boolean;
  /** We made it: its line is text, to be written as UTF-8. */
  readonly own: boolean;
  /** The text that the line lies in: a whole message or the line alone. */
  readonly text: string;
  readonly start: number;
  readonly colon: number;
  /** Where the line ends, its line end not included. */
  readonly end: number;
  /** The value once it has been cut: read `value`. No private field: creating one costs as much as all the others. */
  held: string | undefined;
  remembered: Remembered | undefined;

  constructor(
    name: HeaderName,
    octets: boolean,
    own: boolean,
    text: string,
    start: number,
    colon: number,
    end: number,
    value: string | undefined,
  ) {
    this.name = name;
    this.octets = octets;
    this.own = own;
    this.text = text;
    this.start = start;
    this.colon = colon;
    this.end = end;
    this.held = value;
    this.remembered = undefined;
  }

  get value(): string {
    let value = this.held;
    if (value === undefined) {
      value = unfold(this.text, this.colon + 1, this.end);
      if (this.octets) value = decodeOctets(value);
      this.held = value;
    }
    return value;
  }

  read<T>(read: ReadValue<T>): Parsed<T, string> {
    let remembered = this.remembered;
    if (remembered?.read !== read) {
      remembered = { read, result: read(this.value) };
      this.remembered = remembered;
    }
    return remembered.result as Parsed<T, string>;
  }

  /** The same field with `suffix` after its value. */
  extended(suffix: string): HeaderField {
    checkText(suffix);
    const line = this.text.slice(this.start, this.end).trimEnd() + suffix;
    return new HeaderField(this.name, this.octets, this.own, line, 0, this.colon - this.start, line.length, undefined);
  }
}

/** The value part of a line: each fold is one blank (RFC 3261 §7.3.1). */
function unfold(text: string, from: number, to: number): string {
  const value = trimmed(text, from, to);
  if (value.indexOf('\r') < 0) return value;
  let unfolded = '';
  for (const part of value.split('\r\n')) {
    const piece = trimmed(part, 0, part.length);
    if (piece !== '') unfolded += unfolded === '' ? piece : ` ${piece}`;
  }
  return unfolded;
}

/** Fields that say the same of us in one message after the other: the one built last is taken again. */
const STEADY: ReadonlySet<string> = new Set([
  'allow',
  'supported',
  'user-agent',
  'server',
  'accept',
  'allow-events',
  'contact',
  'content-type',
]);
/** Longer ones would keep much memory alive. */
const STEADY_LENGTH = 256;
const steady = new Map<HeaderName, HeaderField>();

/** A field of our own making. Line breaks and NUL throw, other control characters become blanks. */
export function built(name: string, value: string): HeaderField {
  const known = headerName(name);
  if (known === undefined) throw new Error(`not a header field name: ${JSON.stringify(name)}`);
  const same = steady.get(known);
  if (same !== undefined && same.value === value) return same;
  let text = value;
  if (hasControl(value)) {
    checkText(value);
    text = withoutControl(value);
  }
  const field = builtClean(known, trimmed(text, 0, text.length));
  if (STEADY.has(known.key) && field.value.length < STEADY_LENGTH) steady.set(known, field);
  return field;
}

/** The same of text that is known to hold no control character and no blank at its ends. */
export function builtClean(name: HeaderName, value: string): HeaderField {
  const line = `${name.written}: ${value}`;
  return new HeaderField(name, false, true, line, 0, name.written.length, line.length, value);
}

function checkText(text: string): void {
  if (text.indexOf('\r') >= 0 || text.indexOf('\n') >= 0 || text.indexOf('\0') >= 0) {
    throw new Error(`a header field must not hold line breaks or NUL: ${JSON.stringify(text)}`);
  }
}
