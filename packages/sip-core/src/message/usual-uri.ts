import { limits } from './limits.ts';
import { ParamList, paramNameAt } from './param-list.ts';
import type { SipUri } from './uri.ts';

/** What a character may be part of, in a URI in which nothing is escaped. */
const USER = 1;
const HOST = 2;
const PARAM_NAME = 4;
const PARAM_VALUE = 8;

const marks = new Uint8Array(256);
mark('ABCDEFGHIJKLMNOPQRSTUVWXYZ', USER | HOST | PARAM_VALUE);
mark('abcdefghijklmnopqrstuvwxyz0123456789', USER | HOST | PARAM_NAME | PARAM_VALUE);
mark('-_.', USER | HOST | PARAM_NAME | PARAM_VALUE);
mark("!~*'()&=+$,/", USER);
mark("!~*'()&=+$,/:[]@", PARAM_VALUE);

function mark(characters: string, bits: number): void {
  for (let i = 0; i < characters.length; i++) marks[characters.charCodeAt(i)]! |= bits;
}

/** The first offset from `from` to `to` whose character is not of `kind`. */
function endOf(text: string, from: number, to: number, kind: number): number {
  let i = from;
  while (i < to) {
    const code = text.charCodeAt(i);
    if (code > 0xff || (marks[code]! & kind) === 0) break;
    i++;
  }
  return i;
}

const NO_PARAMS = new ParamList([]);
const NO_HEADERS: ReadonlyMap<string, string> = new Map();

/**
 * A `sip:` URI as nearly all are: nothing escaped, no password, no headers, the host no IPv6 reference. Undefined for
 * all others, right or wrong: those are for `plainUri`, which gives the same wherever this one gives anything.
 */
export function usualUri(text: string): SipUri | undefined {
  if (!text.startsWith('sip:')) return undefined;
  const end = text.length;
  let i = 4;
  let user: string | undefined;
  const at = text.indexOf('@', 4);
  if (at >= 0) {
    if (at === 4 || endOf(text, 4, at, USER) < at) return undefined;
    user = text.slice(4, at);
    i = at + 1;
  }
  const hostAt = i;
  i = endOf(text, hostAt, end, HOST);
  if (i === hostAt || i - hostAt > 255) return undefined;
  const host = text.slice(hostAt, i);
  let port: number | undefined;
  if (text.charCodeAt(i) === 0x3a) {
    const portAt = ++i;
    port = 0;
    for (; i < end; i++) {
      const digit = text.charCodeAt(i) - 0x30;
      if (digit < 0 || digit > 9) break;
      port = port * 10 + digit;
    }
    if (i - portAt > 5 || port < 1 || port > 65_535) return undefined;
  }
  const params = i === end ? NO_PARAMS : paramsFrom(text, i, end);
  if (params === undefined) return undefined;
  return { scheme: 'sip', user, password: undefined, host, port, params, headers: NO_HEADERS };
}

function paramsFrom(text: string, from: number, end: number): ParamList | undefined {
  const pairs: (string | undefined)[] = [];
  let i = from;
  while (i < end) {
    if (text.charCodeAt(i) !== 0x3b || pairs.length === 2 * limits.params) return undefined;
    const nameAt = i + 1;
    i = endOf(text, nameAt, end, PARAM_NAME);
    if (i === nameAt) return undefined;
    const name = paramNameAt(text, nameAt, i);
    for (let k = 0; k < pairs.length; k += 2) if (pairs[k] === name) return undefined;
    let value: string | undefined;
    if (i < end && text.charCodeAt(i) === 0x3d) {
      const valueAt = i + 1;
      i = endOf(text, valueAt, end, PARAM_VALUE);
      value = text.slice(valueAt, i);
    }
    pairs.push(name, value);
  }
  return new ParamList(pairs);
}
