/** The text of URIs: which characters may stand in one, and %HH for the others (RFC 3261 §19.1.2). */
import { decodeOctets, encodeText } from './octets.ts';
import { URI_HEADER_CHARS, USER_CHARS } from './token.ts';

const ODD = /[\x00-\x20"<>\x7f]/;

/** The offset of the first character from `from` on that no URI holds: a blank, a quote, a bracket, a control; -1 = none. */
export function oddCharacter(text: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code <= 0x20 || code === 0x22 || code === 0x3c || code === 0x3e || code === 0x7f) return i;
  }
  return -1;
}

/** Whether `text` can stand between angle brackets: a URI of any scheme without blanks, quotes or controls. */
export function isUriText(text: string): boolean {
  return text.indexOf(':') > 0 && !ODD.test(text);
}

/** Whether a URI asks for TLS on all its way (RFC 5630). */
export function isSips(uri: string): boolean {
  return /^sips:/i.test(uri);
}

/** A header field's value as it stands in a URI behind `?` (RFC 3261 §19.1.2): one level of %HH, never `+` for blank. */
export function escapeUriHeader(text: string): string {
  return escapeOutside(text, URI_HEADER_CHARS);
}

/** Any text as the user part of a SIP URI. */
export function escapeUser(text: string): string {
  return escapeOutside(text, USER_CHARS);
}

const HEX = '0123456789ABCDEF';

/** `text` with %HH for every octet that is not `plain`. */
export function escapeOutside(text: string, plain: Uint8Array): string {
  let i = 0;
  while (i < text.length && text.charCodeAt(i) < 0x80 && plain[text.charCodeAt(i)] === 1) i++;
  if (i === text.length) return text;
  let escaped = '';
  for (const octet of encodeText(text)) {
    if (octet < 0x80 && plain[octet] === 1) escaped += String.fromCharCode(octet);
    else escaped += `%${HEX[octet >> 4]}${HEX[octet & 15]}`;
  }
  return escaped;
}

/** Decode each %HH once, the octets being UTF-8; a `%` without two digits stays. `%00` becomes U+0000, no end of text. */
export function unescapeUri(text: string): string {
  if (text.indexOf('%') < 0) return text;
  let octets = '';
  let wide = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) wide = true;
    const high = code === 0x25 ? hexDigit(text.charCodeAt(i + 1)) : -1;
    const low = high < 0 ? -1 : hexDigit(text.charCodeAt(i + 2));
    if (low < 0) octets += text[i];
    else {
      octets += String.fromCharCode(high * 16 + low);
      i += 2;
    }
  }
  return wide ? octets : decodeOctets(octets);
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
