import type { RegistrationState } from '@switchhook/sip-core';
import type { AccountConfiguration } from '../configuration/schema.ts';

/** One line for the person when a registration failed: what happened, and which key to mend. */
export function registrationAdvice(
  account: AccountConfiguration,
  state: RegistrationState & { readonly name: 'failed' },
): string {
  const server = account.server ?? account.domain;
  const status =
    state.status === undefined ? '' : ` (${state.status}${state.phrase === undefined ? '' : ` ${state.phrase}`})`;
  const who = `account ${account.id}`;
  switch (state.why) {
    case 'wrong-password':
      return `${who}: ${server} does not accept the password${status}: check password or passwordFile, and authId if the exchange has its own login name`;
    case 'forbidden':
      return `${who}: ${server} forbids this account${status}: check user and domain, and whether the extension is enabled there`;
    case 'timeout':
      return `${who}: ${server} does not answer: check server, transport (${account.transport}) and firewalls`;
    case 'transport':
      // what the sockets know better
      if (state.phrase?.includes(' ') === true) return `${who}: ${state.phrase}`;
      return `${who}: ${server} cannot be reached: check server, its port and transport (${account.transport})`;
    case 'refused':
      return `${who}: ${server} refused the registration${status}: check user and domain`;
    default:
      throw state.why satisfies never;
  }
}
