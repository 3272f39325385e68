import { fault, type Parsed, parsed } from '@switchhook/sans-io';
import { deltaSeconds } from '../message/event.ts';
import type { SipMessage, SipRequest, SipResponse } from '../message/message.ts';
import { parseParams, type ValueFault } from '../message/params.ts';
import { numberOf } from '../message/values.ts';
import type { Account } from '../user-agent/settings.ts';

/** No session timer is shorter (RFC 4028 §4). */
export const LEAST_S = 90;
const DEFAULT_S = 1800;
/** The longest that a far end can talk us into with 422. */
const MOST_S = 86_400;
/** 422 answers of one call that are obeyed. */
const MAX_RAISES = 4;

/** What two ends have agreed on (RFC 4028 §4): how long the session lasts unrefreshed, and who refreshes it. */
export interface SessionInterval {
  readonly expiresS: number;
  readonly weRefresh: boolean;
}

type Field = readonly [string, string];

interface SessionExpires {
  readonly expiresS: number;
  readonly refresher: 'uac' | 'uas' | undefined;
}

/** What one call asks for and accepts in session timers (RFC 4028); grows with every 422 that it meets. */
export class SessionTerms {
  readonly #wishS: number;
  #leastS = LEAST_S;
  #raises = 0;

  constructor(account: Account) {
    const wishS = account.sessionExpiresS ?? DEFAULT_S;
    this.#wishS = wishS === 0 ? 0 : Math.max(LEAST_S, wishS);
  }

  /** Fields of an INVITE or UPDATE of ours; who refreshes stays so, whoever sends the request (RFC 4028 §7.4). */
  fields(held: SessionInterval | undefined): readonly Field[] {
    if (this.#wishS === 0) return [];
    const seconds = Math.max(held?.expiresS ?? this.#wishS, this.#leastS);
    const refresher = held === undefined ? '' : `;refresher=${held.weRefresh ? 'uac' : 'uas'}`;
    const expires: Field = ['Session-Expires', `${seconds}${refresher}`];
    return this.#leastS > LEAST_S ? [expires, ['Min-SE', String(this.#leastS)]] : [expires];
  }

  /** A 2xx to a request of ours (RFC 4028 §7.2); without Session-Expires the session has no timer. */
  agreed(response: SipResponse): SessionInterval | undefined {
    const told = this.#wishS === 0 ? undefined : sessionExpiresOf(response);
    if (told === undefined) return undefined;
    return { expiresS: Math.max(told.expiresS, LEAST_S), weRefresh: told.refresher !== 'uas' };
  }

  /** 422: what it asks for is taken over (RFC 4028 §7.3). False when there is nothing to gain by asking again. */
  raise(response: SipResponse): boolean {
    const least = numberOf(response, 'Min-SE') ?? 0;
    if (this.#wishS === 0 || least <= this.#leastS || least > MOST_S || this.#raises >= MAX_RAISES) return false;
    this.#raises++;
    this.#leastS = least;
    return true;
  }

  /** Whether a request asks for less than we bear, and understands to be told so with 422 (RFC 4028 §9). */
  isTooShort(request: SipRequest): boolean {
    if (this.#wishS === 0) return false;
    const asked = sessionExpiresOf(request);
    return asked !== undefined && asked.expiresS < LEAST_S && knowsTimer(request);
  }

  /** Our 2xx to their INVITE or UPDATE (RFC 4028 §9): its fields, and what is agreed with it. */
  accept(
    request: SipRequest,
    held: SessionInterval | undefined,
  ): { readonly fields: readonly Field[]; readonly interval: SessionInterval | undefined } {
    const asked = sessionExpiresOf(request);
    const knows = knowsTimer(request);
    if (this.#wishS === 0 || (asked === undefined && !knows)) return { fields: [], interval: undefined };
    const least = Math.max(LEAST_S, numberOf(request, 'Min-SE') ?? 0);
    const expiresS = Math.max(least, Math.min(asked?.expiresS ?? held?.expiresS ?? this.#wishS, this.#wishS));
    // RFC 4028 §9, table 2: a caller without timers cannot refresh; one that does not say leaves it to us.
    const refresher = knows ? (asked?.refresher ?? (asked === undefined ? heldRole(held) : 'uac')) : 'uas';
    const fields: Field[] = [['Session-Expires', `${expiresS};refresher=${refresher}`]];
    if (refresher === 'uac') fields.push(['Require', 'timer']);
    return { fields, interval: { expiresS, weRefresh: refresher === 'uas' } };
  }
}

/** Who refreshes as the one sees it who answers. */
function heldRole(held: SessionInterval | undefined): 'uac' | 'uas' {
  return held === undefined || held.weRefresh ? 'uas' : 'uac';
}

function knowsTimer(message: SipMessage): boolean {
  return message.headers.list('Supported').some((tag) => tag.toLowerCase() === 'timer');
}

function sessionExpiresOf(message: SipMessage): SessionExpires | undefined {
  return message.headers.read('Session-Expires', parseSessionExpires);
}

/** Read a Session-Expires value (RFC 4028 §4). */
export function parseSessionExpires(text: string): Parsed<SessionExpires, ValueFault> {
  const semicolon = text.indexOf(';');
  const end = semicolon < 0 ? text.length : semicolon;
  const expiresS = deltaSeconds(text.slice(0, end));
  if (expiresS === undefined) return fault('number', 0);
  const params = parseParams(text, end);
  if (!params.ok) return params;
  const word = params.value.get('refresher')?.toLowerCase();
  return parsed({ expiresS, refresher: word === 'uac' || word === 'uas' ? word : undefined });
}
