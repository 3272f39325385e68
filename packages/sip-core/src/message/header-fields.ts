import type { Parsed } from '@switchhook/sans-io';
import { type HeaderName, headerName, sameName } from './header-names.ts';
import { asOctets, decodeOctets } from './octets.ts';
import { splitList } from './params.ts';
import { hasControl, trimmed, wholeNumber, withoutControl } from './token.ts';

type ReadValue<T> = (text: string) => Parsed<T, string>;

/** One header field: its name and value, and the line it was read from, from which its value is cut when asked for. */
class HeaderField {
  readonly name: HeaderName;
  /** The line holds octets above 0x7F. */
  readonly octets: boolean;
  /** The text that the line lies in; undefined when we built the field. */
  readonly #text: string | undefined;
  readonly #start: number;
  readonly #colon: number;
  readonly #end: number;
  #value: string | undefined;
  #read: ReadValue<unknown> | undefined;
  #result: Parsed<unknown, string> | undefined;

  constructor(
    name: HeaderName,
    octets: boolean,
    text: string | undefined,
    start: number,
    colon: number,
    end: number,
    value: string | undefined,
  ) {
    this.name = name;
    this.octets = octets;
    this.#text = text;
    this.#start = start;
    this.#colon = colon;
    this.#end = end;
    this.#value = value;
    this.#read = undefined;
    this.#result = undefined;
  }

  /** The line as it came, without its line end; undefined when we built the field. */
  get line(): string | undefined {
    return this.#text?.slice(this.#start, this.#end);
  }

  get value(): string {
    if (this.#value === undefined) {
      const value = unfold(this.#text!, this.#colon + 1, this.#end);
      this.#value = this.octets ? decodeOctets(value) : value;
    }
    return this.#value;
  }

  read<T>(read: ReadValue<T>): Parsed<T, string> {
    if (this.#read !== read) {
      this.#result = read(this.value);
      this.#read = read;
    }
    return this.#result as Parsed<T, string>;
  }

  /** The same field with `suffix` after its value. */
  extended(suffix: string): HeaderField {
    checkText(suffix);
    if (this.#text === undefined) {
      return new HeaderField(this.name, false, undefined, 0, 0, 0, this.value + suffix);
    }
    const line = this.#text.slice(this.#start, this.#end).trimEnd() + suffix;
    return new HeaderField(this.name, this.octets, line, 0, this.#colon - this.#start, line.length, undefined);
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

/** Fields whose values hold commas that separate nothing (RFC 3261 §7.3.1). */
const WHOLE: ReadonlySet<string> = new Set([
  'www-authenticate',
  'authorization',
  'proxy-authenticate',
  'proxy-authorization',
  'date',
  'subject',
]);

/**
 * The header fields of a message, in their order. Names are compared without case and compact forms are equal to long
 * ones (RFC 3261 §7.3.3). Values are handed out unfolded, without outer blanks, read as UTF-8. A field that was read
 * and not touched is printed as it came.
 */
export class HeaderFields {
  #fields: HeaderField[] = [];
  /** Nothing was changed since the parser filled it. */
  #received = false;
  /** The whole header block as received; only true while `#received`. */
  #block: string | undefined;

  /** Name and value pairs, in order. */
  static of(entries: Iterable<readonly [name: string, value: string]>): HeaderFields {
    const headers = new HeaderFields();
    for (const [name, value] of entries) headers.add(name, value);
    return headers;
  }

  /** How many fields. */
  get size(): number {
    return this.#fields.length;
  }

  /** Value of the first field called `name`. */
  get(name: string): string | undefined {
    return this.#first(nameOf(name))?.value;
  }

  /** The value of each field called `name`, unsplit. */
  all(name: string): readonly string[] {
    const wanted = nameOf(name);
    const values: string[] = [];
    for (const field of this.#fields) if (sameName(field.name, wanted)) values.push(field.value);
    return values;
  }

  /** The comma-separated values of every field called `name`. Credentials and challenges are never split. */
  list(name: string): string[] {
    const wanted = nameOf(name);
    const values: string[] = [];
    for (const field of this.#fields) {
      if (!sameName(field.name, wanted)) continue;
      if (WHOLE.has(wanted.key)) values.push(field.value);
      else for (const part of splitList(field.value)) values.push(part);
    }
    return values;
  }

  /** What `read` makes of each comma-separated value of every field called `name`; those that it refuses are left out. */
  readAll<T>(name: string, read: ReadValue<T>): T[] {
    const wanted = nameOf(name);
    const values: T[] = [];
    for (const field of this.#fields) {
      if (!sameName(field.name, wanted)) continue;
      if (field.value.indexOf(',') < 0 || WHOLE.has(wanted.key)) {
        const result = field.read(read);
        if (result.ok) values.push(result.value);
        continue;
      }
      for (const part of splitList(field.value)) {
        const result = read(part);
        if (result.ok) values.push(result.value);
      }
    }
    return values;
  }

  /** How many comma-separated values `name` has; counting stops once it is over `most`. */
  count(name: string, most: number): number {
    const wanted = nameOf(name);
    let count = 0;
    for (const field of this.#fields) {
      if (!sameName(field.name, wanted)) continue;
      count += field.value.indexOf(',') < 0 ? 1 : splitList(field.value).length;
      if (count > most) break;
    }
    return count;
  }

  /** Whether a field called `name` is there. */
  has(name: string): boolean {
    return this.#first(nameOf(name)) !== undefined;
  }

  /** Names as they are written in full, and values, in order. */
  *entries(): IterableIterator<[name: string, value: string]> {
    for (const field of this.#fields) yield [field.name.written, field.value];
  }

  /**
   * The first field called `name` through `read`, remembered until the field changes: undefined when there is none or
   * when `read` refuses it.
   */
  read<T>(name: string, read: ReadValue<T>): T | undefined {
    const result = this.#first(nameOf(name))?.read(read);
    return result?.ok === true ? result.value : undefined;
  }

  /** Append a field. Throws on a line break or NUL: whatever reached us unchecked is our own bug. */
  add(name: string, value: string): this {
    this.#fields.push(built(name, value));
    this.#received = false;
    return this;
  }

  /** Put a field before all others of its name, or first of all when there is none: Via, Route. */
  prepend(name: string, value: string): this {
    const field = built(name, value);
    this.#received = false;
    const at = this.#fields.findIndex((other) => sameName(other.name, field.name));
    this.#fields.splice(Math.max(at, 0), 0, field);
    return this;
  }

  /** Replace all fields called `name` by one, at the place of the first, or append it. */
  set(name: string, value: string): this {
    const field = built(name, value);
    this.#received = false;
    const at = this.#fields.findIndex((other) => sameName(other.name, field.name));
    if (at < 0) {
      this.#fields.push(field);
      return this;
    }
    this.#fields[at] = field;
    this.#fields = this.#fields.filter((other, i) => i <= at || !sameName(other.name, field.name));
    return this;
  }

  /** Replace only the first field called `name`: the topmost Via of several. */
  replaceFirst(name: string, value: string): this {
    const field = built(name, value);
    this.#received = false;
    const at = this.#fields.findIndex((other) => sameName(other.name, field.name));
    if (at < 0) this.#fields.push(field);
    else this.#fields[at] = field;
    return this;
  }

  /** Remove all fields called `name`. */
  delete(name: string): this {
    this.#received = false;
    const wanted = nameOf(name);
    this.#fields = this.#fields.filter((field) => !sameName(field.name, wanted));
    return this;
  }

  /** Remove the first field called `name`. */
  deleteFirst(name: string): this {
    this.#received = false;
    const wanted = nameOf(name);
    const at = this.#fields.findIndex((field) => sameName(field.name, wanted));
    if (at >= 0) this.#fields.splice(at, 1);
    return this;
  }

  /** Append every field called `name` of `other`, as it is written there, octet by octet. */
  copy(other: HeaderFields, name: string): this {
    const wanted = nameOf(name);
    for (const field of other.#fields) if (sameName(field.name, wanted)) this.#fields.push(field);
    this.#received = false;
    return this;
  }

  /** Append the first field called `name` of `other` as it is written there, with `suffix` after its value. */
  copyFirst(other: HeaderFields, name: string, suffix = ''): this {
    const field = other.#first(nameOf(name));
    if (field !== undefined) this.#fields.push(suffix === '' ? field : field.extended(suffix));
    this.#received = false;
    return this;
  }

  /** An independent copy. */
  clone(): HeaderFields {
    const copy = new HeaderFields();
    copy.#fields = this.#fields.slice();
    copy.#received = this.#received;
    copy.#block = this.#block;
    return copy;
  }

  /**
   * For the parser: append the line of a received message that lies in `text` from `start` to `end`, folds included.
   * `octets` = characters above 0x7F are in it, each standing for one octet; `colon` is the offset of its `:`.
   */
  addLine(name: HeaderName, octets: boolean, text: string, start: number, colon: number, end: number): void {
    this.#fields.push(new HeaderField(name, octets, text, start, colon, end, undefined));
    this.#received = true;
  }

  /** For the parser: all lines are in, and stand in `text` from `start` to `end` just as they are to be printed. */
  closeBlock(text: string, start: number, end: number): void {
    this.#block = text.slice(start, end);
  }

  /**
   * For the printer: the whole header block. `octets` tells whether its characters stand for octets (some field came
   * with octets above 0x7F) or are text to be written as UTF-8. A wrong Content-Length is put right, a missing one is
   * added unless the message is as it was received.
   */
  print(length: number): { readonly text: string; readonly octets: boolean } {
    let octets = false;
    for (const field of this.#fields) if (field.octets) octets = true;
    if (this.#received && this.#block !== undefined) {
      const written = this.#first(CONTENT_LENGTH);
      if (written === undefined || wholeNumber(written.value) === length) return { text: this.#block, octets };
    }
    let text = '';
    let counted = this.#received;
    for (const field of this.#fields) {
      if (field.name === CONTENT_LENGTH) {
        counted = true;
        if (wholeNumber(field.value) !== length) {
          text += `Content-Length: ${length}\r\n`;
          continue;
        }
      }
      const line = field.line;
      if (line !== undefined) text += `${line}\r\n`;
      else text += `${field.name.written}: ${octets ? asOctets(field.value) : field.value}\r\n`;
    }
    if (!counted) text += `Content-Length: ${length}\r\n`;
    return { text, octets };
  }

  #first(name: HeaderName): HeaderField | undefined {
    const fields = this.#fields;
    for (let i = 0; i < fields.length; i++) if (sameName(fields[i]!.name, name)) return fields[i];
    return undefined;
  }
}

const NOBODY: HeaderName = { key: '', written: '', bit: 0, known: true };
const CONTENT_LENGTH = nameOf('Content-Length');

function nameOf(name: string): HeaderName {
  return headerName(name) ?? NOBODY;
}

function checkText(text: string): void {
  if (text.indexOf('\r') >= 0 || text.indexOf('\n') >= 0 || text.indexOf('\0') >= 0) {
    throw new Error(`a header field must not hold line breaks or NUL: ${JSON.stringify(text)}`);
  }
}

/** A field of our own making. Line breaks and NUL throw, other control characters become blanks. */
function built(name: string, value: string): HeaderField {
  const known = headerName(name);
  if (known === undefined) throw new Error(`not a header field name: ${JSON.stringify(name)}`);
  let text = value;
  if (hasControl(value)) {
    checkText(value);
    text = withoutControl(value);
  }
  return new HeaderField(known, false, undefined, 0, 0, 0, trimmed(text, 0, text.length));
}
