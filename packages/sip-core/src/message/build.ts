import { HeaderFields } from './header-fields.ts';
import type { SipRequest, SipResponse } from './message.ts';
import { type NameAddr, nameAddr, parseNameAddr, printNameAddr, tagOf } from './name-addr.ts';
import { encodeText } from './octets.ts';
import { reasonPhrase } from './reason-phrases.ts';
import { isCallId } from './replaces.ts';
import { isToken } from './token.ts';
import { printVia, type Via } from './via.ts';

const NO_BODY = new Uint8Array(0);

/** The parts of a request. */
export interface RequestParts {
  readonly method: string;
  /** Request-URI. */
  readonly uri: string;
  /** Topmost Via; may be left out and put on later by whoever makes the transaction. */
  readonly via?: Via;
  /** Route values, each with its angle brackets. */
  readonly routes?: readonly string[];
  /** Default 70. */
  readonly maxForwards?: number;
  /** A string is a bare URI. */
  readonly from: NameAddr | string;
  readonly to: NameAddr | string;
  readonly callId: string;
  /** CSeq number; its method is `method`. */
  readonly cseq: number;
  readonly contact?: NameAddr | string;
  /** Everything else, in order. */
  readonly headers?: Iterable<readonly [name: string, value: string]>;
  readonly contentType?: string;
  readonly body?: Uint8Array | string;
}

function address(value: NameAddr | string): string {
  return printNameAddr(typeof value === 'string' ? nameAddr(value) : value);
}

/** Make a request with the fields of RFC 3261 §8.1.1 in their usual order. Throws on parts that are none: our own bug. */
export function requestOf(parts: RequestParts): SipRequest {
  const { method, uri, callId, cseq } = parts;
  if (!isCallId(callId)) throw new Error(`not a Call-ID: ${JSON.stringify(callId)}`);
  if (!isToken(method)) throw new Error(`not a method: ${JSON.stringify(method)}`);
  if (!Number.isInteger(cseq) || cseq < 0 || cseq > 0xffff_ffff) throw new Error(`not a CSeq number: ${cseq}`);
  const headers = new HeaderFields();
  if (parts.via !== undefined) headers.addClean('Via', printVia(parts.via));
  for (const route of parts.routes ?? []) headers.add('Route', route);
  headers.addClean('Max-Forwards', String(parts.maxForwards ?? 70));
  headers.addClean('From', address(parts.from));
  headers.addClean('To', address(parts.to));
  headers.addClean('Call-ID', callId);
  headers.addClean('CSeq', `${cseq} ${method}`);
  if (parts.contact !== undefined) headers.add('Contact', address(parts.contact));
  for (const [name, value] of parts.headers ?? []) headers.add(name, value);
  const body = bodyOf(parts.body);
  if (parts.contentType !== undefined) headers.add('Content-Type', parts.contentType);
  headers.addClean('Content-Length', String(body.length));
  return { kind: 'request', method, uri, headers, body };
}

function bodyOf(body: Uint8Array | string | undefined): Uint8Array {
  if (body === undefined) return NO_BODY;
  return typeof body === 'string' ? encodeText(body) : body;
}

/** What a response has besides what it copies. */
export interface ResponseParts {
  /** Put on To when the request had no tag there; left out of a 100 (RFC 3261 §8.2.6.2). */
  readonly toTag?: string;
  readonly contact?: NameAddr | string;
  readonly headers?: Iterable<readonly [name: string, value: string]>;
  readonly contentType?: string;
  readonly body?: Uint8Array | string;
}

/**
 * Answer `request`: Via, From, To, Call-ID and CSeq are copied octet by octet (RFC 3261 §8.2.6.2), Record-Route into
 * 101 to 299 (§12.1.1), Timestamp into 100. The usual phrase when `phrase` is left out.
 */
export function responseTo(
  request: SipRequest,
  status: number,
  phrase: string = reasonPhrase(status),
  parts: ResponseParts | string = {},
): SipResponse {
  const {
    toTag,
    contact,
    headers: more,
    contentType,
    body: content,
  }: ResponseParts = typeof parts === 'string' ? { toTag: parts } : parts;
  if (toTag !== undefined && !isToken(toTag)) throw new Error(`not a tag: ${JSON.stringify(toTag)}`);
  const headers = new HeaderFields().copy(request.headers, 'Via');
  if (status > 100 && status < 300) headers.copy(request.headers, 'Record-Route');
  headers.copyFirst(request.headers, 'From');
  const tag = status > 100 && toTag !== undefined && missesToTag(request) ? `;tag=${toTag}` : '';
  headers.copyFirst(request.headers, 'To', tag);
  headers.copyFirst(request.headers, 'Call-ID').copyFirst(request.headers, 'CSeq');
  if (status === 100) headers.copyFirst(request.headers, 'Timestamp');
  if (contact !== undefined) headers.add('Contact', address(contact));
  for (const [name, value] of more ?? []) headers.add(name, value);
  const body = bodyOf(content);
  if (contentType !== undefined) headers.add('Content-Type', contentType);
  headers.addClean('Content-Length', String(body.length));
  return { kind: 'response', status, reason: phrase, headers, body };
}

/** Whether a tag can be put on To; a salvaged To that cannot be read is left as it is. */
function missesToTag(request: SipRequest): boolean {
  const to = request.headers.read('To', parseNameAddr);
  return to !== undefined && tagOf(to) === undefined;
}
