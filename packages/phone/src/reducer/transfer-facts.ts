import type { Peer } from '@switchhook/sip-core';
import {
  type BlindGoal,
  type LegFacts,
  type TransferEvent,
  type TransferRules,
  transferRules,
} from '@switchhook/transfer';
import type { PhoneAccount } from './door.ts';
import { accountOf, addressOver, recordOf } from './inquiry.ts';
import type { Call, PhoneState, TransferRecord } from './state.ts';

/** What the transfer package has to know of this phone's calls, accounts and rules. */

/** What the exchange of `account` wants, over what the whole phone wants. */
export function rulesFor(state: PhoneState, account: string | undefined): TransferRules {
  const own = account === undefined ? undefined : accountOf(state, account)?.transfer;
  return transferRules('generic', { ...state.settings.transfer, ...own });
}

/** What a person asks of a transfer. */
export type Press = 'complete' | 'cancel' | 'swap' | 'merge' | 'bridge';

/** A press as the machine takes it: a target that is given up leaves a number to send the caller to. */
export function pressed(state: PhoneState, { pair, to }: TransferRecord, verb: Press): TransferEvent {
  if (verb !== 'complete') return { type: verb };
  const caller = state.calls.find((call) => call.id === pair.caller);
  const account = caller === undefined ? undefined : accountOf(state, caller.account);
  if (caller === undefined || account === undefined || to === undefined) return { type: 'complete' };
  return { type: 'complete', blind: blindGoal(state, account, caller, to) };
}

/** Where a blind transfer would send `call`. */
export function blindGoal(state: PhoneState, account: PhoneAccount, call: Call, to: string): BlindGoal {
  const caller = legFacts(state, call);
  return {
    referTo: addressOver(state.settings, account, to),
    referredBy: recordOf(account),
    ...(caller === undefined ? {} : { caller }),
  };
}

/** What is known of both legs once the target has answered. */
export function legFacts(state: PhoneState, call: Call): LegFacts | undefined {
  const account = accountOf(state, call.account) ?? state.settings.accounts[0];
  if (call.dialog === undefined || account === undefined) return undefined;
  return {
    dialog: call.dialog,
    peer: call.peer ?? unanswered(call),
    addressOfRecord: call.address,
    account: recordOf(account),
    ...(account.nextHop === undefined ? {} : { nextHop: account.nextHop }),
  };
}

/** Somebody whose phone rings: nothing is known but where the call was sent to. */
function unanswered({ address }: Call): Peer {
  return {
    party: { uri: address, verified: false },
    target: address,
    allow: undefined,
    supported: undefined,
    gruu: false,
    focus: false,
  };
}
