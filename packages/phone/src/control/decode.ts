import type { Intent, Role } from '../intent.ts';
import { oneOf, readArguments, text } from './arguments.ts';
import { msFromIso } from './iso.ts';
import { LINE_LIMIT_BYTES, PROTOCOL_VERSION } from './protocol.ts';
import { isRole } from './roles.ts';
import { makeIntent, verbTable } from './verbs.ts';

/** Deepest nesting of a line's JSON (mqtt.md §3.5). */
export const DEPTH_LIMIT = 6;

/** What a client may subscribe to; `media` only when it asks for it. */
export type Topic = 'state' | 'event' | 'media';

/** What a line asks for. */
export type Request =
  | { readonly name: 'intent'; readonly intent: Intent; readonly needs: Role }
  | { readonly name: 'subscribe'; readonly topics: readonly Topic[] }
  | { readonly name: 'state' }
  | { readonly name: 'diagnosis' }
  /** What a transfer would send now; absent = the one there is. */
  | { readonly name: 'explain'; readonly transferId: string | undefined };

export interface Command {
  readonly id: string;
  readonly cmd: string;
  readonly role: Role;
  readonly ifSeq: number | undefined;
  /** Ms since 1970. */
  readonly expiresAt: number | undefined;
  readonly request: Request;
}

export type LineFault = 'bad_json' | 'bad_schema' | 'unknown_verb';

/** As `Parsed`, with the sender's id where it could be read, so that the refusal finds its way home. */
export type Decoded =
  | { readonly ok: true; readonly value: Command }
  | {
      readonly ok: false;
      readonly fault: LineFault;
      readonly at: number;
      readonly id: string | undefined;
      readonly why: string;
    };

type Fields = Readonly<Record<string, unknown>>;

/** Read one line that somebody else wrote. Never throws. */
export function decodeLine(line: string): Decoded {
  let id: string | undefined;
  const bad = (fault: LineFault, why: string, at = 0): Decoded => ({ ok: false, fault, at, id, why });
  if (utf8Length(line) > LINE_LIMIT_BYTES) return bad('bad_json', 'line too long', LINE_LIMIT_BYTES);
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return bad('bad_json', 'not JSON');
  }
  if (!isFields(value)) return bad('bad_schema', 'not an object');
  const raw = Object.hasOwn(value, 'id') ? value['id'] : undefined;
  if (typeof raw === 'string' && /^[\x21-\x7e]{1,128}$/.test(raw)) id = raw;
  const cleaned = clean(value, 1);
  if (!cleaned.ok) return bad('bad_schema', cleaned.why);
  const fields = cleaned.value as Fields;
  const own = (name: string): unknown => (Object.hasOwn(fields, name) ? fields[name] : undefined);
  if (id === undefined) return bad('bad_schema', 'id must be 1 to 128 printable ASCII characters');
  if (own('v') !== PROTOCOL_VERSION) return bad('bad_schema', `v must be ${PROTOCOL_VERSION}`);
  const cmd = own('cmd');
  if (typeof cmd !== 'string') return bad('bad_schema', 'cmd must be a verb');
  const args = own('args') ?? {};
  if (!isFields(args)) return bad('bad_schema', 'args must be an object');
  const role = Object.hasOwn(fields, 'role') ? fields['role'] : 'local';
  if (typeof role !== 'string' || !isRole(role)) return bad('bad_schema', 'no such role');
  const ifSeq = own('ifSeq');
  if (ifSeq !== undefined && !Number.isSafeInteger(ifSeq)) return bad('bad_schema', 'ifSeq must be a whole number');
  const expires = own('expiresAt');
  const expiresAt = typeof expires === 'string' ? msFromIso(expires) : undefined;
  if (expires !== undefined && expiresAt === undefined) return bad('bad_schema', 'expiresAt must be ISO 8601 UTC');
  const request = requestOf(cmd, args);
  if (typeof request === 'string') {
    return request === 'unknown_verb'
      ? bad('unknown_verb', `no verb ${cmd.slice(0, 64)}`)
      : bad('bad_schema', `${cmd}: ${request}`);
  }
  return { ok: true, value: { id, cmd, role, ifSeq: ifSeq as number | undefined, expiresAt, request } };
}

function requestOf(cmd: string, args: Fields): Request | string {
  if (cmd === 'state.get') {
    const read = readArguments({}, args);
    return read.ok ? { name: 'state' } : read.fault;
  }
  if (cmd === 'diag.get') {
    const read = readArguments({}, args);
    return read.ok ? { name: 'diagnosis' } : read.fault;
  }
  if (cmd === 'transfer.explain') {
    const read = readArguments({ 'transferId?': text(64) }, args);
    return read.ok ? { name: 'explain', transferId: read.value['transferId'] as string | undefined } : read.fault;
  }
  if (cmd === 'subscribe') {
    const read = readArguments({ 'topics?': isTopics }, args);
    if (!read.ok) return read.fault;
    return { name: 'subscribe', topics: (read.value['topics'] as readonly Topic[] | undefined) ?? ['state', 'event'] };
  }
  const entry = verbTable.get(cmd);
  if (entry === undefined) return 'unknown_verb';
  const read = makeIntent(entry, args);
  if (read.ok) return { name: 'intent', intent: read.value, needs: entry.needs };
  const name = Object.keys(entry.fields)[read.at]?.replace(/\?$/, '');
  return name === undefined ? read.fault : `${read.fault} ${name}`;
}

const isTopic = oneOf('state', 'event', 'media');
function isTopics(value: unknown): boolean {
  return Array.isArray(value) && value.length <= 8 && value.every(isTopic);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

type Cleaned = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly why: string };

/** A copy in NFC without control characters, or what is wrong with it. */
function clean(value: unknown, depth: number): Cleaned {
  if (typeof value === 'string') return { ok: true, value: plain(value) };
  if (typeof value !== 'object' || value === null) return { ok: true, value };
  if (depth > DEPTH_LIMIT) return { ok: false, why: 'nested too deeply' };
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const item of value) {
      const each = clean(item, depth + 1);
      if (!each.ok) return each;
      items.push(each.value);
    }
    return { ok: true, value: items };
  }
  const copy: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) {
    if (name === '__proto__' || name === 'constructor' || name === 'prototype')
      return { ok: false, why: 'forbidden property' };
    const each = clean(item, depth + 1);
    if (!each.ok) return each;
    copy[name] = each.value;
  }
  return { ok: true, value: copy };
}

/** NFC, and nothing that would steer a terminal, a display or a SIP message. */
function plain(text: string): string {
  return text.normalize('NFC').replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '');
}

function utf8Length(text: string): number {
  if (text.length > LINE_LIMIT_BYTES) return text.length;
  let bytes = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // a surrogate pair is two units and four bytes
    bytes += code < 0x80 ? 1 : code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? 2 : 3;
  }
  return bytes;
}
