import { Shell, type SipTransport, UserAgent } from '@switchhook/sip-core';
import { monotonicClock, nodeCrypto, Sockets } from '@switchhook/sip-core/node';
import { makeExchange } from '../exchange/exchange.ts';
import type { ExchangeStyle } from '../exchange/settings.ts';
import type { OfficePlan } from '../network/office-plan.ts';

/** The domain of every office in real time. */
export const DOMAIN = 'office.example';

/** Start the exchange: bound at its `lan` address, or at the sockets that are open already. */
export async function startExchange(
  plan: OfficePlan,
  style: ExchangeStyle,
  sockets?: SipTransport,
): Promise<{ readonly close: () => void }> {
  const { lan, wan, sipPort } = plan.exchange;
  const extensions = [plan.receptionist, plan.caller, plan.specialist].map(({ user }) => ({
    user,
    password: passwordOf(user),
  }));
  const exchange = makeExchange(
    style,
    { host: wan, port: sipPort, domain: DOMAIN, extensions, algorithms: ['SHA-256', 'MD5'], crypto: nodeCrypto },
    (settings) => new UserAgent(settings),
  );
  const transport = sockets ?? (await Sockets.open({ udp: { host: lan, port: sipPort } }));
  return new Shell(exchange, { clock: monotonicClock, transport, onEvent: () => {} });
}

/** The password of an extension of such an office. */
export function passwordOf(user: string): string {
  return `secret ${user}`;
}
