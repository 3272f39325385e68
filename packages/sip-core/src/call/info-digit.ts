import type { Dialog } from '../dialog/dialog.ts';
import { decodeText } from '../message/octets.ts';
import type { CallId, EndCause } from '../user-agent/door.ts';
import type { Inbound, Services } from '../user-agent/services.ts';
import { withBody } from './capabilities.ts';

/** The digit of an INFO (`application/dtmf-relay` or `application/dtmf`), upper-case; undefined when it is something else. */
export function infoDigit(contentType: string, body: string): string | undefined {
  const type = contentType.split(';')[0]!.trim().toLowerCase();
  let sign: string | undefined;
  if (type === 'application/dtmf-relay') sign = /^\s*signal\s*=\s*([^\s]+)/im.exec(body)?.[1];
  else if (type === 'application/dtmf') sign = body.trim();
  if (sign === undefined) return undefined;
  // Some write the event number of RFC 4733 for the two signs.
  const plain = sign === '10' ? '*' : sign === '11' ? '#' : sign.toUpperCase();
  return isDigit(plain) ? plain : undefined;
}

/** The body of an INFO for one digit; undefined when it is none. */
export function infoDigitBody(digit: string, durationMs: number): string | undefined {
  const plain = digit.toUpperCase();
  return isDigit(plain) ? `Signal=${plain}\r\nDuration=${Math.round(durationMs)}\r\n` : undefined;
}

function isDigit(sign: string): boolean {
  return /^[0-9*#A-D]$/.test(sign);
}

/** Send one digit by INFO; what is none is counted and dropped. `gone` = the far end knows the call no more. */
export function sendInfoDigit(
  services: Services,
  dialog: Dialog,
  digit: string,
  durationMs: number,
  gone: (cause: EndCause) => void,
): void {
  const body = infoDigitBody(digit, durationMs);
  if (body === undefined) {
    services.note('bad-digit', digit);
    return;
  }
  services.request({
    seat: dialog.seat,
    flow: dialog.hop(),
    compose: () => withBody(dialog.compose('INFO'), 'application/dtmf-relay', body),
    final: ({ status, reason }) => {
      // A lost digit is no lost call: a 408 here is a proxy's impatience (RFC 4320 §4.2).
      if (status === 481) gone({ by: 'remote', how: 'response', status, phrase: reason });
    },
    failed: () => undefined,
  });
}

/** Answer an INFO and tell the digit in it; an empty one is a sign of life (RFC 6086 §4.2.2). */
export function receiveInfo(services: Services, call: CallId, localTag: string, inbound: Inbound): void {
  const { request } = inbound;
  if (request.body.length === 0) return void services.reply(inbound, 200, { localTag });
  const digit = infoDigit(request.headers.get('Content-Type') ?? '', decodeText(request.body));
  if (digit === undefined) {
    return void services.reply(inbound, 415, { localTag, headers: [['Accept', 'application/dtmf-relay']] });
  }
  services.reply(inbound, 200, { localTag });
  services.emit({ type: 'info-digit', call, digit });
}
