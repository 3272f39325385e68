import { fault, type Parsed, parsed } from '@switchhook/sans-io';
import { decodeText } from './octets.ts';
import { skipBlanks, trimmed, wholeNumber } from './token.ts';

/** The status line of a message/sipfrag body (RFC 3420). */
export interface Sipfrag {
  readonly status: number;
  readonly phrase: string;
}

export type SipfragFault = 'empty' | 'version' | 'status-code';

/**
 * Read the status line with which a NOTIFY body for REFER begins (RFC 3515 §2.4.5). Peers leave out the line end, use
 * LF alone, put blank lines before it or write it in lower case: all are read. What follows the first line is ignored.
 */
export function parseSipfrag(body: Uint8Array | string): Parsed<Sipfrag, SipfragFault> {
  const text = typeof body === 'string' ? body : decodeText(body);
  let start = 0;
  while (start < text.length && (text[start] === '\r' || text[start] === '\n')) start++;
  if (start === text.length) return fault('empty', start);
  let end = start;
  while (end < text.length && text[end] !== '\r' && text[end] !== '\n') end++;
  const line = text.slice(start, end);
  if (line.slice(0, 7).toUpperCase() !== 'SIP/2.0' || line[7] !== ' ') return fault('version', start);
  const digits = skipBlanks(line, 7);
  const blank = line.indexOf(' ', digits);
  const code = trimmed(line, digits, blank < 0 ? line.length : blank);
  const status = code.length === 3 ? wholeNumber(code) : -1;
  if (status < 100 || status > 699) return fault('status-code', start + digits);
  return parsed({ status, phrase: blank < 0 ? '' : trimmed(line, blank, line.length) });
}

/** A sipfrag body with its line end. Line breaks in the phrase throw. */
export function printSipfrag(fragment: Sipfrag): string {
  if (fragment.status < 100 || fragment.status > 699) throw new Error(`not a status: ${fragment.status}`);
  for (const sign of '\r\n\0')
    if (fragment.phrase.includes(sign)) throw new Error('a phrase must not hold line breaks');
  return `SIP/2.0 ${fragment.status} ${fragment.phrase}\r\n`;
}
