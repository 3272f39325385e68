/** 1a–1c: parsing and printing beside npm `sip`, sip.js and a bare header split, CPU time in turn. */
import { createRequire } from 'node:module';
import {
  addressesOf,
  callIdOf,
  contactsOf,
  cseqOf,
  fromOf,
  indexMessage,
  parseMessage,
  parseUri,
  printMessage,
  printVia,
  requestOf,
  type SipMessage,
  type SipRequest,
  tokensOf,
  toOf,
  viasOf,
} from '@switchhook/sip-core';
import { type Bench, type NotRun, type Result, result } from '../result.ts';
import { INVITE, OK, REFER } from './messages.ts';
import { sideBySide } from './side-by-side.ts';

interface NpmSip {
  parse(text: string): unknown;
  stringify(message: unknown): string;
}

const require = createRequire(import.meta.url);
const npmSip = require('sip') as NpmSip;

/** pjsip's full parse was 0.2 of osip2's and about 0.15 of npm sip's on the machine of the performance page. */
const PJSIP_OF_NPM_SIP = 2 / 10;
const PJSIP_PRINT_OF_NPM_SIP = 0.53 / 7.5;

export const parsing: Bench = { name: 'parse', ids: ['1a', '1b', '1c'], run };

async function run(): Promise<readonly (Result | NotRun)[]> {
  const invite = INVITE.toString('latin1');
  const sipJs = await sipJsParser();
  const a = sideBySide({
    full: () => full(INVITE),
    lazy: () => indexMessage(INVITE, 'datagram'),
    npm: () => npmSip.parse(invite),
    split: () => headerSplit(INVITE),
    ...(sipJs === undefined ? {} : { sipJs: () => sipJs(invite) }),
  });
  const refer = REFER.toString('latin1');
  const b = sideBySide({ full: () => full(REFER), ok: () => full(OK), npm: () => npmSip.parse(refer) });
  const structure = message(INVITE) as SipRequest;
  const parts = partsOf(structure);
  const npmStructure = npmSip.parse(invite);
  const c = sideBySide({
    print: () => printMessage(requestOf(parts)),
    forward: () => forward(structure),
    npm: () => npmSip.stringify(npmStructure),
  });
  const stand = 'pjsip (from npm sip of this run)';
  return [
    result(
      '1a',
      'parse a 1.2 kB INVITE, fully structured',
      'us',
      a['full']!,
      stand,
      a['npm']! * PJSIP_OF_NPM_SIP,
      atMost(3),
    ),
    result(
      '1a-lazy',
      'index the same INVITE, values unread',
      'us',
      a['lazy']!,
      stand,
      a['npm']! * PJSIP_OF_NPM_SIP,
      atMost(0.75),
    ),
    result('1a-npm-sip', 'the same beside npm sip', 'us', a['full']!, 'npm sip', a['npm']!, atMost(1)),
    result(
      '1a-floor',
      'the same beside a bare split at line ends',
      'us',
      a['full']!,
      'header split',
      a['split']!,
      atMost(20),
    ),
    ...(sipJs === undefined
      ? [{ id: '1a-sip.js', why: 'sip.js does not give its parser to this Node.js' }]
      : [result('1a-sip.js', 'the same beside sip.js', 'us', a['full']!, 'sip.js', a['sipJs']!, atMost(1 / 300))]),
    result('1b', 'parse REFER with Replaces', 'us', b['full']!, stand, b['npm']! * PJSIP_OF_NPM_SIP, atMost(3)),
    result('1b-200', 'parse 200 OK to INVITE', 'us', b['ok']!, stand, b['npm']! * PJSIP_OF_NPM_SIP, atMost(3)),
    result(
      '1c',
      'print an INVITE from its parts',
      'us',
      c['print']!,
      stand,
      c['npm']! * PJSIP_PRINT_OF_NPM_SIP,
      atMost(4),
    ),
    result(
      '1c-forward',
      'forward it with a Via more',
      'us',
      c['forward']!,
      stand,
      c['npm']! * PJSIP_PRINT_OF_NPM_SIP,
      atMost(1.5),
    ),
  ];
}

function atMost(bound: number): { text: string; met: (value: number, ratio: number) => boolean } {
  const text = bound < 0.1 ? `1/${Math.round(1 / bound)}` : String(bound);
  return { text: `<= ${text} x peer`, met: (_, ratio) => ratio <= bound };
}

function message(bytes: Uint8Array): SipMessage {
  const parsed = parseMessage(bytes, 'datagram');
  if (!parsed.ok) throw new Error(`the bench's own message does not parse: ${parsed.fault}`);
  return parsed.value;
}

/** Everything that a structured parser would give: each address, Via, list and number as a value. */
function full(bytes: Uint8Array): number {
  const parsed = message(bytes);
  let seen = viasOf(parsed).length + cseqOf(parsed).number + callIdOf(parsed).length;
  for (const address of [fromOf(parsed), toOf(parsed), ...contactsOf(parsed), ...addressesOf(parsed, 'Record-Route')])
    seen += parseUri(address.uri).ok ? 1 : 0;
  if (parsed.kind === 'request' && parseUri(parsed.uri).ok) seen++;
  seen += (tokensOf(parsed, 'Allow')?.length ?? 0) + (tokensOf(parsed, 'Supported')?.length ?? 0);
  return seen + parsed.body.length;
}

function headerSplit(bytes: Buffer): number {
  const text = bytes.toString('latin1');
  let count = 0;
  for (let at = 0, end = text.indexOf('\r\n'); end > at; at = end + 2, end = text.indexOf('\r\n', at)) count++;
  return count;
}

function partsOf(request: SipRequest): Parameters<typeof requestOf>[0] {
  return {
    method: request.method,
    uri: request.uri,
    via: viasOf(request)[0]!,
    from: fromOf(request),
    to: toOf(request),
    callId: callIdOf(request),
    cseq: cseqOf(request).number,
    contact: contactsOf(request)[0]!,
    headers: ['Allow', 'Supported', 'Accept', 'P-Asserted-Identity', 'User-Agent'].map(
      (name) => [name, request.headers.get(name) ?? ''] as const,
    ),
    contentType: 'application/sdp',
    body: request.body,
  };
}

function forward(request: SipRequest): Uint8Array {
  const headers = request.headers.clone();
  headers.prepend('Via', printVia(viasOf(request)[0]!));
  headers.set('Max-Forwards', '68');
  return printMessage({ ...request, headers });
}

/** sip.js keeps its parser in its core; a version that hides it is a bench that cannot run. */
async function sipJsParser(): Promise<((text: string) => unknown) | undefined> {
  try {
    const { Parser } = require('sip.js/lib/core/messages/parser.js') as {
      Parser: { parseMessage(text: string, logger: unknown): unknown };
    };
    const logger = { warn() {}, error() {}, log() {}, debug() {} };
    return Parser.parseMessage(INVITE.toString('latin1'), logger) === undefined
      ? undefined
      : (text) => Parser.parseMessage(text, logger);
  } catch {
    return undefined;
  }
}
