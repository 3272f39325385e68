import { hex, type Random } from '@switchhook/sans-io';
import { HeaderFields } from '../message/header-fields.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';
import { splitList } from '../message/params.ts';
import { callIdOf, cseqOf } from '../message/values.ts';

/** What begins every branch of RFC 3261 (§8.1.1.7). */
export const MAGIC_COOKIE = 'z9hG4bK';

/** A branch with 64 random bits, so that responses cannot be forged blindly. */
export function newBranch(random: Random): string {
  return MAGIC_COOKIE + hex(random, 8);
}

/** A tag with 64 random bits (RFC 3261 §19.3 asks for 32). */
export function newTag(random: Random): string {
  return hex(random, 8);
}

/** What ACK and CANCEL take over from their INVITE (RFC 3261 §9.1, §17.1.1.3): its topmost Via alone, its Route. */
function inNameOf(invite: SipRequest, method: string, to: HeaderFields): HeaderFields {
  const [via] = splitList(invite.headers.get('Via') ?? '');
  if (via === undefined) throw new Error(`${method} for an INVITE without Via`);
  return new HeaderFields()
    .add('Via', via)
    .copy(invite.headers, 'Route')
    .add('Max-Forwards', '70')
    .copyFirst(invite.headers, 'From')
    .copyFirst(to, 'To')
    .add('Call-ID', callIdOf(invite))
    .add('CSeq', `${cseqOf(invite).number} ${method}`);
}

/** The ACK of a final response other than 2xx (RFC 3261 §17.1.1.3). */
export function ackFor(invite: SipRequest, response: SipResponse): SipRequest {
  const headers = inNameOf(invite, 'ACK', response.headers).add('Content-Length', '0');
  return { kind: 'request', method: 'ACK', uri: invite.uri, headers, body: new Uint8Array(0) };
}

/** The CANCEL of an INVITE that was sent (RFC 3261 §9.1). `reason` is a whole Reason value (RFC 3326). */
export function cancelFor(invite: SipRequest, reason?: string): SipRequest {
  const headers = inNameOf(invite, 'CANCEL', invite.headers);
  if (reason !== undefined) headers.add('Reason', reason);
  headers.add('Content-Length', '0');
  return { kind: 'request', method: 'CANCEL', uri: invite.uri, headers, body: new Uint8Array(0) };
}
