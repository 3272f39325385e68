import type { Millis } from '@switchhook/sans-io';
import type { CommandError, ErrorCode } from '../control/protocol.ts';
import { mayDo } from '../control/roles.ts';
import { verbTable } from '../control/verbs.ts';
import { type DialPattern, fit, parsePattern, patternFaults } from '../dial-plan/pattern.ts';
import type { Intent, Origin } from '../intent.ts';
import { dialPlanned, isEmergency, userOf } from '../reducer/inquiry.ts';
import type { PhoneState } from '../reducer/state.ts';

/** What remote senders may dial. */
export interface RemotePolicy {
  /**
   * Patterns of numbers as `parsePattern` reads them. Empty: only numbers of at most six digits, which no public network
   * takes for international or premium ones.
   */
  readonly numbers: readonly string[];
  readonly dialsPerHour: number;
}

/** How long after a physical key a remote hang-up or transfer is refused (mqtt.md §3.5 rule 9). */
export const LOCAL_WINS_MS = 1500;
const HOUR_MS = 3_600_000;

/**
 * The step before the reducer: decides whether an intent of that origin comes in at all. Here and nowhere else the
 * phone knows a key from a message.
 */
export class Admission {
  readonly #policy: RemotePolicy;
  readonly #numbers: readonly DialPattern[];
  #lastLocalAt: Millis | undefined;
  #remoteDials: Millis[] = [];

  /** Throws on a pattern that cannot be read: a list that lets through other numbers than it says is no list. */
  constructor(policy: RemotePolicy) {
    this.#policy = policy;
    this.#numbers = policy.numbers.map((text) => {
      const read = parsePattern(text);
      if (!read.ok) throw new Error(`remote numbers: ${text}: ${patternFaults[read.fault]}`);
      return read.value;
    });
  }

  /** Why `intent` may not come in; undefined = it may. Counts what it lets in. `canDo` is left for the caller to fill. */
  judge(intent: Intent, origin: Origin, state: PhoneState, now: Millis): CommandError | undefined {
    if (isLocal(origin)) {
      if (origin.door !== 'control') this.#lastLocalAt = now;
      return undefined;
    }
    const role = origin.door === 'control' ? origin.role : 'reader';
    const needs = verbTable.get(intent.verb)?.needs ?? 'local';
    if (!mayDo(role, needs)) return refusal('forbidden', `${intent.verb} needs the role ${needs}`);
    if (state.calls.some((call) => call.emergency))
      return refusal('forbidden', 'an emergency call is up: only the phone itself may act');
    if (endsOrMoves(intent) && this.#lastLocalAt !== undefined && now - this.#lastLocalAt < LOCAL_WINS_MS) {
      return refusal('stale_state', 'somebody is pressing keys at the phone');
    }
    const forwardTo = forwarded(intent);
    if (forwardTo !== undefined) return this.#judgeNumber(forwardTo, state);
    const number = dialled(intent);
    return number === undefined ? undefined : (this.#judgeNumber(number, state) ?? this.#countDial(now));
  }

  #judgeNumber(to: string, state: PhoneState): CommandError | undefined {
    const number = plainUser(to);
    if (isEmergency(state.settings, number))
      return refusal('number_not_allowed', 'emergency numbers are dialled at the phone only');
    const { numbers } = this.#policy;
    if (!isOurs(to, state))
      return refusal('number_not_allowed', 'only numbers of our own exchange are dialled from outside');
    const allowed =
      numbers.length === 0
        ? isShort(number) && isShort(dialPlanned(state.settings, number).number)
        : this.#numbers.some((pattern) => fit(pattern, number).whole);
    if (!allowed)
      return refusal('number_not_allowed', `${number} is not among the numbers that may be dialled from outside`);
    return undefined;
  }

  #countDial(now: Millis): CommandError | undefined {
    const { dialsPerHour } = this.#policy;
    this.#remoteDials = this.#remoteDials.filter((at) => now - at < HOUR_MS);
    if (this.#remoteDials.length >= dialsPerHour)
      return refusal('rate_limited', `more than ${dialsPerHour} calls an hour`);
    this.#remoteDials.push(now);
    return undefined;
  }
}

/** No public network takes it for an international or premium number; asked of what the dial plan makes of it as well. */
function isShort(number: string): boolean {
  return /^[0-9*#]{1,6}$/.test(number);
}

/** Somebody who stands at this machine: a key, a headset, or a shell on it. */
export function isLocal(origin: Origin): boolean {
  return origin.door !== 'control' || origin.role === 'local';
}

/** Hears refusals as a tone instead of reading them. */
export function hears(origin: Origin): boolean {
  return origin.door !== 'control';
}

function endsOrMoves(intent: Intent): boolean {
  return intent.verb === 'call.hangup' || intent.verb === 'call.reject' || intent.verb.startsWith('transfer.');
}

/** Where calls would go from now on: the same toll fraud as dialling there, only later. */
function forwarded(intent: Intent): string | undefined {
  if (intent.verb !== 'settings.set' || !/^(forward_|consult_target)/.test(intent.key)) return undefined;
  return typeof intent.value === 'string' && intent.value !== '' && intent.value !== 'default'
    ? intent.value
    : undefined;
}

function dialled(intent: Intent): string | undefined {
  switch (intent.verb) {
    case 'call.dial':
    case 'transfer.blind':
    case 'transfer.start':
      return intent.to;
    default:
      return undefined;
  }
}

/** What will be dialled for `to`, whether it is digits, `user@host` or a URI: without separators and parameters. */
function plainUser(to: string): string {
  const text = to.trim();
  const uri = /^[a-z]+:/i.test(text) ? text : `sip:${text}`;
  return userOf(uri).replace(/[\s().-]/g, '');
}

/** A plain number, or a URI that says nothing but a number and the domain of an account: no other host, port or parameter. */
function isOurs(to: string, state: PhoneState): boolean {
  const text = to.trim();
  if (!/[:;@?]/.test(text)) return true;
  const domain = /^(?:sips?:)?[^:;@?]+@([^:;@?]+)$/i.exec(text)?.[1]?.toLowerCase();
  return state.settings.accounts.some((account) => account.domain.toLowerCase() === domain);
}

function refusal(code: ErrorCode, message: string): CommandError {
  return { code, message, sip: null, canDo: [] };
}
