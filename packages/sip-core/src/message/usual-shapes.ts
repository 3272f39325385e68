/**
 * The shapes that nearly all values have, each as one regular expression without alternatives that could be tried twice
 * (one native pass, linear in the text; charCodeAt costs two to three times as much a character). What matches one can
 * be cut at its signs without another look; what does not, right or wrong, is read by the letter elsewhere. Both ways
 * give the same, which `test/usual-shapes.test.ts` holds them to.
 */
import { limits } from './limits.ts';
import { find, type Param, ParamList, paramNameAt } from './param-list.ts';

const TOKEN = "[A-Za-z0-9.!%*_+`'~-]";
const HOST = '[A-Za-z0-9._-]';
const PORT = '(?::[1-9][0-9]{0,4})?';
/** Parameters of a header field: names in lower case, values plain or quoted without backslashes, no blanks. */
const PARAMS = '(?:;[a-z0-9._+-]+(?:=(?:[^\\x00-\\x20";\\x7f]+|"[^"\\\\]*"))?)*';
const URI_USER = "[A-Za-z0-9_.!~*'()&=+$,/-]";
const URI_PARAMS = "(?:;[a-z0-9._-]+(?:=[A-Za-z0-9_.!~*'()&=+$,/:[\\]-]*)?)*";

/** `SIP/2.0/UDP host:port;branch=token;…` */
export const USUAL_VIA = new RegExp(`^SIP/2\\.0/(?:UDP|TCP|TLS) ${HOST}+${PORT};branch=${TOKEN}+${PARAMS}$`);
/** `"name" <uri>;…`, the name optional. */
export const USUAL_NAME_ADDR = new RegExp(
  `^(?:"[^"\\\\]*" *)?<[^:\\x00-\\x20"<>\\x7f]+:[^\\x00-\\x20"<>\\x7f]*>${PARAMS}$`,
);
/** `sip:user@host:port;…` with nothing escaped, no password, no headers. */
export const USUAL_URI = new RegExp(`^sip:(?:${URI_USER}+@)?${HOST}+${PORT}${URI_PARAMS}$`);
/** Parameters from `lastIndex` to the end. */
const USUAL_PARAMS = new RegExp(`${PARAMS}$`, 'y');

const QUOTE = 0x22;

/** Whether what stands in `text` from `at` on are parameters of the usual shape. */
export function usualParams(text: string, at: number): boolean {
  USUAL_PARAMS.lastIndex = at;
  return USUAL_PARAMS.test(text);
}

/**
 * Parameters of the usual shape, from `at` to the end of `text`, which has been matched. Undefined where it is
 * so long that there might be too many of them.
 */
export function cutParams(text: string, at: number): ParamList | undefined {
  const end = text.length;
  if (end - at >= 2 * limits.params) return undefined;
  let first: Param | undefined;
  let last: Param | undefined;
  for (let i = at; i < end; ) {
    let next = text.indexOf(';', i + 1);
    if (next < 0) next = end;
    const equals = text.indexOf('=', i + 1);
    let name: string;
    let value: string | undefined;
    if (equals < 0 || equals > next) name = paramNameAt(text, i + 1, next);
    else {
      name = paramNameAt(text, i + 1, equals);
      if (text.charCodeAt(equals + 1) === QUOTE) {
        const close = text.indexOf('"', equals + 2);
        value = text.slice(equals + 2, close);
        next = close + 1;
      } else value = text.slice(equals + 1, next);
    }
    i = next;
    if (last === undefined) first = last = { name, value, next: undefined };
    else if (find(first, name) === undefined) last = last.next = { name, value, next: undefined };
  }
  return new ParamList(first);
}

/** Where host and port begin and end in a text of the usual shape, in which a host begins at `at`. */
export function cutHost(
  text: string,
  at: number,
): { readonly host: string; readonly port: number | undefined; readonly end: number } {
  const colon = text.indexOf(':', at);
  let end = text.indexOf(';', at);
  if (end < 0) end = text.length;
  if (colon < 0 || colon > end) return { host: text.slice(at, end), port: undefined, end };
  let port = 0;
  for (let i = colon + 1; i < end; i++) port = port * 10 + text.charCodeAt(i) - 0x30;
  return { host: text.slice(at, colon), port, end };
}
