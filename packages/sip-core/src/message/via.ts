import { fault, type Parsed, parsed } from '@switchhook/sans-io';
import { limits } from './limits.ts';
import { type Params, parseParams, printParams, splitList, type ValueFault } from './params.ts';
import { isBlank, isHost, isToken, portNumber, skipBlanks, trimmed } from './token.ts';
import { cutHost, cutParams, USUAL_VIA } from './usual-shapes.ts';

/** One Via value (RFC 3261 §20.42). */
export interface Via {
  /** Upper-case: `UDP`, `TCP`, `TLS`, or whatever stands there. */
  readonly transport: string;
  /** The sent-by host, IPv6 in brackets. */
  readonly host: string;
  /** The sent-by port, when written. */
  readonly port?: number | undefined;
  readonly branch?: string | undefined;
  /** All other parameters: `received`, `rport` (undefined value = asked for), `maddr`, `ttl`, `alias`. */
  readonly params: Params;
}

/** Read one Via value. Blanks around the slashes and the colon are fine (RFC 4475 §3.1.1.1). */
export function parseVia(text: string): Parsed<Via, ValueFault> {
  return usualVia(text) ?? plainVia(text);
}

function usualVia(text: string): Parsed<Via, ValueFault> | undefined {
  if (!USUAL_VIA.test(text)) return undefined;
  const transport = text.startsWith('UDP', 8) ? 'UDP' : text.slice(8, 11);
  const { host, port, end } = cutHost(text, 12);
  if (host.length > 255 || (port !== undefined && port > 65_535)) return undefined;
  const branchAt = end + ';branch='.length;
  const semicolon = text.indexOf(';', branchAt);
  const branchEnd = semicolon < 0 ? text.length : semicolon;
  if (branchEnd - branchAt > limits.branch) return undefined;
  const params = cutParams(text, branchEnd);
  if (params === undefined || params.has('branch')) return undefined;
  return parsed({ transport, host, port, branch: text.slice(branchAt, branchEnd), params });
}

/** `parseVia` by the letter, for any value: what is unusual or wrong is read by it. */
export function plainVia(text: string): Parsed<Via, ValueFault> {
  const usual = text.startsWith('SIP/2.0/');
  const slash = usual ? 3 : text.indexOf('/');
  const second = usual ? 7 : text.indexOf('/', slash + 1);
  if (slash < 0 || second < 0) return fault('token', 0);
  // Any version is read, so that a request of another version can still be answered with 505.
  if (!usual && (trimmed(text, 0, slash).toUpperCase() !== 'SIP' || !isToken(trimmed(text, slash + 1, second)))) {
    return fault('token', 0);
  }
  let i = skipBlanks(text, second + 1);
  const start = i;
  while (i < text.length && !isBlank(text.charCodeAt(i))) i++;
  const transport = text.slice(start, i).toUpperCase();
  if (!isToken(transport)) return fault('token', start);
  const semicolon = text.indexOf(';', i);
  const end = semicolon < 0 ? text.length : semicolon;
  const sentBy = trimmed(text, i, end);
  const bracket = sentBy.lastIndexOf(']');
  const colon = sentBy.indexOf(':', bracket < 0 ? 0 : bracket);
  const host = colon < 0 ? sentBy : trimmed(sentBy, 0, colon);
  if (!isHost(host)) return fault('uri', i);
  let port: number | undefined;
  if (colon >= 0) {
    port = portNumber(trimmed(sentBy, colon + 1, sentBy.length));
    if (port < 0) return fault('number', i);
  }
  const params = parseParams(text, end);
  if (!params.ok) return params;
  const branch = params.value.get('branch');
  if (branch !== undefined) {
    if (branch.length > limits.branch) return fault('too-long', end);
    if (!isBranch(branch)) return fault('token', end);
  }
  return parsed({ transport, host, port, branch, params: params.value.without('branch') });
}

/** A branch is a token; peers that put other visible characters into it are understood and get them back. */
function isBranch(text: string): boolean {
  return BRANCH.test(text);
}

const BRANCH = /^[!#-+\--:<-~]+$/;

/** The first of the Via values in one header field. */
export function parseFirstVia(text: string): Parsed<Via, ValueFault> {
  if (text.indexOf(',') < 0) return parseVia(text);
  const first = splitList(text)[0];
  return first === undefined ? fault('missing', 0) : parseVia(first);
}

/** One Via value as text, branch first. */
export function printVia(via: Via): string {
  if (!isToken(via.transport)) throw new Error(`not a transport: ${JSON.stringify(via.transport)}`);
  if (!isHost(via.host)) throw new Error(`not a sent-by host: ${JSON.stringify(via.host)}`);
  if (via.branch !== undefined && !isBranch(via.branch)) throw new Error(`not a branch: ${JSON.stringify(via.branch)}`);
  const sentBy = via.port === undefined ? via.host : `${via.host}:${via.port}`;
  const branch = via.branch === undefined ? '' : `;branch=${via.branch}`;
  return `SIP/2.0/${via.transport} ${sentBy}${branch}${printParams(via.params)}`;
}
