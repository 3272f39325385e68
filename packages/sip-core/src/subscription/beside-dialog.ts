import { hex } from '@switchhook/sans-io';
import { contactUri } from '../call/peer.ts';
import { Dialog } from '../dialog/dialog.ts';
import { routesOfRequest, routesOfResponse } from '../dialog/route-set.ts';
import type { SipMessage } from '../message/message.ts';
import { nameAddr, printNameAddr } from '../message/name-addr.ts';
import { isSips } from '../message/uri-text.ts';
import { callIdOf, fromTagOf, toTagOf } from '../message/values.ts';
import type { Flow } from '../user-agent/door.ts';
import type { Seat } from '../user-agent/seat.ts';
import type { Inbound, Services } from '../user-agent/services.ts';

/*
 * Dialogs that a request of ours begins and no INVITE: its 2xx or a NOTIFY, whichever comes first, brings their far half
 * (RFC 6665 §4.4.1). A fork that comes later finds no such dialog any more and gets 481: one of them is enough.
 */

/** A dialog to `target` whose far half is to come. */
export function besideDialog(services: Services, seat: Seat, target: string): Dialog {
  const { crypto } = services;
  const dialog = new Dialog({
    seat,
    identity: { sipCallId: hex(crypto, 16), localTag: hex(crypto, 8), remoteTag: '' },
    localAddress: seat.address,
    remoteAddress: printNameAddr(nameAddr(target)),
    routes: [],
    target,
    localCSeq: crypto.bytes(1)[0]! & 0x7f,
    remoteCSeq: undefined,
    ownsCallId: true,
    flow: seat.flow,
    secure: isSips(target),
  });
  dialog.awaitsNotify = true;
  return dialog;
}

/** The dialog whose far half a NOTIFY may be. */
export function awaitedDialog(services: Services, message: SipMessage): Dialog | undefined {
  if (message.kind !== 'request' || message.method !== 'NOTIFY' || (fromTagOf(message) ?? '') === '') return undefined;
  const dialog = services.dialogs.find(callIdOf(message), toTagOf(message) ?? '', '');
  return dialog?.awaitsNotify === true ? dialog : undefined;
}

/** A NOTIFY may be the first word of such a dialog (RFC 6665 §4.1.2.4); undefined when this one is not. */
export function adopt(services: Services, { request, flow }: Inbound): Dialog | undefined {
  const dialog = awaitedDialog(services, request);
  if (dialog !== undefined) meet(services, dialog, request, flow);
  return dialog;
}

/** The far half has spoken: by a NOTIFY, or by the 2xx of the request that began the dialog. Only the first one counts. */
export function meet(services: Services, dialog: Dialog, message: SipMessage, from: Flow): void {
  if (!dialog.awaitsNotify) return;
  const request = message.kind === 'request';
  const tag = request ? fromTagOf(message) : toTagOf(message);
  if (tag === undefined) return;
  dialog.awaitsNotify = false;
  services.dialogs.complete(dialog, tag);
  const contact = contactUri(message.headers);
  const target = contact !== undefined && !services.isOwnContact(contact) ? contact : undefined;
  dialog.confirm(request ? routesOfRequest(message.headers) : routesOfResponse(message.headers), target);
  dialog.seen(from);
}
