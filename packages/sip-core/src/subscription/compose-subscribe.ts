import { capabilityFields } from '../call/capabilities.ts';
import type { Dialog } from '../dialog/dialog.ts';
import type { SipRequest } from '../message/message.ts';
import type { SubscribeIn } from '../user-agent/door.ts';

/** What the phone wants to follow. */
export type SubscribeOrder = Extract<SubscribeIn, { type: 'subscribe' }>;

/** A SUBSCRIBE in `dialog` (RFC 6665 §4.1.2.1); `expiresS` 0 = the end of it. */
export function composeSubscribe(dialog: Dialog, order: SubscribeOrder, expiresS: number): SipRequest {
  const subscribe = dialog.compose('SUBSCRIBE');
  const { headers } = subscribe;
  headers.add('Contact', `<${dialog.contact}>`);
  headers.add('Event', order.event);
  headers.add('Expires', String(expiresS));
  headers.add('Accept', order.accept.join(', '));
  for (const [name, value] of capabilityFields(dialog.seat.account)) headers.add(name, value);
  return subscribe;
}
