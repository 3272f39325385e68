import { parseMediaType } from '../message/event.ts';
import type { SipMessage } from '../message/message.ts';
import { decodeText } from '../message/octets.ts';
import type { SessionBody } from '../user-agent/door.ts';

/** The media type of a session description. */
export const SDP = 'application/sdp';

/** What a message brings for offer/answer. */
export type BodyReading =
  | { readonly name: 'none' }
  | { readonly name: 'session'; readonly body: SessionBody }
  /** A type or an encoding that we do not read: 415. */
  | { readonly name: 'unsupported' };

/** The session description of a message: its body, or the first SDP part of a multipart one (RFC 5621 §3.1). */
export function readSessionBody(message: SipMessage): BodyReading {
  if (message.body.length === 0) return { name: 'none' };
  const encoding = message.headers.get('Content-Encoding');
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') return { name: 'unsupported' };
  const type = message.headers.read('Content-Type', parseMediaType);
  if (type === undefined) return { name: 'unsupported' };
  if (type.type === SDP) return { name: 'session', body: decodeText(message.body) };
  const boundary = type.params.get('boundary');
  if (!type.type.startsWith('multipart/') || boundary === undefined || boundary === '') return { name: 'unsupported' };
  const part = sdpPart(decodeText(message.body), boundary);
  return part === undefined ? { name: 'unsupported' } : { name: 'session', body: part };
}

function sdpPart(text: string, boundary: string): string | undefined {
  const parts = text.split(`--${boundary}`);
  for (const part of parts.slice(1, 17)) {
    const end = part.indexOf('\r\n\r\n');
    if (end < 0) continue;
    const head = part.slice(0, end).toLowerCase();
    if (!head.includes('content-type') || !head.includes(SDP)) continue;
    return part.slice(end + 4);
  }
  return undefined;
}
