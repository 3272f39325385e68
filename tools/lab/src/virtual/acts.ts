import type { Millis } from '@switchhook/sans-io';

/** Everybody who may have a telephone in a virtual office; the first three always do. */
export const PERSONS = [
  'receptionist',
  'caller',
  'specialist',
  'second',
  'colleague',
  'visitor',
  'bookkeeper',
  'porter',
] as const;
export type Person = (typeof PERSONS)[number];

/** What a person did, or what befell a phone or the exchange: all that the oracle knows besides packets. */
export interface Act {
  readonly atMs: Millis;
  readonly who: Person | 'exchange';
  /** The verb, with its digit or line; `crash` = the power of this party went, `restart` = it is back. */
  readonly what: string;
}

/** Verbs that may end a call of the person who gives them. */
const ENDING: ReadonlySet<string> = new Set([
  'hook.put-down',
  'hook.flash',
  'key.cancel',
  'call.hangup',
  'call.reject',
  'transfer.cancel',
  'headset.long',
  'headset.short',
]);

/** Whether the act may end a call. `hook.put-down`, `key.cancel` and `transfer.cancel` only end what is not held. */
export function ends(act: Act): boolean {
  const space = act.what.indexOf(' ');
  return ENDING.has(space < 0 ? act.what : act.what.slice(0, space));
}

/** Whether the act ends also a call that is held: only the one that names its call does. */
export function endsHeld(act: Act): boolean {
  return act.what === 'call.hangup' || act.what === 'call.reject';
}

/** Whether the act may give up a target that still rings, to send the caller there blind (transfer.md §10 (c)). */
export function givesUpRinging(act: Act): boolean {
  return (
    act.what.startsWith('transfer.complete') || act.what.startsWith('key.transfer') || act.what === 'headset.triple'
  );
}

/** Verbs that join both calls of a transfer to be heard together, or may come to that by the rules of the account. */
const JOINING: ReadonlySet<string> = new Set(['transfer.merge', 'transfer.bridge', 'key.conference', 'headset.triple']);

/** Whether the act may join two calls at this phone. */
export function joins(act: Act): boolean {
  return (
    JOINING.has(act.what) ||
    act.what.startsWith('transfer.complete') ||
    act.what.startsWith('key.transfer') ||
    act.what === 'hook.put-down'
  );
}
