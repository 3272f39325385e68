import type { SubscriptionState } from '../message/event.ts';

/** Seconds that a Retry-After, or a retry-after of Subscription-State, can make us wait at most. */
export const MAX_RETRY_AFTER_S = 3600;

/** What becomes of a subscription that was refused or ended by the other side. */
export type Ending =
  /** It will be refused again: nothing more is tried. */
  | { readonly name: 'over'; readonly why: 'refused' | 'rejected' | 'noresource' | 'invariant' }
  /** Another one at once, unless the last one was lost as quickly. */
  | { readonly name: 'anew' }
  /** Another one after the back-off, and after `leastS` at least. */
  | { readonly name: 'later'; readonly why: 'refused' | 'wrong-password' | 'terminated'; readonly leastS: number };

/** Refusals that say something of now, not of the resource. */
const TEMPORARY = new Set([408, 423, 429, 480, 481, 486, 487, 491, 500, 502, 503, 504, 600]);

/** Answers to a refresh that end the subscription (RFC 6665 §4.1.2.2); after any other one it lives on to its end. */
const ENDS_SUBSCRIPTION = new Set([404, 405, 410, 416, 480, 481, 482, 483, 484, 485, 489, 501, 604]);

/** What a final refusal of SUBSCRIBE means. */
export function afterRefusal(status: number, retryAfterS = 0): Ending {
  const leastS = Math.min(retryAfterS, MAX_RETRY_AFTER_S);
  if (status === 401 || status === 407) return { name: 'later', why: 'wrong-password', leastS };
  return TEMPORARY.has(status) ? { name: 'later', why: 'refused', leastS } : { name: 'over', why: 'refused' };
}

/** Whether a subscription that stands is ended by that answer to its refresh. */
export function endsByRefusal(status: number): boolean {
  return ENDS_SUBSCRIPTION.has(status);
}

/** What a NOTIFY with `terminated` means, by its reason (RFC 6665 §4.1.3). */
export function afterTermination({ reason, retryAfterS }: Pick<SubscriptionState, 'reason' | 'retryAfterS'>): Ending {
  const leastS = Math.min(retryAfterS ?? 0, MAX_RETRY_AFTER_S);
  switch (reason) {
    case 'rejected':
    case 'noresource':
    case 'invariant':
      return { name: 'over', why: reason };
    case 'probation':
    case 'giveup':
      return { name: 'later', why: 'terminated', leastS };
    case 'deactivated':
    case 'timeout':
      return { name: 'anew' };
    default:
      // None, or a word of the future: as if it may be tried at any time, retry-after obeyed.
      return leastS > 0 ? { name: 'later', why: 'terminated', leastS } : { name: 'anew' };
  }
}
