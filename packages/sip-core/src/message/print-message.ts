import type { SipMessage } from './message.ts';
import { asOctets, encodeBefore, joined, octetsOf } from './octets.ts';
import { isToken } from './token.ts';
import { isUriText } from './uri.ts';

/**
 * The octets of a message. A message that came from the parser and was not touched is printed octet by octet as it
 * came; Content-Length always fits the body. They are a view into memory that other messages share: send or copy them,
 * never transfer their buffer. Throws on a start line that would not be one line: our own bug.
 */
export function printMessage(message: SipMessage): Uint8Array {
  const { text, octets } = message.headers.print(message.body.length);
  const start = startLine(message);
  if (octets) return joined(octetsOf(`${asOctets(start)}\r\n${text}\r\n`), message.body);
  return encodeBefore(`${start}\r\n${text}\r\n`, message.body);
}

function startLine(message: SipMessage): string {
  if (message.kind === 'request') {
    if (!isToken(message.method)) throw new Error(`not a method: ${JSON.stringify(message.method)}`);
    if (!isUriText(message.uri)) throw new Error(`not a Request-URI: ${JSON.stringify(message.uri)}`);
    return `${message.method} ${message.uri} SIP/2.0`;
  }
  const { status, reason } = message;
  if (!Number.isInteger(status) || status < 100 || status > 699) throw new Error(`not a status: ${status}`);
  if (/[\r\n\0]/.test(reason)) throw new Error(`a phrase must not hold line breaks: ${JSON.stringify(reason)}`);
  return `SIP/2.0 ${status} ${reason}`;
}
