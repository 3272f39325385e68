import { fault, type Parsed, parsed } from '@switchhook/sans-io';
import { limits } from './limits.ts';
import { find, type Param, ParamList, paramNameAt } from './param-list.ts';
import { isPlainValue, isToken, isTokenCode, isVisibleCode, skipBlanks, trimmed, withoutControl } from './token.ts';
import { cutParams, usualParams } from './usual-shapes.ts';

/** Parameters by lower-case name; the value without its quotes, undefined when there was no `=`. */
export type Params = ReadonlyMap<string, string | undefined>;

/** Why a header field's value could not be read. */
export type ValueFault =
  | 'quote'
  | 'bracket'
  | 'param'
  | 'too-many-params'
  | 'uri'
  | 'number'
  | 'token'
  | 'too-long'
  | 'missing';

export const NO_PARAMS = new ParamList(undefined);
const NONE = parsed(NO_PARAMS);
const SEMICOLON = 0x3b;
const EQUALS = 0x3d;
const QUOTE = 0x22;

/**
 * The offset after the quoted string that opens at `at`, or -1 when it never closes. A backslash takes the next
 * character with it (RFC 3261 §25.1 quoted-pair).
 */
export function afterQuoted(text: string, at: number): number {
  const closed = text.indexOf('"', at + 1);
  if (closed < 0) return -1;
  const backslash = text.indexOf('\\', at + 1);
  if (backslash < 0 || backslash > closed) return closed + 1;
  for (let i = backslash; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x5c) i++;
    else if (code === 0x22) return i + 1;
  }
  return -1;
}

/** A quoted string (quotes included) as the text it means. */
export function unquote(text: string): string {
  if (text.length < 2 || text.charCodeAt(0) !== 0x22) return text;
  const inner = text.slice(1, -1);
  if (inner.indexOf('\\') < 0) return inner;
  let plain = '';
  for (let i = 0; i < inner.length; i++) {
    if (inner.charCodeAt(i) === 0x5c && i + 1 < inner.length) i++;
    plain += inner[i];
  }
  return plain;
}

/** Any text as a quoted string; control characters become blanks. */
export function quote(text: string): string {
  const clean = withoutControl(text);
  if (clean.indexOf('"') < 0 && clean.indexOf('\\') < 0) return `"${clean}"`;
  let inner = '';
  for (const char of clean) inner += char === '"' || char === '\\' ? `\\${char}` : char;
  return `"${inner}"`;
}

/** Read `;name=value` to the end of `text` from `at`, blanks allowed around both signs. The first of a name counts. */
export function parseParams(text: string, at: number): Parsed<ParamList, ValueFault> {
  const end = text.length;
  const i = skipBlanks(text, at);
  if (i >= end) return NONE;
  if (usualParams(text, i)) {
    const usual = cutParams(text, i);
    if (usual !== undefined) return parsed(usual);
  }
  return plainParams(text, i);
}

/** `parseParams` by the letter, for any text: what is unusual or wrong is read by it. */
export function plainParams(text: string, at: number): Parsed<ParamList, ValueFault> {
  const end = text.length;
  let i = skipBlanks(text, at);
  let first: Param | undefined;
  let last: Param | undefined;
  let count = 0;
  while (i < end) {
    if (text.charCodeAt(i) !== SEMICOLON) return fault('param', i);
    if (++count > limits.params) return fault('too-many-params', i);
    const from = skipBlanks(text, i + 1);
    let j = from;
    while (j < end && isTokenCode(text.charCodeAt(j))) j++;
    if (j === from) return fault('param', i);
    const name = paramNameAt(text, from, j);
    j = skipBlanks(text, j);
    const code = j < end ? text.charCodeAt(j) : SEMICOLON;
    let value: string | undefined;
    if (code === EQUALS) {
      const start = skipBlanks(text, j + 1);
      j = start;
      while (j < end && isVisibleCode(text.charCodeAt(j))) j++;
      value = text.slice(start, j);
      if (j < end && text.charCodeAt(j) === QUOTE && j === start) {
        j = afterQuoted(text, j);
        if (j < 0) return fault('quote', start);
        value = unquote(text.slice(start, j));
      } else if (j === start) return fault('param', start);
      j = skipBlanks(text, j);
      if (j < end && text.charCodeAt(j) !== SEMICOLON) return fault('param', j);
    } else if (code !== SEMICOLON) return fault('param', i);
    if (last === undefined) first = last = { name, value, next: undefined };
    else if (find(first, name) === undefined) last = last.next = { name, value, next: undefined };
    i = j;
  }
  return parsed(new ParamList(first));
}

/** Parameters as written, each with its `;`. Values that are neither token nor host are quoted. */
export function printParams(params: Params): string {
  let text = '';
  if (params instanceof ParamList) {
    for (let param = params.first; param !== undefined; param = param.next) text += printParam(param.name, param.value);
  } else for (const [name, value] of params) text += printParam(name, value);
  return text;
}

function printParam(name: string, value: string | undefined): string {
  if (!isToken(name)) throw new Error(`not a parameter name: ${JSON.stringify(name)}`);
  return value === undefined ? `;${name}` : `;${name}=${isPlainValue(value) ? value : quote(value)}`;
}

/** Split at commas outside quotes and angle brackets, blanks removed, empty parts dropped. Never fails. */
export function splitList(text: string): string[] {
  const first = text.indexOf(',');
  if (first < 0) return text === '' ? [] : [text];
  const parts: string[] = [];
  let start = 0;
  if (text.indexOf('"') < 0 && text.indexOf('<') < 0) {
    for (let comma = first; comma >= 0; comma = text.indexOf(',', start)) {
      const part = trimmed(text, start, comma);
      if (part !== '') parts.push(part);
      start = comma + 1;
    }
    const rest = trimmed(text, start, text.length);
    if (rest !== '') parts.push(rest);
    return parts;
  }
  let inBrackets = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x22 && !inBrackets) {
      const after = afterQuoted(text, i);
      if (after < 0) break;
      i = after - 1;
    } else if (code === 0x3c) inBrackets = true;
    else if (code === 0x3e) inBrackets = false;
    else if (code === 0x2c && !inBrackets) {
      const part = trimmed(text, start, i);
      if (part !== '') parts.push(part);
      start = i + 1;
    }
  }
  const last = trimmed(text, start, text.length);
  if (last !== '') parts.push(last);
  return parts;
}
