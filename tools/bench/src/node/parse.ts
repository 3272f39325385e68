/** 1a–1c: parsing and printing beside sofia-sip, npm `sip`, sip.js and a bare header split, CPU time in turn. */
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
import { Sofia } from './sofia.ts';

interface NpmSip {
  parse(text: string): unknown;
  stringify(message: unknown): string;
}

const require = createRequire(import.meta.url);
const npmSip = require('sip') as NpmSip;

/** What pjsip needs of sofia-sip's time on the same work, and of npm sip's, as measured for the performance page. */
const PJSIP_OF_SOFIA = 0.5;
const PJSIP_OF_NPM_SIP = 2 / 10;
const PJSIP_PRINT_OF_NPM_SIP = 0.53 / 7.5;

export const parsing: Bench = { name: 'parse', ids: ['1a', '1b', '1c'], run };

async function run(): Promise<readonly (Result | NotRun)[]> {
  const sofia = Sofia.build();
  const before = sofiaTimes(sofia);
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
  const ok200 = OK.toString('latin1');
  const b = sideBySide({
    refer: () => full(REFER),
    npmRefer: () => npmSip.parse(refer),
    ok: () => full(OK),
    npmOk: () => npmSip.parse(ok200),
  });
  const structure = message(INVITE) as SipRequest;
  const parts = partsOf(structure);
  const npmStructure = npmSip.parse(invite);
  const c = sideBySide({
    print: () => printMessage(requestOf(parts)),
    forward: () => forward(structure),
    npm: () => npmSip.stringify(npmStructure),
  });
  const after = sofiaTimes(sofia);
  const pjsip = pjsipTimes(before, after, {
    invite: a['npm']! * PJSIP_OF_NPM_SIP,
    refer: b['npmRefer']! * PJSIP_OF_NPM_SIP,
    ok: b['npmOk']! * PJSIP_OF_NPM_SIP,
    print: c['npm']! * PJSIP_PRINT_OF_NPM_SIP,
  });
  const row = (id: string, what: string, value: number, peerValue: number, bound: number) =>
    result(id, what, 'us', value, pjsip.name, peerValue, atMost(bound));
  const beside = (id: string, what: string, value: number, peer: string, peerValue: number, bound: number) =>
    result(id, what, 'us', value, peer, peerValue, atMost(bound));
  const whole = 'parse a 1.2 kB INVITE, fully structured';
  const rows: (Result | NotRun)[] = [
    row('1a', whole, a['full']!, pjsip.invite, 3),
    row('1a-lazy', 'index the same INVITE, values unread', a['lazy']!, pjsip.invite, 0.75),
    beside('1a-npm-sip', whole, a['full']!, 'npm sip', a['npm']!, 1),
    beside('1a-floor', whole, a['full']!, 'bare header split', a['split']!, 20),
    sipJs === undefined
      ? { id: '1a-sip.js', why: 'sip.js does not give its parser to this Node.js' }
      : beside('1a-sip.js', whole, a['full']!, 'sip.js', a['sipJs']!, 1 / 300),
    row('1b', 'parse REFER with Replaces', b['refer']!, pjsip.refer, 3),
    row('1b-200', 'parse 200 OK to INVITE', b['ok']!, pjsip.ok, 3),
    row('1c', 'print an INVITE from its parts', c['print']!, pjsip.print, 4),
    row('1c-forward', 'forward it with a Via more', c['forward']!, pjsip.print, 1.5),
    beside('1c-npm-sip', 'print an INVITE from its parts', c['print']!, 'npm sip', c['npm']!, 1),
  ];
  if (typeof sofia === 'string') rows.push({ id: '1a-sofia', why: sofia });
  else {
    sofia.close();
    rows.push(beside('1a-sofia', whole, a['full']!, 'sofia-sip', pjsip.invite / PJSIP_OF_SOFIA, 1.5));
  }
  return rows;
}

interface Figures {
  readonly invite: number;
  readonly refer: number;
  readonly ok: number;
  readonly print: number;
}

function sofiaTimes(sofia: Sofia | string): Figures | undefined {
  if (typeof sofia === 'string') return undefined;
  const invite = sofia.measure(INVITE);
  return {
    invite: invite.parse,
    refer: sofia.measure(REFER).parse,
    ok: sofia.measure(OK).parse,
    print: invite.print,
  };
}

/** pjsip is not in Debian: its figures by those of sofia-sip before and after ours, else by those of npm sip. */
function pjsipTimes(
  before: Figures | undefined,
  after: Figures | undefined,
  byNpmSip: Figures,
): Figures & { readonly name: string } {
  if (before === undefined || after === undefined) return { name: 'pjsip (from npm sip of this run)', ...byNpmSip };
  const half = (a: number, b: number): number => (PJSIP_OF_SOFIA * (a + b)) / 2;
  return {
    name: 'pjsip (0.5 x sofia of this run)',
    invite: half(before.invite, after.invite),
    refer: half(before.refer, after.refer),
    ok: half(before.ok, after.ok),
    print: half(before.print, after.print),
  };
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
