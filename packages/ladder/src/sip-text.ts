/**
 * A reader of SIP datagrams for drawings. It is the ladder's own and shares nothing with the phone's parser, so that a
 * mistake of the one cannot hide a mistake of the other. It reads what a drawing needs and refuses nothing it can show.
 */
export interface SipText {
  /** Method of a request; undefined for a response. */
  readonly method: string | undefined;
  /** Status of a response; undefined for a request. */
  readonly status: number | undefined;
  /** Request-URI or Reason-Phrase. */
  readonly rest: string;
  /** First value by lower-case long name. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Compact forms (RFC 3261 §7.3.3, RFC 3515, RFC 6665, RFC 3892). */
export const LONG: Readonly<Record<string, string>> = {
  v: 'via',
  f: 'from',
  t: 'to',
  i: 'call-id',
  m: 'contact',
  c: 'content-type',
  l: 'content-length',
  r: 'refer-to',
  b: 'referred-by',
  o: 'event',
  k: 'supported',
  s: 'subject',
};

/** Read one datagram; undefined when it is not SIP (RTP, RTCP, a keep-alive). */
export function readSip(bytes: Uint8Array): SipText | undefined {
  const text = latin1(bytes);
  const start = text.search(/[^\r\n]/);
  if (start < 0) return undefined;
  const end = text.indexOf('\r\n\r\n', start);
  const head = text.slice(start, end < 0 ? text.length : end).replace(/\r\n[ \t]+/g, ' ');
  const [first = '', ...lines] = head.split('\r\n');
  const response = /^SIP\/2\.0 (\d{3}) ?(.*)$/.exec(first);
  const request = response === null ? /^([A-Z]+) (\S+) SIP\/2\.0$/.exec(first) : null;
  if (response === null && request === null) return undefined;
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 1) continue;
    const short = line.slice(0, colon).trim().toLowerCase();
    const name = LONG[short] ?? short;
    if (!headers.has(name)) headers.set(name, line.slice(colon + 1).trim());
  }
  return {
    method: request?.[1],
    status: response === null ? undefined : Number(response[1]),
    rest: request?.[2] ?? response?.[2] ?? '',
    headers,
    body: end < 0 ? '' : text.slice(end + 4),
  };
}

/** The tag of a From or To value. */
export function tagOf(value: string | undefined): string | undefined {
  return /;\s*tag\s*=\s*([^;\s,]+)/i.exec(value?.replace(/<[^>]*>/, '') ?? '')?.[1];
}

/** The URI of a name-addr or addr-spec, and its user part. */
export function uriOf(value: string | undefined): { readonly uri: string; readonly user: string } {
  const uri = /<([^>]*)>/.exec(value ?? '')?.[1] ?? (value ?? '').split(';')[0]!.trim();
  return { uri, user: /^sips?:([^@;?]*)@/i.exec(uri)?.[1] ?? '' };
}

const utf8 = new TextDecoder();

/** One character an octet. Where the native decoder finds nothing but ASCII, it is right and much faster. */
function latin1(bytes: Uint8Array): string {
  const plain = utf8.decode(bytes);
  if (plain.length === bytes.length && !plain.includes('\ufffd')) return plain;
  let text = '';
  for (let i = 0; i < bytes.length; i += 4096) text += String.fromCharCode(...bytes.subarray(i, i + 4096));
  return text;
}
