import type { Parsed } from '@switchhook/sans-io';
import { type HeaderName, headerName } from './header-names.ts';
import { asOctets, decodeOctets } from './octets.ts';
import { splitList } from './params.ts';
import { trimmed, wholeNumber, withoutControl } from './token.ts';

type ReadValue<T> = (text: string) => Parsed<T, string>;

/** One header field: its name and value, and the line it was read from, from which its value is cut when asked for. */
class HeaderField {
  readonly name: HeaderName;
  /** The line as octets without its line end; undefined when we built the field. */
  readonly line: string | undefined;
  /** The line holds octets above 0x7F. */
  readonly octets: boolean;
  readonly #colon: number;
  #value: string | undefined;
  #read: ReadValue<unknown> | undefined;
  #result: Parsed<unknown, string> | undefined;

  constructor(name: HeaderName, line: string | undefined, octets: boolean, colon: number, value: string | undefined) {
    this.name = name;
    this.line = line;
    this.octets = octets;
    this.#colon = colon;
    this.#value = value;
  }

  get value(): string {
    if (this.#value === undefined) {
      const value = unfold(this.line!, this.#colon + 1);
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
    if (this.line === undefined) return new HeaderField(this.name, undefined, false, 0, this.value + suffix);
    const line = this.line.slice(0, this.#colon + 1) + this.line.slice(this.#colon + 1).trimEnd() + suffix;
    return new HeaderField(this.name, line, this.octets, this.#colon, undefined);
  }
}

/** The value part of a line: each fold is one blank (RFC 3261 §7.3.1). */
function unfold(line: string, from: number): string {
  if (line.indexOf('\r', from) < 0) return trimmed(line, from, line.length);
  let value = '';
  for (const part of line.slice(from).split('\r\n')) {
    const text = trimmed(part, 0, part.length);
    if (text !== '') value += value === '' ? text : ` ${text}`;
  }
  return value;
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
    return this.#first(name)?.value;
  }

  /** The value of each field called `name`, unsplit. */
  all(name: string): readonly string[] {
    const key = keyOf(name);
    const values: string[] = [];
    for (const field of this.#fields) if (field.name.key === key) values.push(field.value);
    return values;
  }

  /** The comma-separated values of every field called `name`. Credentials and challenges are never split. */
  list(name: string): string[] {
    const key = keyOf(name);
    const values: string[] = [];
    for (const field of this.#fields) {
      if (field.name.key !== key) continue;
      if (WHOLE.has(key)) values.push(field.value);
      else for (const part of splitList(field.value)) values.push(part);
    }
    return values;
  }

  /** How many comma-separated values `name` has; counting stops once it is over `most`. */
  count(name: string, most: number): number {
    const key = keyOf(name);
    let count = 0;
    for (const field of this.#fields) {
      if (field.name.key !== key) continue;
      count += field.value.indexOf(',') < 0 ? 1 : splitList(field.value).length;
      if (count > most) break;
    }
    return count;
  }

  /** Whether a field called `name` is there. */
  has(name: string): boolean {
    return this.#first(name) !== undefined;
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
    const result = this.#first(name)?.read(read);
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
    const at = this.#fields.findIndex((other) => other.name.key === field.name.key);
    this.#fields.splice(Math.max(at, 0), 0, field);
    return this;
  }

  /** Replace all fields called `name` by one, at the place of the first, or append it. */
  set(name: string, value: string): this {
    const field = built(name, value);
    this.#received = false;
    const at = this.#fields.findIndex((other) => other.name.key === field.name.key);
    if (at < 0) {
      this.#fields.push(field);
      return this;
    }
    this.#fields[at] = field;
    this.#fields = this.#fields.filter((other, i) => i <= at || other.name.key !== field.name.key);
    return this;
  }

  /** Replace only the first field called `name`: the topmost Via of several. */
  replaceFirst(name: string, value: string): this {
    const field = built(name, value);
    this.#received = false;
    const at = this.#fields.findIndex((other) => other.name.key === field.name.key);
    if (at < 0) this.#fields.push(field);
    else this.#fields[at] = field;
    return this;
  }

  /** Remove all fields called `name`. */
  delete(name: string): this {
    this.#received = false;
    const key = keyOf(name);
    this.#fields = this.#fields.filter((field) => field.name.key !== key);
    return this;
  }

  /** Remove the first field called `name`. */
  deleteFirst(name: string): this {
    this.#received = false;
    const key = keyOf(name);
    const at = this.#fields.findIndex((field) => field.name.key === key);
    if (at >= 0) this.#fields.splice(at, 1);
    return this;
  }

  /** Append every field called `name` of `other`, as it is written there, octet by octet. */
  copy(other: HeaderFields, name: string): this {
    const key = keyOf(name);
    for (const field of other.#fields) if (field.name.key === key) this.#fields.push(field);
    this.#received = false;
    return this;
  }

  /** Append the first field called `name` of `other` as it is written there, with `suffix` after its value. */
  copyFirst(other: HeaderFields, name: string, suffix = ''): this {
    const field = other.#first(name);
    if (field !== undefined) this.#fields.push(suffix === '' ? field : field.extended(suffix));
    this.#received = false;
    return this;
  }

  /** An independent copy. */
  clone(): HeaderFields {
    const copy = new HeaderFields();
    copy.#fields = this.#fields.slice();
    copy.#received = this.#received;
    return copy;
  }

  /**
   * For the parser: append the line of a received message, folds included. `octets` = characters above 0x7F are in it,
   * each standing for one octet; `colon` is the offset of its `:`.
   */
  addLine(name: HeaderName, line: string, octets: boolean, colon: number): void {
    this.#fields.push(new HeaderField(name, line, octets, colon, undefined));
    this.#received = true;
  }

  /**
   * For the printer: the whole header block. `octets` tells whether its characters stand for octets (some field came
   * with octets above 0x7F) or are text to be written as UTF-8. A wrong Content-Length is put right, a missing one is
   * added unless the message is as it was received.
   */
  print(length: number): { readonly text: string; readonly octets: boolean } {
    let octets = false;
    for (const field of this.#fields) if (field.octets) octets = true;
    let text = '';
    let counted = this.#received;
    for (const field of this.#fields) {
      if (field.name.key === 'content-length') {
        counted = true;
        if (wholeNumber(field.value) !== length) {
          text += `Content-Length: ${length}\r\n`;
          continue;
        }
      }
      if (field.line !== undefined) text += `${field.line}\r\n`;
      else text += `${field.name.written}: ${octets ? asOctets(field.value) : field.value}\r\n`;
    }
    if (!counted) text += `Content-Length: ${length}\r\n`;
    return { text, octets };
  }

  #first(name: string): HeaderField | undefined {
    const key = keyOf(name);
    const fields = this.#fields;
    for (let i = 0; i < fields.length; i++) if (fields[i]!.name.key === key) return fields[i];
    return undefined;
  }
}

function keyOf(name: string): string {
  return headerName(name)?.key ?? name;
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
  checkText(value);
  return new HeaderField(known, undefined, false, 0, trimmed(withoutControl(value), 0, value.length));
}
