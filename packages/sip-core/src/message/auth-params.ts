import { fault, type Parsed, parsed } from '@switchhook/sans-io';
import { limits } from './limits.ts';
import { afterQuoted, unquote, type ValueFault } from './params.ts';
import { isBlank, isToken, skipBlanks, trimmed } from './token.ts';

/** A challenge or credentials: the scheme, and its parameters by lower-case name without quotes. */
export interface AuthParams {
  /** Lower-case: `digest`. */
  readonly scheme: string;
  readonly params: ReadonlyMap<string, string>;
}

/** Read `Scheme name=value, name="value"` (RFC 3261 §25.1 challenge, credentials). The first of a name counts. */
export function parseAuthParams(text: string): Parsed<AuthParams, ValueFault> {
  let i = skipBlanks(text, 0);
  const start = i;
  while (i < text.length && !isBlank(text.charCodeAt(i))) i++;
  const scheme = text.slice(start, i).toLowerCase();
  if (!isToken(scheme)) return fault('token', start);
  const params = parseParamList(text, i);
  return params.ok ? parsed({ scheme, params: params.value }) : params;
}

/** Read `name=value, name="value"` from `at`: the form of Authentication-Info, which has no scheme. */
export function parseParamList(text: string, at = 0): Parsed<ReadonlyMap<string, string>, ValueFault> {
  const params = new Map<string, string>();
  let i = skipBlanks(text, at);
  let count = 0;
  while (i < text.length) {
    if (text.charCodeAt(i) === 0x2c) {
      i = skipBlanks(text, i + 1);
      continue;
    }
    if (++count > limits.params) return fault('too-many-params', i);
    const equals = text.indexOf('=', i);
    if (equals < 0) return fault('param', i);
    const name = trimmed(text, i, equals).toLowerCase();
    if (!isToken(name)) return fault('param', i);
    const from = skipBlanks(text, equals + 1);
    let end: number;
    let value: string;
    if (text.charCodeAt(from) === 0x22) {
      end = afterQuoted(text, from);
      if (end < 0) return fault('quote', from);
      value = unquote(text.slice(from, end));
    } else {
      end = text.indexOf(',', from);
      if (end < 0) end = text.length;
      value = trimmed(text, from, end);
      if (value === '' || value.indexOf('"') >= 0) return fault('param', from);
    }
    if (!params.has(name)) params.set(name, value);
    i = skipBlanks(text, end);
    if (i < text.length && text.charCodeAt(i) !== 0x2c) return fault('param', i);
  }
  return parsed(params);
}
