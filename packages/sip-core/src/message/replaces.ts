import { fault, type Parsed, parsed } from '@switchhook/sans-io';
import { limits } from './limits.ts';
import { parseParams, type ValueFault } from './params.ts';
import { hasControl, isToken, trimmed } from './token.ts';

/** A Replaces value (RFC 3891 §6.1); tags as the receiver of the header field sees them: to = its own, from = its peer's. */
export interface Replaces {
  readonly callId: string;
  readonly toTag: string;
  readonly fromTag: string;
  readonly earlyOnly: boolean;
}

/** A Call-ID: visible characters without blanks (RFC 3261 §25.1 callid, read leniently). */
export function isCallId(text: string): boolean {
  if (text.length === 0 || text.length > limits.callId || hasControl(text)) return false;
  return text.indexOf(' ') < 0;
}

/** Read an unescaped Replaces value. Both tags have to be there (RFC 3891 §6.1). */
export function parseReplaces(text: string): Parsed<Replaces, ValueFault> {
  const semicolon = text.indexOf(';');
  if (semicolon < 0) return fault('missing', text.length);
  const callId = trimmed(text, 0, semicolon);
  if (!isCallId(callId)) return fault('token', 0);
  const params = parseParams(text, semicolon);
  if (!params.ok) return params;
  const toTag = params.value.get('to-tag');
  const fromTag = params.value.get('from-tag');
  if (toTag === undefined || fromTag === undefined) return fault('missing', semicolon);
  if (toTag.length > limits.tag || fromTag.length > limits.tag) return fault('too-long', semicolon);
  if (!isToken(toTag) || !isToken(fromTag)) return fault('token', semicolon);
  return parsed({ callId, toTag, fromTag, earlyOnly: params.value.has('early-only') });
}

/** A Replaces value as text, not yet escaped for a URI. */
export function printReplaces(replaces: Replaces): string {
  const { callId, toTag, fromTag, earlyOnly } = replaces;
  if (!isCallId(callId)) throw new Error(`not a Call-ID: ${JSON.stringify(callId)}`);
  for (const tag of [toTag, fromTag]) if (!isToken(tag)) throw new Error(`not a tag: ${JSON.stringify(tag)}`);
  return `${callId};to-tag=${toTag};from-tag=${fromTag}${earlyOnly ? ';early-only' : ''}`;
}
