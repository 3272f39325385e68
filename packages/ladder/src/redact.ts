import { LONG } from './sip-text.ts';

/** Longest message that is kept whole, octets; of a longer one the body goes, then the last header fields. */
export const LONGEST_MESSAGE_BYTES = 16_384;

const CREDENTIALS = /^(proxy-)?authorization$|^(proxy-)?authentication-info$/;
const CHALLENGE = /^(www|proxy)-authenticate$/;
/** Names that nobody standardised, of which some exchanges make use all the same. */
const SECRET_NAME = /auth|passw|token|secret|cookie|apikey|api-key/;
const SCHEME = /^\s*(digest|basic|bearer|ntlm|kerberos|negotiate)\b/i;
const GONE = 'removed';

interface Head {
  readonly lines: readonly string[];
  readonly method: string;
  /** Media type without parameters, lower-case; undefined when it is not said, or said twice. */
  readonly type: string | undefined;
}

/**
 * A SIP message that may be shown to strangers: without credentials and digests, SDP keys, passwords in URIs, digits
 * sent by INFO or after the number, and without any body that is neither SDP nor sipfrag. Ids, tags, URIs, routes and
 * statuses stay, Content-Length is put right. What cannot be read as SIP comes back as a note of its size.
 */
export function redactSip(bytes: Uint8Array): Uint8Array {
  const text = fromOctets(bytes).replace(/^[\r\n]+/, '');
  if (!/^(SIP\/2\.0 \d{3}|[!-~]+ \S+ SIP\/2\.0)/.test(text)) return toOctets(`[${GONE}: ${bytes.length} octets]`);
  const split = /\r?\n\r?\n/.exec(text);
  const head = readHead(split === null ? text : text.slice(0, split.index));
  const whole = split === null ? '' : text.slice(split.index + split[0].length);
  const body = redactBody(whole, head);
  const written = compose(head.lines, body);
  if (written.length <= LONGEST_MESSAGE_BYTES) return toOctets(written);
  const short = compose(head.lines, whole === '' ? KEEP_NONE : foreign(whole, head.type));
  if (short.length <= LONGEST_MESSAGE_BYTES) return toOctets(short);
  const kept = short.slice(0, LONGEST_MESSAGE_BYTES - 64).split('\r\n');
  return toOctets(compose(kept.slice(0, -1), KEEP_NONE));
}

interface Body {
  readonly text: string;
  /** The body is no longer of the type that the message says. */
  readonly replaced: boolean;
}
const KEEP_NONE: Body = { text: '', replaced: false };

function compose(lines: readonly string[], body: Body): string {
  const length = body.text.length;
  const out = lines.map((line) => {
    const name = nameOf(line);
    if (name === 'content-length') return `Content-Length: ${length}`;
    return name === 'content-type' && body.replaced ? 'Content-Type: text/plain' : line;
  });
  return `${out.join('\r\n')}\r\n\r\n${body.text}`;
}

function readHead(text: string): Head {
  // RFC 3261 §7.3.1: a line that begins with a blank goes on with the one before. A lone CR or LF ends a line too, so
  // that nothing hides behind what only some parsers take for one.
  const lines = text.replace(/(\r\n|\n|\r)[ \t]+/g, ' ').split(/\r\n|\n|\r/);
  const types: string[] = [];
  let method = /^[A-Z]+(?= )/.exec(lines[0] ?? '')?.[0] ?? '';
  for (const line of lines) {
    const name = nameOf(line);
    if (name === 'content-type') types.push(fieldValue(line).split(';')[0]!.trim().toLowerCase());
    if (name === 'cseq' && method === '') method = fieldValue(line).trim().split(/\s+/)[1] ?? '';
  }
  const [first = '', ...fields] = lines;
  return {
    lines: [redactUris(first), ...fields.filter((line) => line !== '').map(redactField)],
    method: method.toUpperCase(),
    type: types.length === 1 ? types[0] : undefined,
  };
}

function redactField(line: string): string {
  const name = nameOf(line);
  const shown = line.slice(0, Math.max(line.indexOf(':'), 0)).trim();
  // a line without a name is no header field: nobody can say what it holds
  if (name === '') return `X-Removed: ${line.length}`;
  if (CHALLENGE.test(name)) return `${shown}: ${challenge(fieldValue(line))}`;
  if (CREDENTIALS.test(name)) return `${shown}: ${SCHEME.exec(fieldValue(line))?.[1] ?? ''} ${GONE}`.replace('  ', ' ');
  if (SECRET_NAME.test(name)) return `${shown}: ${GONE}`;
  return redactUris(line);
}

/** Of a challenge stays what tells a wrong realm or algorithm; the nonce goes. */
function challenge(value: string): string {
  const scheme = SCHEME.exec(value)?.[1];
  if (scheme === undefined) return GONE;
  const kept = [...value.matchAll(/\b(realm|algorithm|qop|stale)\s*=\s*("[^"]*"|[A-Za-z0-9-]+)/gi)];
  return [scheme, kept.map(([, name, text]) => `${name}=${text}`).join(', ')].join(' ').trim();
}

/** Passwords (`sip:user:password@host`), header fields inside a URI, and digits to be sent after the number. */
function redactUris(line: string): string {
  return line
    .replace(/(sips?:[^@<>\s":]*):[^@;?<>\s"]*@/gi, `$1:${GONE}@`)
    .replace(/([?&])([^=&<>\s"]+)=([^&<>\s"]*)/g, (all, mark: string, name: string) => {
      const plain = unescaped(name).toLowerCase();
      const secret = plain === 'body' || CHALLENGE.test(plain) || CREDENTIALS.test(plain) || SECRET_NAME.test(plain);
      return secret ? `${mark}${name}=${GONE}` : all;
    })
    .replace(/;(\s*postd\s*)=[^;?<>\s"]*/gi, `;$1=${GONE}`);
}

function redactBody(body: string, { method, type }: Head): Body {
  if (body === '') return KEEP_NONE;
  if (method === 'INFO' || method === 'MESSAGE') return foreign(body, type);
  if (type === 'application/sdp') return { text: redactSdp(body), replaced: false };
  // RFC 3420: it may hold any header field, and a body of its own
  if (type === 'message/sipfrag')
    return { text: `${readHead(body.split(/\r?\n\r?\n/)[0]!).lines.join('\r\n')}\r\n`, replaced: false };
  return foreign(body, type);
}

/** What stands in the place of a body that went. */
const NOTE = /^\[removed: \d+ octets of (an unknown type|[a-z0-9.+-]+\/[a-z0-9.+-]+)\]\r\n$/;

function foreign(body: string, type: string | undefined): Body {
  if (NOTE.test(body)) return { text: body, replaced: true };
  const named = /^[a-z0-9.+-]+\/[a-z0-9.+-]+$/.test(type ?? '') ? type : 'an unknown type';
  return { text: `[${GONE}: ${body.length} octets of ${named}]\r\n`, replaced: true };
}

/** RFC 4568 `a=crypto`, RFC 4567 `a=key-mgmt`, RFC 4566 §5.12 `k=`, RFC 8839 `a=ice-pwd`; lines that are no SDP go. */
function redactSdp(body: string): string {
  const lines: string[] = [];
  for (const line of body.split(/\r\n|\n|\r/)) {
    if (!/^[a-z]=/.test(line) || line.startsWith('k=')) continue;
    const crypto = /^a=crypto:\s*(\d{1,9}) ([A-Z0-9_]{1,64}) /.exec(line);
    if (crypto !== null) lines.push(`a=crypto:${crypto[1]} ${crypto[2]} inline:${GONE}`);
    else if (/^a=[^:]*(crypto|key|pwd|passw|secret|token)/i.test(line)) lines.push(`a=${GONE}`);
    else lines.push(redactUris(line));
  }
  return `${lines.join('\r\n')}\r\n`;
}

/** Long lower-case name of a header line; empty when it has none. */
function nameOf(line: string): string {
  const name = /^\s*([!-9;-~]+)\s*:/.exec(line)?.[1]?.toLowerCase() ?? '';
  return LONG[name] ?? name;
}

function fieldValue(line: string): string {
  return line.slice(line.indexOf(':') + 1);
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function fromOctets(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 4096) text += String.fromCharCode(...bytes.subarray(i, i + 4096));
  return text;
}

function toOctets(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}
