import { hex, type Millis, type Token, token } from '@switchhook/sans-io';
import type { Dialog } from '../dialog/dialog.ts';
import type { DialogBook } from '../dialog/dialog-book.ts';
import { flowHost } from '../dialog/next-hop.ts';
import { responseTo } from '../message/build.ts';
import type { SipResponse } from '../message/message.ts';
import { printMessage } from '../message/print-message.ts';
import { parseUri } from '../message/uri.ts';
import { toTagOf } from '../message/values.ts';
import type { Calls } from './calls.ts';
import type { UserAgentOut } from './door.ts';
import type { Requests } from './requests.ts';
import type { Seat } from './seat.ts';
import type { Inbound, ReplyParts, Services } from './services.ts';
import type { UserAgentSettings } from './settings.ts';
import type { Timers } from './timers.ts';

/** The whole, as far as its services are made of it. Requests and calls come after the services that they use. */
export interface ServicesHost {
  readonly settings: UserAgentSettings;
  readonly seats: readonly Seat[];
  readonly t1: Millis;
  readonly timers: Timers;
  readonly dialogs: DialogBook;
  now(): Millis;
  put(out: UserAgentOut): void;
  /** Send a response in a server transaction. */
  respond(transaction: string, response: SipResponse): void;
  requests(): Requests;
  calls(): Calls;
}

const KEEP_ALIVE = new Uint8Array([13, 10, 13, 10]);

/** How long the ids of an ended call are remembered for a late Replaces (RFC 3891 §3). */
const BURIAL_T1S = 64;

/** What the parts of the user agent ask of the whole. */
export function makeServices(host: ServicesHost): Services {
  const { settings, t1, timers, dialogs } = host;
  let minted = 0;
  const services: Services = {
    get now() {
      return host.now();
    },
    t1,
    t2: 4000,
    crypto: settings.crypto,
    timers,
    dialogs,
    emit: (event) => host.put(event),
    note: (word, detail, flow) =>
      host.put({
        type: 'note',
        word,
        ...(detail === undefined ? {} : { detail }),
        ...(flow === undefined ? {} : { flow }),
      }),
    request: (order) => host.requests().send(order),
    transmit: (request, flow) => {
      const bytes = printMessage(host.requests().withVia(request, flow));
      host.put({ type: 'send', flow, bytes });
    },
    keepAlive: (flow) => host.put({ type: 'send', flow, bytes: KEEP_ALIVE }),
    close: (flow) => host.put({ type: 'close', flow }),
    reply: (inbound, status, parts = {}) => {
      const response = responseFor(inbound, status, parts, settings.userAgent);
      host.respond(inbound.transaction, response);
      return response;
    },
    repeat: (inbound, response) => host.respond(inbound.transaction, response),
    ended: (call, cause) => host.calls().ended(call, cause),
    bury: (dialog) => bury(dialog),
    isOwnContact: (uri) => isOwnContact(host, uri),
    mint: <Kind extends 'call' | 'refer' | 'offer'>(kind: Kind): Token<Kind> =>
      token<Kind>(`${kind}-${hex(settings.crypto, 4)}-${++minted}`),
  };
  const bury = (dialog: Dialog): void => {
    const { identity } = dialog;
    dialogs.bury(dialog);
    const name = `buried:${identity.sipCallId} ${identity.localTag} ${identity.remoteTag}`;
    timers.set(name, services.now + BURIAL_T1S * t1, () => dialogs.forget(identity));
  };
  return services;
}

function responseFor(inbound: Inbound, status: number, parts: ReplyParts, server: string | undefined): SipResponse {
  const { phrase, localTag, contact, headers, body } = parts;
  const tagged = localTag === undefined || toTagOf(inbound.request) !== undefined ? {} : { toTag: localTag };
  const response = responseTo(inbound.request, status, phrase, {
    ...tagged,
    ...(contact === undefined ? {} : { contact }),
    ...(headers === undefined ? {} : { headers }),
    ...(body === undefined ? {} : { contentType: body.type, body: body.text }),
  });
  if (server !== undefined) response.headers.add('Server', server);
  return response;
}

/** By the Contact of any account, and by our own address. */
function isOwnContact({ seats, settings }: ServicesHost, uri: string): boolean {
  const read = parseUri(uri);
  if (!read.ok) return false;
  if (seats.some((seat) => seat.owns(read.value))) return true;
  const host = flowHost(read.value.host);
  const port = read.value.port ?? 5060;
  return Object.values(settings.local).some((own) => own.port === port && flowHost(own.host) === host);
}
