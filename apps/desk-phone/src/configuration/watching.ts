import type { BlfKey, MailboxWatch, PickupRule } from '@switchhook/phone';
import { token } from '@switchhook/sans-io';
import type { ProfileName } from '@switchhook/transfer';
import type { AccountConfiguration, Configuration } from './schema.ts';

/** Directed pick-up codes as these exchanges come; at the others the caller's own phone is asked. */
const PICKUP_CODES: Partial<Record<ProfileName, string>> = { asterisk: '**', freeswitch: '**', '3cx': '*20*' };

/** How an account learns of new messages: asked for where a mailbox is named, and otherwise not. */
export function mwiOf({ mwi, mailbox }: AccountConfiguration): MailboxWatch {
  return mwi ?? (mailbox === undefined ? 'off' : 'subscribe');
}

/** How a call that rings elsewhere is taken at the exchange of an account. */
export function pickupOf({ pickup, profile }: AccountConfiguration, common: ProfileName): PickupRule {
  const rule = pickup ?? PICKUP_CODES[profile ?? common] ?? 'caller';
  return rule === 'caller' || rule === 'exchange' ? { name: rule } : { name: 'code', code: rule };
}

/** The event packages of which the account's server may tell unasked. */
export function unaskedOf(account: AccountConfiguration): readonly string[] {
  const mwi = mwiOf(account);
  return mwi === 'unsolicited' || mwi === 'both' ? ['message-summary'] : [];
}

/** The busy lamp field, key 1 first. */
export function blfOf({ blf }: Configuration): readonly BlfKey[] {
  return blf.map(({ target, label, account, kind }) => ({
    target,
    label: label ?? target,
    kind,
    ...(account === undefined ? {} : { account: token<'account'>(account) }),
  }));
}
