/** Character classes of RFC 3261 §25.1 as tables over the octets. */
function table(chars: string): Uint8Array {
  const marks = new Uint8Array(256);
  for (let i = 0; i < chars.length; i++) marks[chars.charCodeAt(i)] = 1;
  return marks;
}

const ALPHANUM = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const UNRESERVED = `${ALPHANUM}-_.!~*'()`;

const TOKEN = table(`${ALPHANUM}-.!%*_+\`'~`);
/** Characters that stand unescaped in the user part of a SIP URI. */
export const USER_CHARS = table(`${UNRESERVED}&=+$,;?/`);
/** Characters that stand unescaped in a password. */
export const PASSWORD_CHARS = table(`${UNRESERVED}&=+$,`);
/** Characters that stand unescaped in a URI parameter. */
export const PARAM_CHARS = table(`${UNRESERVED}[]/:&+$`);
/** Characters that stand unescaped in a URI header; `+` and `?` are legal too but misread by peers, so we escape. */
export const URI_HEADER_CHARS = table(`${UNRESERVED}[]/:$`);
const HOST = table(`${ALPHANUM}-._`);
const IPV6 = table('0123456789abcdefABCDEF:.');
/** Where a whole text is looked at, one native pass costs a third of a loop over its characters. */
const WHOLE_TOKEN = /^[A-Za-z0-9.!%*_+`'~-]+$/;
const WHOLE_VALUE = /^[A-Za-z0-9.!%*_+`'~[\]:-]+$/;

/** What no parameter value holds without quotes: blanks, controls, quotes, and `;`, which ends it. */
const VISIBLE = new Uint8Array(256).fill(1, 0x21);
for (const code of [0x22, 0x3b, 0x7f]) VISIBLE[code] = 0;

function within(text: string, from: number, to: number, marks: Uint8Array): boolean {
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i);
    if (code > 0xff || marks[code] === 0) return false;
  }
  return true;
}

/** One or more token characters. */
export function isToken(text: string): boolean {
  return WHOLE_TOKEN.test(text);
}

/** A token character by its code. */
export function isTokenCode(code: number): boolean {
  return code < 0x100 && TOKEN[code] === 1;
}

/** A character that may stand in a parameter's value without quotes. */
export function isVisibleCode(code: number): boolean {
  return code > 0xff || VISIBLE[code] === 1;
}

/** A parameter value that needs no quotes: a token or a host (gen-value, RFC 3261 §25.1). */
export function isPlainValue(text: string): boolean {
  return WHOLE_VALUE.test(text);
}

/** A host name, an IPv4 address or an IPv6 reference in brackets; no zone ids. Underscores are tolerated. */
export function isHost(text: string): boolean {
  const length = text.length;
  if (length === 0 || length > 255) return false;
  if (text.charCodeAt(0) !== 0x5b) return within(text, 0, length, HOST);
  return length > 3 && text.charCodeAt(length - 1) === 0x5d && within(text, 1, length - 1, IPV6);
}

/** Blank or horizontal tab. */
export function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** The first offset at or after `at` that is not blank. */
export function skipBlanks(text: string, at: number): number {
  let i = at;
  while (i < text.length && isBlank(text.charCodeAt(i))) i++;
  return i;
}

/** `text` between two offsets without the blanks around it. */
export function trimmed(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

/** A whole number of up to 15 digits, or -1. Leading zeros are fine; signs, blanks and points are not. */
export function wholeNumber(text: string): number {
  let start = 0;
  while (start < text.length - 1 && text.charCodeAt(start) === 0x30) start++;
  if (text.length === 0 || text.length - start > 15) return -1;
  let value = 0;
  for (let i = start; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** A port 1..65535, or -1. */
export function portNumber(text: string): number {
  const port = wholeNumber(text);
  return port >= 1 && port <= 65_535 ? port : -1;
}

const CONTROL = /[\x00-\x1f\x7f]/;

/** Whether any character is a control character: below U+0020 or U+007F. */
export function hasControl(text: string): boolean {
  return CONTROL.test(text);
}

/** Control characters as blanks: what a person's or a peer's text must be before it stands in a header field. */
export function withoutControl(text: string): string {
  if (!hasControl(text)) return text;
  let clean = '';
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    clean += code < 0x20 || code === 0x7f ? ' ' : text[i];
  }
  return clean;
}
