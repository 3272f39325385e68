import type { SipRequest } from '../message/message.ts';
import { encodeText } from '../message/octets.ts';

/** Methods that we take, as Allow shows them. */
export const ALLOW = 'INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO, REFER, NOTIFY';
/** Option tags that we know (RFC 3891, RFC 4488, RFC 4538). No 100rel and no timer: neither is spoken. */
export const SUPPORTED = 'replaces, norefersub, tdialog';
/** Event packages that we take NOTIFYs of. */
export const ALLOW_EVENTS = 'refer';

const METHODS = new Set(ALLOW.split(', '));
/** Methods that are known but not for us: 405, not 501 (RFC 3261 §8.2.1). */
const KNOWN = new Set(['REGISTER', 'SUBSCRIBE', 'MESSAGE', 'PUBLISH', 'PRACK']);
const OPTIONS = new Set(SUPPORTED.split(', '));

/** What we think of a method: ours, known to be somebody else's, or unheard of. Methods are case-sensitive. */
export function methodStanding(method: string): 'ours' | 'not-allowed' | 'unknown' {
  if (METHODS.has(method)) return 'ours';
  return KNOWN.has(method) ? 'not-allowed' : 'unknown';
}

/** Option tags of Require that we do not know (RFC 3261 §8.2.2.3). */
export function unknownRequirements(request: SipRequest): string[] {
  return request.headers.list('Require').filter((tag) => !OPTIONS.has(tag.toLowerCase()));
}

/** The request with this body in the place of its own. */
export function withBody(request: SipRequest, type: string, text: string): SipRequest {
  request.headers.set('Content-Type', type);
  return { ...request, body: encodeText(text) };
}
