import { fault, type Parsed, parsed } from '@switchhook/sans-io';
import { type Params, parseParams, type ValueFault } from './params.ts';
import { isToken, trimmed, wholeNumber } from './token.ts';

/** A token with parameters, the shape of many values. */
interface Worded {
  readonly word: string;
  readonly params: Params;
}

function parseWorded(text: string): Parsed<Worded, ValueFault> {
  const semicolon = text.indexOf(';');
  const end = semicolon < 0 ? text.length : semicolon;
  const word = trimmed(text, 0, end);
  if (!isToken(word)) return fault('token', 0);
  const params = parseParams(text, end);
  return params.ok ? parsed({ word, params: params.value }) : params;
}

/** Seconds of a delta-seconds parameter, cut at 2^32-1; undefined when absent or no number. */
export function deltaSeconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const clean = trimmed(text, 0, text.length);
  const seconds = wholeNumber(clean);
  if (seconds >= 0) return Math.min(seconds, 0xffff_ffff);
  // More digits than we count: a number all the same, and a large one.
  return clean.length > 15 && [...clean].every((digit) => digit >= '0' && digit <= '9') ? 0xffff_ffff : undefined;
}

/** An Event value (RFC 6665 §8.2.1). */
export interface Event {
  /** The package with its templates, lower-case: `refer`, `presence.winfo`. */
  readonly type: string;
  readonly id?: string | undefined;
  readonly params: Params;
}

/** Read an Event value. */
export function parseEvent(text: string): Parsed<Event, ValueFault> {
  const worded = parseWorded(text);
  if (!worded.ok) return worded;
  const { word, params } = worded.value;
  return parsed({ type: word.toLowerCase(), id: params.get('id'), params });
}

/** A Subscription-State value (RFC 6665 §8.2.3). */
export interface SubscriptionState {
  /** Lower-case; `active`, `pending`, `terminated`, or a word of the future that means none of these. */
  readonly state: string;
  readonly expiresS?: number | undefined;
  readonly reason?: string | undefined;
  readonly retryAfterS?: number | undefined;
}

/** Read a Subscription-State value; quotes around a parameter are tolerated. */
export function parseSubscriptionState(text: string): Parsed<SubscriptionState, ValueFault> {
  const worded = parseWorded(text);
  if (!worded.ok) return worded;
  const { word, params } = worded.value;
  return parsed({
    state: word.toLowerCase(),
    expiresS: deltaSeconds(params.get('expires')),
    reason: params.get('reason')?.toLowerCase(),
    retryAfterS: deltaSeconds(params.get('retry-after')),
  });
}

/** A Reason value (RFC 3326). */
export interface Reason {
  readonly protocol: string;
  readonly cause?: number | undefined;
  readonly text?: string | undefined;
}

/** Read one Reason value: `SIP;cause=200;text="Call completed elsewhere"`. */
export function parseReason(text: string): Parsed<Reason, ValueFault> {
  const worded = parseWorded(text);
  if (!worded.ok) return worded;
  const { word, params } = worded.value;
  const cause = wholeNumber(params.get('cause') ?? '');
  return parsed({ protocol: word, cause: cause < 0 ? undefined : cause, text: params.get('text') });
}

/** A media type: `application/sdp;charset=x` as lower-case type without blanks, and its parameters. */
export interface MediaType {
  readonly type: string;
  readonly params: Params;
}

/** Read a Content-Type value. */
export function parseMediaType(text: string): Parsed<MediaType, ValueFault> {
  const semicolon = text.indexOf(';');
  const end = semicolon < 0 ? text.length : semicolon;
  const slash = text.indexOf('/');
  if (slash < 0 || slash > end) return fault('token', 0);
  const main = trimmed(text, 0, slash);
  const sub = trimmed(text, slash + 1, end);
  if (!isToken(main) || !isToken(sub)) return fault('token', 0);
  const params = parseParams(text, end);
  return params.ok ? parsed({ type: `${main}/${sub}`.toLowerCase(), params: params.value }) : params;
}
