import type { SipRequest } from './message.ts';
import { ParamList } from './param-list.ts';
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
  let params = ParamList.of(via.params).with('received', host);
  if (asked) params = params.with('rport', String(port));
  let value = printVia({ ...via, params });
  const written = request.headers.get('Via')!;
  if (written.indexOf(',') >= 0) value = [value, ...splitList(written).slice(1)].join(', ');
  const headers = request.headers.clone();
  headers.replaceFirst('Via', value);
  return { ...request, headers };
}
