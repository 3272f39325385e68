import { msFromIso } from '@switchhook/phone/control';
import { fault, type Parsed, parsed } from '@switchhook/sans-io';

/** A command as a sender wrote it (docs/mqtt.md, "Commands"). */
export interface Envelope {
  readonly id: string;
  readonly cmd: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly ifSeq?: number;
  readonly expiresAt?: string;
  readonly replyTo?: string;
  /** When it was signed: ISO 8601 UTC. */
  readonly ts?: string;
  /** Who signed it, and the signature (docs/mqtt.md, "Signed commands"). */
  readonly client?: string;
  readonly sig?: string;
}

export type EnvelopeFault =
  | 'too-long'
  | 'not-utf8'
  | 'bad-json'
  | 'too-deep'
  | 'not-an-object'
  | 'bad-field'
  | 'bad-key';

export const PAYLOAD_LIMIT_BYTES = 8192;
const DEPTH_LIMIT = 6;
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Read an envelope out of a payload that anybody may have sent. */
export function readEnvelope(payload: Uint8Array): Parsed<Envelope, EnvelopeFault> {
  const text = decode(payload);
  if (!text.ok) return text;
  let value: unknown;
  try {
    // as it was written: the phone normalises texts, and a signature is over what its sender wrote
    value = JSON.parse(text.value);
  } catch {
    return fault('bad-json', 0);
  }
  const deep = nestingFault(value, 0);
  if (deep !== undefined) return fault(deep, 0);
  if (!isRecord(value)) return fault('not-an-object', 0);
  const { v, id, cmd, args = {}, ifSeq, expiresAt, replyTo, ts, client, sig } = value;
  const sound =
    (v === undefined || v === 1) &&
    isName(id) &&
    typeof cmd === 'string' &&
    cmd.length <= 64 &&
    isRecord(args) &&
    (ifSeq === undefined || (typeof ifSeq === 'number' && Number.isSafeInteger(ifSeq) && ifSeq >= 0)) &&
    isOptional(expiresAt, isMoment) &&
    isOptional(replyTo, (text) => text.length <= 128) &&
    isOptional(ts, isMoment) &&
    isOptional(client, isName) &&
    isOptional(sig, (text) => /^[0-9a-f]{64}$/.test(text));
  if (!sound) return fault('bad-field', 0);
  const optional = Object.fromEntries(
    Object.entries({ ifSeq, expiresAt, replyTo, ts, client, sig }).filter(([, each]) => each !== undefined),
  ) as Omit<Envelope, 'id' | 'cmd' | 'args'>;
  return parsed({ id, cmd, args, ...optional });
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]{1,64}$/.test(value);
}

/** ISO 8601 with a time zone: what has none would mean another moment on each machine. */
function isMoment(text: string): boolean {
  return msFromIso(text) !== undefined;
}

function isOptional(value: unknown, fits: (text: string) => boolean): boolean {
  return value === undefined || (typeof value === 'string' && fits(value));
}

/** A payload as text in NFC without control characters: what may stand in a display or be spoken. */
export function readText(payload: Uint8Array): Parsed<string, 'too-long' | 'not-utf8'> {
  const text = decode(payload);
  return text.ok ? parsed(text.value.normalize('NFC').replace(/\p{Cc}/gu, '')) : text;
}

function decode(payload: Uint8Array): Parsed<string, 'too-long' | 'not-utf8'> {
  if (payload.length > PAYLOAD_LIMIT_BYTES) return fault('too-long', PAYLOAD_LIMIT_BYTES);
  try {
    return parsed(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch {
    return fault('not-utf8', 0);
  }
}

function nestingFault(value: unknown, depth: number): 'too-deep' | 'bad-key' | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth >= DEPTH_LIMIT) return 'too-deep';
  for (const [key, inner] of Object.entries(value)) {
    if (FORBIDDEN_KEYS.has(key)) return 'bad-key';
    const found = nestingFault(inner, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
