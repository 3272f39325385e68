import { requestOf } from '../message/build.ts';
import type { SipRequest } from '../message/message.ts';
import { nameAddr } from '../message/name-addr.ts';
import { isSips } from '../message/uri-text.ts';
import type { CallIn } from '../user-agent/door.ts';
import type { Seat } from '../user-agent/seat.ts';
import { withBody } from './capabilities.ts';
import { SDP } from './session-body.ts';
import type { SessionTerms } from './session-terms.ts';

/** What the phone wants to be called. */
export type InviteOrder = Extract<CallIn, { type: 'invite' }>;

/** The INVITE that begins a call (RFC 3261 §13.2.1), without Via. */
export function composeInvite(
  seat: Seat,
  order: InviteOrder,
  ids: { readonly sipCallId: string; readonly localTag: string; readonly cseq: number },
  terms: SessionTerms,
): SipRequest {
  const { to, body, replaces, referredBy, require } = order;
  const headers: (readonly [string, string])[] = [...seat.capabilities, ...terms.fields(undefined), ['Accept', SDP]];
  if (require !== undefined && require.length > 0) headers.push(['Require', require.join(', ')]);
  if (replaces !== undefined) headers.push(['Replaces', replaces]);
  if (referredBy !== undefined) headers.push(['Referred-By', referredBy]);
  const { addressOfRecord, account } = seat;
  const invite = requestOf({
    method: 'INVITE',
    uri: to,
    from: nameAddr(addressOfRecord, account.displayName, [['tag', ids.localTag]]),
    to: nameAddr(to),
    callId: ids.sipCallId,
    cseq: ids.cseq,
    contact: isSips(to) ? seat.secureContact : seat.contact,
    headers,
  });
  return body === undefined ? invite : withBody(invite, SDP, body);
}
