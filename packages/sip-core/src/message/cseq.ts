import { fault, type Parsed, parsed } from '@switchhook/sans-io';
import type { ValueFault } from './params.ts';
import { isBlank, isToken, trimmed, wholeNumber } from './token.ts';

/** A CSeq value (RFC 3261 §20.16). */
export interface CSeq {
  readonly number: number;
  readonly method: string;
}

/** Read `number method`. Numbers up to 2^32-1 are taken, though RFC 3261 §8.1.1.5 stops at 2^31-1. */
export function parseCSeq(text: string): Parsed<CSeq, ValueFault> {
  let i = text.indexOf(' ');
  if (i < 0 || text.indexOf('\t') >= 0) for (i = 0; i < text.length && !isBlank(text.charCodeAt(i)); ) i++;
  const number = wholeNumber(text.slice(0, i));
  if (number < 0 || number > 0xffff_ffff) return fault('number', 0);
  const method = trimmed(text, i, text.length);
  if (!isToken(method)) return fault('token', i);
  return parsed({ number, method });
}

/** RFC 3262 §7.2: what a PRACK acknowledges. */
export interface RAck {
  readonly rseq: number;
  readonly cseq: CSeq;
}

/** Read `rseq cseq method`. */
export function parseRAck(text: string): Parsed<RAck, ValueFault> {
  const clean = trimmed(text, 0, text.length);
  let i = 0;
  while (i < clean.length && !isBlank(clean.charCodeAt(i))) i++;
  const rseq = wholeNumber(clean.slice(0, i));
  if (rseq < 0 || rseq > 0xffff_ffff) return fault('number', 0);
  const cseq = parseCSeq(trimmed(clean, i, clean.length));
  return cseq.ok ? parsed({ rseq, cseq: cseq.value }) : cseq;
}
