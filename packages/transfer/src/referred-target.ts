import { fault, type Parsed, parsed } from '@switchhook/sans-io';
import { plainTarget, splitUri } from './refer-to.ts';

/** Where somebody wants us to call (RFC 3515 §2.1), checked and cleaned. */
export interface ReferredTarget {
  /** Request-URI of the call to be placed: no header part, no `method`. */
  readonly uri: string;
  readonly scheme: 'sip' | 'sips' | 'tel';
  /** User part, unescaped, or the number of a `tel` URI: what number policies look at. Empty when there is none. */
  readonly user: string;
  /** Replaces value for our INVITE, unescaped once and rebuilt from its parts. */
  readonly replaces: string | undefined;
  /** The URI asked for `Require: replaces`. */
  readonly requireReplaces: boolean;
  /** Names of header fields that the URI carried and that we do not take from strangers (RFC 3261 §19.1.5). */
  readonly dropped: readonly string[];
}

export type ReferToFault =
  | 'empty'
  | 'several-values'
  | 'bad-uri'
  | 'unknown-scheme'
  | 'other-method'
  | 'bad-escape'
  | 'control-character'
  | 'bad-replaces'
  | 'unknown-extension';

/** The answer to a REFER whose Refer-To has this fault (transfer.md §7.1). */
export function referToStatus(word: ReferToFault): 400 | 416 | 420 | 603 {
  switch (word) {
    case 'empty':
    case 'several-values':
    case 'bad-uri':
    case 'bad-escape':
    case 'control-character':
    case 'bad-replaces':
      return 400;
    case 'unknown-scheme':
      return 416;
    case 'unknown-extension':
      return 420;
    case 'other-method':
      return 603;
    default:
      word satisfies never;
      throw new Error(`no such fault: ${word}`);
  }
}

/** Read a Refer-To value: name-addr, or a bare URI. `tel` URIs are taken only where the dial plan can map them. */
export function parseReferTo(value: string, tel = false): Parsed<ReferredTarget, ReferToFault> {
  const address = addressOf(value);
  if (!address.ok) return address;
  const { uri, at } = address.value;
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(uri)?.[1]?.toLowerCase();
  if (scheme === undefined) return fault('bad-uri', at);
  if (scheme === 'tel') return tel ? telTarget(uri, at) : fault('unknown-scheme', at);
  if (scheme !== 'sip' && scheme !== 'sips') return fault('unknown-scheme', at);

  const { head, parameters, headers } = splitUri(uri);
  const party = /^[^:]+:(?:([^@]*)@)?([^@]*)$/.exec(head);
  if (party === null || !isHostPort(party[2]!) || party[1] === '') return fault('bad-uri', at);
  for (const parameter of parameters) {
    if (!/^[!-~]+$/.test(parameter) || /[<>"]/.test(parameter)) return fault('bad-uri', at);
    const [name, method = ''] = parameter.split('=');
    if (name!.toLowerCase() === 'method' && method.toUpperCase() !== 'INVITE') return fault('other-method', at);
  }
  const user = decodeOnce(party[1]?.split(':')[0] ?? '');
  if (user === undefined || (party[1] !== undefined && !/^[!-~]+$/.test(party[1]))) return fault('bad-uri', at);
  if (hasControl(user)) return fault('control-character', at);

  const asked = readHeaders(headers ?? '', at + uri.length - (headers?.length ?? 0));
  if (!asked.ok) return asked;
  return parsed({ uri: plainTarget(uri), scheme, user, ...asked.value });
}

type Asked = Pick<ReferredTarget, 'replaces' | 'requireReplaces' | 'dropped'>;

/** The header part of the URI: only Replaces and `Require: replaces` are taken, each unescaped exactly once. */
function readHeaders(text: string, at: number): Parsed<Asked, ReferToFault> {
  let replaces: string | undefined;
  let requireReplaces = false;
  const droppedNames: string[] = [];
  for (const header of text.split('&')) {
    if (header === '') continue;
    const equals = header.indexOf('=');
    const name = decodeOnce(equals < 0 ? header : header.slice(0, equals));
    const value = decodeOnce(equals < 0 ? '' : header.slice(equals + 1));
    if (name === undefined || value === undefined) return fault('bad-escape', at);
    if (hasControl(name) || hasControl(value)) return fault('control-character', at);
    switch (name.toLowerCase()) {
      case 'replaces': {
        const canonical = canonicalReplaces(value);
        if (replaces !== undefined || canonical === undefined) return fault('bad-replaces', at);
        replaces = canonical;
        break;
      }
      case 'require': {
        const tags = value.split(',').map((tag) => tag.trim().toLowerCase());
        if (tags.some((tag) => tag !== 'replaces')) return fault('unknown-extension', at);
        requireReplaces = true;
        break;
      }
      default:
        droppedNames.push(name);
    }
  }
  return parsed({ replaces, requireReplaces, dropped: droppedNames });
}

/** RFC 3261 §25.1 `word`, and with it a Call-ID. */
const callIdWord = /^[A-Za-z0-9\-.!%*_+`'~()<>:\\"/[\]?{}]+(?:@[A-Za-z0-9\-.!%*_+`'~()<>:\\"/[\]?{}]+)?$/;
const tokenWord = /^[A-Za-z0-9\-.!%*_+`'~]+$/;

/** RFC 3891 §6.1: one to-tag, one from-tag, perhaps early-only; other parameters are not passed on. */
function canonicalReplaces(value: string): string | undefined {
  const [callId = '', ...parameters] = value.split(';').map((part) => part.trim());
  if (!callIdWord.test(callId)) return undefined;
  const tags = new Map<string, string>();
  let earlyOnly = false;
  for (const parameter of parameters) {
    const equals = parameter.indexOf('=');
    const name = (equals < 0 ? parameter : parameter.slice(0, equals)).trim().toLowerCase();
    if (name === 'early-only') earlyOnly = true;
    if (name !== 'to-tag' && name !== 'from-tag') continue;
    const tag = equals < 0 ? '' : parameter.slice(equals + 1).trim();
    if (tags.has(name) || !tokenWord.test(tag)) return undefined;
    tags.set(name, tag);
  }
  const to = tags.get('to-tag');
  const from = tags.get('from-tag');
  if (to === undefined || from === undefined) return undefined;
  return `${callId};to-tag=${to};from-tag=${from}${earlyOnly ? ';early-only' : ''}`;
}

/** The URI inside a name-addr, or before the header parameters of a bare one, and where it begins. */
function addressOf(value: string): Parsed<{ readonly uri: string; readonly at: number }, ReferToFault> {
  if (hasControl(value.replace(/\r\n[ \t]|\t/g, ' '))) return fault('control-character', 0);
  if (value.trim() === '') return fault('empty', 0);
  // A quoted display name is blanked out, so that its brackets and commas mean nothing; offsets stay.
  const plain = value.replace(/^(\s*)("(?:[^"\\]|\\.)*")/, (_, blank: string, quoted: string) =>
    (blank + quoted).replace(/./gs, ' '),
  );
  const open = plain.indexOf('<');
  if (open < 0) {
    if (/[,\s]/.test(plain.trim())) return fault(plain.includes(',') ? 'several-values' : 'bad-uri', 0);
    const at = plain.length - plain.trimStart().length;
    const { head, headers } = splitUri(plain.trim());
    return parsed({ uri: headers === undefined ? head : plain.trim(), at });
  }
  const close = plain.indexOf('>', open);
  if (close < 0) return fault('bad-uri', open);
  if (plain.slice(0, open).includes(',')) return fault('several-values', 0);
  const rest = plain.slice(close + 1).replace(/"(?:[^"\\]|\\.)*"/g, '');
  if (rest.includes(',')) return fault('several-values', close);
  if (rest.trim() !== '' && !rest.trimStart().startsWith(';')) return fault('bad-uri', close);
  const uri = plain.slice(open + 1, close);
  if (uri.trim() === '') return fault('empty', open);
  return /\s/.test(uri) ? fault('bad-uri', open) : parsed({ uri, at: open + 1 });
}

function telTarget(uri: string, at: number): Parsed<ReferredTarget, ReferToFault> {
  const number = /^tel:(\+?[0-9A-Fa-f*#().-]+)(?:;[!-~]*)?$/i.exec(uri)?.[1];
  if (number === undefined) return fault('bad-uri', at);
  const user = number.replace(/[().-]/g, '');
  return parsed({ uri: `tel:${user}`, scheme: 'tel', user, replaces: undefined, requireReplaces: false, dropped: [] });
}

function isHostPort(text: string): boolean {
  const found = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9.])?)(?::(\d{1,5}))?$/.exec(text);
  return found !== null && (found[2] === undefined || (Number(found[2]) > 0 && Number(found[2]) < 65_536));
}

/** %HH only, once: `+` is no blank here. */
function decodeOnce(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function hasControl(text: string): boolean {
  return /[\u0000-\u001f\u007f-\u009f]/.test(text);
}
