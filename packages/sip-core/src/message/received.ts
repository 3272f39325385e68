import type { SipRequest } from './message.ts';
import { splitList } from './params.ts';
import { viaOf } from './values.ts';
import { printVia } from './via.ts';

/**
 * The request with its topmost Via completed by where it really came from: `received` when sent-by says otherwise or
 * `rport` was asked for (RFC 3261 §18.2.1, RFC 3581 §4). `host` is a bare address, IPv6 without brackets. Returns the
 * same object when nothing is to be added. All other Via values stay as they came.
 */
export function markReceived(request: SipRequest, host: string, port: number): SipRequest {
  const via = viaOf(request);
  const asked = via.params.has('rport');
  const bare = via.host.startsWith('[') ? via.host.slice(1, -1) : via.host;
  if (!asked && bare === host && !via.params.has('received')) return request;
  const params = new Map(via.params);
  params.set('received', host);
  if (asked) params.set('rport', String(port));
  const [, ...others] = splitList(request.headers.get('Via')!);
  const headers = request.headers.clone();
  headers.replaceFirst('Via', [printVia({ ...via, params }), ...others].join(', '));
  return { ...request, headers };
}
