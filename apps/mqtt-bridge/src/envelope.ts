import { fault, type Parsed, parsed } from '@switchhook/sans-io';

/** A command as a sender wrote it (docs/mqtt.md, "Commands"). */
export interface Envelope {
  readonly id: string;
  readonly cmd: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly ifSeq?: number;
  readonly expiresAt?: string;
  readonly replyTo?: string;
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
  const text = readText(payload);
  if (!text.ok) return text;
  let value: unknown;
  try {
    value = JSON.parse(text.value);
  } catch {
    return fault('bad-json', 0);
  }
  const deep = nestingFault(value, 0);
  if (deep !== undefined) return fault(deep, 0);
  if (!isRecord(value)) return fault('not-an-object', 0);
  const { v, id, cmd, args = {}, ifSeq, expiresAt, replyTo } = value;
  const sound =
    (v === undefined || v === 1) &&
    typeof id === 'string' &&
    /^[\x21-\x7e]{1,64}$/.test(id) &&
    typeof cmd === 'string' &&
    cmd.length <= 64 &&
    isRecord(args) &&
    (ifSeq === undefined || (typeof ifSeq === 'number' && Number.isSafeInteger(ifSeq) && ifSeq >= 0)) &&
    (expiresAt === undefined || (typeof expiresAt === 'string' && !Number.isNaN(Date.parse(expiresAt)))) &&
    (replyTo === undefined || typeof replyTo === 'string');
  if (!sound) return fault('bad-field', 0);
  return parsed({
    id,
    cmd,
    args,
    ...(ifSeq === undefined ? {} : { ifSeq: ifSeq as number }),
    ...(expiresAt === undefined ? {} : { expiresAt: expiresAt as string }),
    ...(replyTo === undefined ? {} : { replyTo: replyTo as string }),
  });
}

/** A payload as text, control characters refused. */
export function readText(payload: Uint8Array): Parsed<string, 'too-long' | 'not-utf8'> {
  if (payload.length > PAYLOAD_LIMIT_BYTES) return fault('too-long', PAYLOAD_LIMIT_BYTES);
  try {
    return parsed(new TextDecoder('utf-8', { fatal: true }).decode(payload).normalize('NFC'));
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
