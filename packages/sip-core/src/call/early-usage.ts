import { Dialog } from '../dialog/dialog.ts';
import { routesOfResponse } from '../dialog/route-set.ts';
import type { SipRequest, SipResponse } from '../message/message.ts';
import { nameAddr, parseNameAddr, printNameAddr } from '../message/name-addr.ts';
import { isSips } from '../message/uri-text.ts';
import { cseqOf } from '../message/values.ts';
import type { DialogIdentity, Flow } from '../user-agent/door.ts';
import type { Seat } from '../user-agent/seat.ts';
import type { Inbound, Services } from '../user-agent/services.ts';
import { ALLOW } from './capabilities.ts';
import { acceptance, type InviteUsage } from './in-dialog.ts';
import { contactUri } from './peer.ts';
import { readSessionBody } from './session-body.ts';

/** The dialog that a response to our INVITE makes, seen by the caller (RFC 3261 §12.1.2). */
export function dialogOfResponse(
  services: Services,
  seat: Seat,
  identity: DialogIdentity,
  { response, sent, from }: { readonly response: SipResponse; readonly sent: SipRequest; readonly from: Flow },
): Dialog {
  const target = contactUri(response.headers);
  const to = response.headers.read('To', parseNameAddr);
  return new Dialog({
    seat,
    identity,
    localAddress: seat.address,
    remoteAddress: printNameAddr(nameAddr(to?.uri ?? sent.uri, to?.display)),
    routes: routesOfResponse(response.headers),
    target: target !== undefined && !services.isOwnContact(target) ? target : sent.uri,
    localCSeq: cseqOf(sent).number,
    remoteCSeq: undefined,
    ownsCallId: true,
    flow: from,
    secure: isSips(sent.uri),
  });
}

/** Requests of the far end while it rings; `isUp` = the call may still be answered. */
export function earlyUsage(services: Services, dialog: Dialog, isUp: () => boolean, replaced: () => void): InviteUsage {
  return {
    get isUp() {
      return isUp();
    },
    receive: (inbound: Inbound): void => {
      const { localTag } = dialog.identity;
      switch (inbound.request.method) {
        case 'UPDATE': {
          // RFC 3311 §5.2: our offer in the INVITE is open, so theirs has to wait.
          const reading = readSessionBody(inbound.request);
          if (reading.name === 'none') services.reply(inbound, 200, acceptance(dialog));
          else services.reply(inbound, 491, { localTag });
          return;
        }
        case 'OPTIONS':
          return void services.reply(inbound, 200, acceptance(dialog));
        case 'BYE':
          // The callee must not (RFC 3261 §15); its final response to INVITE decides.
          return void services.reply(inbound, 200, { localTag });
        case 'INVITE':
          return void services.reply(inbound, 491, { localTag });
        default:
          return void services.reply(inbound, 405, { localTag, headers: [['Allow', ALLOW]] });
      }
    },
    receiveAck: () => undefined,
    replaced,
  };
}

/** A dialog that we are saying BYE in: a crossing BYE is answered 200, all else 481. */
export function leavingUsage(services: Services, dialog: Dialog): InviteUsage {
  return {
    isUp: false,
    receive: (inbound) => {
      const status = inbound.request.method === 'BYE' ? 200 : 481;
      services.reply(inbound, status, { localTag: dialog.identity.localTag });
    },
    receiveAck: () => undefined,
    replaced: () => undefined,
  };
}
