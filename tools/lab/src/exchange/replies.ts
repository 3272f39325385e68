import { type Flow, HeaderFields, parseVia, type SipRequest, type SipResponse } from '@switchhook/sip-core';

/** An answer of the exchange itself (RFC 3261 §8.2.6); `tag` goes into To where there is none. */
export function replyTo(
  request: SipRequest,
  status: number,
  reason: string,
  tag: string,
  extra: readonly (readonly [string, string])[] = [],
): SipResponse {
  const headers = new HeaderFields();
  for (const name of ['Via', 'From'] as const) headers.copy(request.headers, name);
  const to = request.headers.get('To') ?? '';
  headers.add('To', /;\s*tag=/i.test(to.replace(/<[^>]*>/, '')) ? to : `${to};tag=${tag}`);
  headers.copy(request.headers, 'Call-ID').copy(request.headers, 'CSeq');
  for (const [name, value] of extra) headers.add(name, value);
  return { kind: 'response', status, reason, headers, body: new Uint8Array() };
}

/** Where an answer goes: `received` and `rport` of the top Via (RFC 3261 §18.2.2, RFC 3581 §4). */
export function flowOf(response: SipResponse): Flow | undefined {
  const via = parseVia(response.headers.list('Via')[0] ?? '');
  if (!via.ok) return undefined;
  const { host, port, params } = via.value;
  const rport = Number(params.get('rport'));
  return {
    transport: 'udp',
    host: params.get('received') ?? params.get('maddr') ?? host,
    port: rport > 0 ? rport : (port ?? 5060),
  };
}
