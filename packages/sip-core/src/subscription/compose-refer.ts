import type { Dialog } from '../dialog/dialog.ts';
import type { SipRequest } from '../message/message.ts';
import type { DialogIdentity, ReferIn } from '../user-agent/door.ts';

/** What the phone wants to be sent. */
export type ReferOrder = Extract<ReferIn, { type: 'refer' }>;

/** A REFER in `dialog`. `about` = it goes out of dialog and means this one (RFC 4538 §3). */
export function composeRefer(dialog: Dialog, order: ReferOrder, about?: DialogIdentity): SipRequest {
  const refer = dialog.compose('REFER');
  const { headers } = refer;
  headers.add('Contact', `<${dialog.contact}>`);
  headers.add('Refer-To', `<${order.referTo}>`);
  headers.add('Referred-By', order.referredBy.includes('<') ? order.referredBy : `<${order.referredBy}>`);
  if (about !== undefined) {
    // RFC 4538 §3: both tags as the recipient sees them, its own as local-tag.
    headers.add('Target-Dialog', `${about.sipCallId};local-tag=${about.remoteTag};remote-tag=${about.localTag}`);
    headers.add('Require', 'tdialog');
  }
  if (order.withoutSubscription === true) headers.add('Refer-Sub', 'false');
  headers.add('Accept', 'message/sipfrag');
  for (const [name, value] of dialog.seat.capabilities) headers.add(name, value);
  return refer;
}
