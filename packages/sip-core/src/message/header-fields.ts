import { built, builtClean, HeaderField, type ReadValue } from './header-field.ts';
import { COUNTED_ABOVE, type HeaderName, headerName, sameName } from './header-names.ts';
import { asOctets } from './octets.ts';
import { splitList } from './params.ts';
import { wholeNumber } from './token.ts';

/** Fields whose values hold commas that separate nothing (RFC 3261 §7.3.1). */
const WHOLE: ReadonlySet<string> = new Set([
  'www-authenticate',
  'authorization',
  'proxy-authenticate',
  'proxy-authorization',
  'date',
  'subject',
]);

/** How many values of each kind there are. */
export interface Crowd {
  readonly vias: number;
  readonly routes: number;
  readonly recordRoutes: number;
  readonly contacts: number;
}

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
    return this.#first(nameOf(name))?.value;
  }

  /** The value of each field called `name`, unsplit. */
  all(name: string): readonly string[] {
    const wanted = nameOf(name);
    const values: string[] = [];
    for (let i = this.#next(wanted, 0); i >= 0; i = this.#next(wanted, i + 1)) values.push(this.#fields[i]!.value);
    return values;
  }

  /** The comma-separated values of every field called `name`. Credentials and challenges are never split. */
  list(name: string): string[] {
    const wanted = nameOf(name);
    let values: string[] = [];
    for (let i = this.#next(wanted, 0); i >= 0; i = this.#next(wanted, i + 1)) {
      const { value } = this.#fields[i]!;
      if (WHOLE.has(wanted.key)) values.push(value);
      else if (values.length === 0) values = splitList(value);
      else values.push(...splitList(value));
    }
    return values;
  }

  /** What `read` makes of each comma-separated value of every field called `name`; those that it refuses are left out. */
  readAll<T>(name: string, read: ReadValue<T>): T[] {
    const wanted = nameOf(name);
    const values: T[] = [];
    for (let i = this.#next(wanted, 0); i >= 0; i = this.#next(wanted, i + 1)) {
      const field = this.#fields[i]!;
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
    for (let i = this.#next(wanted, 0); i >= 0; i = this.#next(wanted, i + 1)) {
      const field = this.#fields[i]!;
      count += field.value.indexOf(',') < 0 ? 1 : splitList(field.value).length;
      if (count > most) break;
    }
    return count;
  }

  /** How many comma-separated values the fields have that come in numbers. */
  crowd(): Crowd {
    const crowd = { vias: 0, routes: 0, recordRoutes: 0, contacts: 0 };
    for (let i = 0; i < this.#fields.length; i++) {
      const field = this.#fields[i]!;
      const { name } = field;
      if (name.bit <= COUNTED_ABOVE) continue;
      const count = field.value.indexOf(',') < 0 ? 1 : splitList(field.value).length;
      if (name === VIA) crowd.vias += count;
      else if (name === ROUTE) crowd.routes += count;
      else if (name === RECORD_ROUTE) crowd.recordRoutes += count;
      else crowd.contacts += count;
    }
    return crowd;
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

  /** `add` for builders whose value is known to hold no control character and no blank at its ends. */
  addClean(name: string, value: string): this {
    this.#fields.push(builtClean(nameOf(name), value));
    this.#received = false;
    return this;
  }

  /** Put a field before all others of its name, or first of all when there is none: Via, Route. */
  prepend(name: string, value: string): this {
    const field = built(name, value);
    this.#received = false;
    const at = this.#next(field.name, 0);
    this.#fields.splice(Math.max(at, 0), 0, field);
    return this;
  }

  /** Replace all fields called `name` by one, at the place of the first, or append it. */
  set(name: string, value: string): this {
    const field = built(name, value);
    this.#received = false;
    const at = this.#next(field.name, 0);
    if (at < 0) {
      this.#fields.push(field);
      return this;
    }
    this.#fields[at] = field;
    if (this.#next(field.name, at + 1) >= 0) {
      this.#fields = this.#fields.filter((other, i) => i <= at || !sameName(other.name, field.name));
    }
    return this;
  }

  /** Replace only the first field called `name`: the topmost Via of several. */
  replaceFirst(name: string, value: string): this {
    const field = built(name, value);
    this.#received = false;
    const at = this.#next(field.name, 0);
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
    const at = this.#next(wanted, 0);
    if (at >= 0) this.#fields.splice(at, 1);
    return this;
  }

  /** Append every field called `name` of `other`, as it is written there, octet by octet. */
  copy(other: HeaderFields, name: string): this {
    const wanted = nameOf(name);
    for (let i = other.#next(wanted, 0); i >= 0; i = other.#next(wanted, i + 1)) this.#fields.push(other.#fields[i]!);
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
    return copy;
  }

  /**
   * For the parser: append the line of a received message that lies in `text` from `start` to `end`, folds included.
   * `octets` = characters above 0x7F are in it, each standing for one octet; `colon` is the offset of its `:`.
   */
  addLine(name: HeaderName, octets: boolean, text: string, start: number, colon: number, end: number): void {
    this.#fields.push(new HeaderField(name, octets, false, text, start, colon, end, undefined));
    this.#received = true;
  }

  /**
   * For the printer: the whole header block. `octets` tells whether its characters stand for octets (some field came
   * with octets above 0x7F) or are text to be written as UTF-8. A wrong Content-Length is put right, a missing one is
   * added unless the message is as it was received. Lines that came one after the other go out as one piece.
   */
  print(length: number): { readonly text: string; readonly octets: boolean } {
    const fields = this.#fields;
    let octets = false;
    for (let i = 0; i < fields.length; i++) if (fields[i]!.octets) octets = true;
    let text = '';
    let counted = this.#received;
    for (let i = 0; i < fields.length; i++) {
      const field = fields[i]!;
      if (field.name === CONTENT_LENGTH) {
        counted = true;
        if (wholeNumber(field.value) !== length) {
          text += `Content-Length: ${length}\r\n`;
          continue;
        }
      }
      let { end } = field;
      for (let next = fields[i + 1]; next?.text === field.text && next.start === end + 2; next = fields[i + 1]) {
        if (next.name === CONTENT_LENGTH) {
          if (wholeNumber(next.value) !== length) break;
          counted = true;
        }
        end = next.end;
        i++;
      }
      const piece = field.text.slice(field.start, end);
      text += octets && field.own ? asOctets(piece) : piece;
      text += '\r\n';
    }
    if (!counted) text += `Content-Length: ${length}\r\n`;
    return { text, octets };
  }

  #first(name: HeaderName): HeaderField | undefined {
    return this.#fields[this.#next(name, 0)];
  }

  /** Where the next field called `name` stands, at `from` or behind it; -1 = nowhere. */
  #next(name: HeaderName, from: number): number {
    const fields = this.#fields;
    for (let i = from; i < fields.length; i++) {
      const other = fields[i]!.name;
      if (other === name || (!name.known && sameName(other, name))) return i;
    }
    return -1;
  }
}

const NOBODY: HeaderName = { key: '', written: '', bit: 0, known: true };
const CONTENT_LENGTH = nameOf('Content-Length');
const VIA = nameOf('Via');
const ROUTE = nameOf('Route');
const RECORD_ROUTE = nameOf('Record-Route');

function nameOf(name: string): HeaderName {
  return headerName(name) ?? NOBODY;
}
