import type { SipRequest } from '../message/message.ts';
import { encodeText } from '../message/octets.ts';
import type { Account } from '../user-agent/settings.ts';

/** Methods that we take, as Allow shows them. */
export const ALLOW = 'INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO, REFER, NOTIFY';
/** Option tags that every account knows (RFC 3891, RFC 4488, RFC 4538). No 100rel: it is not spoken. */
const SUPPORTED = ['replaces', 'norefersub', 'tdialog'];
/** Event packages that we take NOTIFYs of. */
export const ALLOW_EVENTS = 'refer';

const METHODS = new Set(ALLOW.split(', '));
/** Methods that are known but not for us: 405, not 501 (RFC 3261 §8.2.1). */
const KNOWN = new Set(['REGISTER', 'SUBSCRIBE', 'MESSAGE', 'PUBLISH', 'PRACK']);
/** What may be required of every account; `timer` only of one that keeps session timers. */
const OPTIONS = new Set([...SUPPORTED, 'gruu']);

/** What we think of a method: ours, known to be somebody else's, or unheard of. Methods are case-sensitive. */
export function methodStanding(method: string): 'ours' | 'not-allowed' | 'unknown' {
  if (METHODS.has(method)) return 'ours';
  return KNOWN.has(method) ? 'not-allowed' : 'unknown';
}

/** Option tags of Require that we do not know (RFC 3261 §8.2.2.3). `account` = the one that it is about, when known. */
export function unknownRequirements(request: SipRequest, account?: Account): string[] {
  return request.headers.list('Require').filter((tag) => {
    const option = tag.toLowerCase();
    return !OPTIONS.has(option) && !(option === 'timer' && account !== undefined && keepsTime(account));
  });
}

/** Whether an account keeps session timers (RFC 4028). */
export function keepsTime(account: Account): boolean {
  return account.sessionExpiresS !== 0;
}

/** Header fields of every 2xx, and of requests, that tell what an account can do; without one, what all can. */
export function capabilityFields(account?: Account): readonly (readonly [string, string])[] {
  const options = [...SUPPORTED];
  if (account !== undefined && keepsTime(account)) options.push('timer');
  if (account?.instance !== undefined) options.push('gruu');
  return [
    ['Allow', ALLOW],
    ['Supported', options.join(', ')],
    ['Allow-Events', ALLOW_EVENTS],
  ];
}

/** The request with this body in the place of its own. */
export function withBody(request: SipRequest, type: string, text: string): SipRequest {
  request.headers.set('Content-Type', type);
  return { ...request, body: encodeText(text) };
}
