import type { SipRequest, SipResponse } from '../message/message.ts';
import { callIdOf, cseqOf, fromTagOf, viaOf } from '../message/values.ts';
import { printVia } from '../message/via.ts';
import type { Flow } from '../user-agent/door.ts';
import { MAGIC_COOKIE } from './requests.ts';

/** Whether a branch is one of RFC 3261; the cookie alone names nothing (RFC 4475 §3.2.1). */
export function isRfc3261Branch(branch: string | undefined): branch is string {
  return branch !== undefined && branch.length > MAGIC_COOKIE.length && branch.startsWith(MAGIC_COOKIE);
}

/**
 * What a request's server transaction is called (RFC 3261 §17.2.3): branch, sent-by and method, an ACK being of its
 * INVITE. `method` overrides it: a CANCEL looks for its INVITE. Without a branch of RFC 3261 the name is made of what
 * RFC 2543 compares, the To tag aside.
 */
export function serverKey(request: SipRequest, method = request.method): string {
  const via = viaOf(request);
  const of = method === 'ACK' ? 'INVITE' : method;
  if (isRfc3261Branch(via.branch)) {
    return `${via.branch.toLowerCase()} ${via.host.toLowerCase()}:${via.port ?? ''} ${of}`;
  }
  const { number } = cseqOf(request);
  return `${request.uri} ${fromTagOf(request) ?? ''} ${callIdOf(request)} ${number} ${printVia({ ...via, params: new Map() })} ${of}`;
}

/** What a client transaction is called (RFC 3261 §17.1.3): the branch of the topmost Via and the method of CSeq. */
export function clientKey(message: SipRequest | SipResponse): string {
  const branch = viaOf(message).branch;
  const method = message.kind === 'request' ? message.method : cseqOf(message).method;
  return `${(branch ?? '').toLowerCase()} ${method}`;
}

/** By what a request that came along two ways is recognised (RFC 3261 §8.2.2.2). */
export function mergeKey(request: SipRequest): string {
  const { number, method } = cseqOf(request);
  return `${fromTagOf(request) ?? ''} ${callIdOf(request)} ${number} ${method}`;
}

/**
 * Where a response goes (RFC 3261 §18.2.2, RFC 3581 §4): over the connection, or to the datagram's source address, its
 * port when `rport` was asked for and sent-by's otherwise. `maddr` is ignored: it would let a stranger aim our answers.
 */
export function responseFlow(request: SipRequest, from: Flow): Flow {
  if (from.transport !== 'udp') return from;
  const via = viaOf(request);
  if (via.params.has('rport')) return from;
  const port = via.port ?? 5060;
  if (port === from.port || (port < 1024 && port !== 5060 && port !== 5061)) return from;
  return { ...from, port };
}

/** A numeric address, as opposed to a name that only the shell can compare. */
function isNumeric(host: string): boolean {
  for (let i = 0; i < host.length; i++) {
    const code = host.charCodeAt(i);
    if ((code < 0x30 || code > 0x39) && code !== 0x2e) return host.includes(':');
  }
  return true;
}

/** Whether a response may come over `from` when its request went over `sent`: over datagrams only from the same host. */
export function mayAnswer(sent: Flow, from: Flow): boolean {
  if (sent.transport !== 'udp' || sent.host === from.host) return true;
  return !isNumeric(sent.host) || !isNumeric(from.host);
}
