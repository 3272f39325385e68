import type { Millis } from '@switchhook/sans-io';

export type Person = 'receptionist' | 'caller' | 'specialist';

/** What a person did, or what befell the phone: all that the oracle knows besides packets. */
export interface Act {
  readonly atMs: Millis;
  readonly who: Person;
  /** The verb, with its digit or line; `crash` = the power of this phone went. */
  readonly what: string;
}

/** Verbs that end a call of the person who gives them. `hook.put-down` and `key.cancel` only end what is not held. */
const ENDING: ReadonlySet<string> = new Set([
  'hook.put-down',
  'key.cancel',
  'call.hangup',
  'call.reject',
  'headset.long',
  'headset.short',
]);

/** Whether the act may end a call. */
export function ends(act: Act): boolean {
  return ENDING.has(act.what.split(' ')[0]!);
}
