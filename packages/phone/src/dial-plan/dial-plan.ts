import type { AccountId } from '@switchhook/sip-core';
import { type DialPattern, fit } from './pattern.ts';

/** What becomes of the numbers of one pattern. */
export interface DialRule {
  readonly match: DialPattern;
  /** So many characters are taken from the front, and then these put there. */
  readonly strip: number;
  readonly prepend: string;
  /** Over which account; absent = any. */
  readonly account?: AccountId;
  /** Not to be dialled, and why: a text for the display. */
  readonly refuse?: string;
}

/** The rules, the first that fits counts; a number that none fits is dialled as it is. */
export type DialPlan = readonly DialRule[];

/** What is dialled for a number. */
export interface Planned {
  readonly number: string;
  readonly account: AccountId | undefined;
  readonly refuse: string | undefined;
}

/** What `plan` makes of a number that was typed; separators are out already. Emergency numbers come before all rules. */
export function planned(plan: DialPlan, emergency: readonly string[], number: string): Planned {
  const asItIs = { number, account: undefined, refuse: undefined };
  if (emergency.includes(number)) return asItIs;
  const rule = plan.find(({ match }) => fit(match, number).whole);
  if (rule === undefined) return asItIs;
  return { number: rule.prepend + number.slice(rule.strip), account: rule.account, refuse: rule.refuse };
}

/**
 * Whether to wait for more digits: `open` the long time, `enough` the short one, `complete` not at all (phone-ux.md
 * §4.4). Complete is only what fits, cannot go on, and has no `T`.
 */
export type Readiness = 'open' | 'enough' | 'complete';

/** How far a number has come that is being dialled. Without a plan only emergency numbers are ever enough. */
export function readiness(plan: DialPlan, emergency: readonly string[], digits: string): Readiness {
  const goesOn = emergency.some((number) => number !== digits && number.startsWith(digits));
  let [whole, more, waits] = [emergency.includes(digits), goesOn || plan.length === 0, false];
  for (const { match, refuse } of plan) {
    const found = fit(match, digits);
    whole ||= found.whole;
    waits ||= found.whole && match.waits;
    // nobody waits for a number that would be refused; but who dials one has the time to see it
    more ||= refuse === undefined ? found.more : found.whole;
  }
  if (!whole) return 'open';
  return more || waits ? 'enough' : 'complete';
}
