import { Sockets } from '@switchhook/sip-core/node';
import type { ExchangeStyle } from '../exchange/settings.ts';
import type { OfficePlan, PartyPlan } from '../network/office-plan.ts';
import { VOICE_HZ } from '../people/voices.ts';
import { openOnFreePlot } from './plots.ts';
import { DOMAIN, passwordOf, startExchange } from './real-exchange.ts';
import { until } from './real-office.ts';
import { type RealPhone, startRealPhone } from './real-phone.ts';
import { PlotTaken } from './wire-network.ts';

/** What a guest must know to be a phone of the office. */
export interface GuestAccount {
  readonly user: string;
  readonly password: string;
  readonly domain: string;
  /** `host:port` of the exchange. */
  readonly server: string;
}

/**
 * An office in real time whose reception is free for a guest: a program that registers as the receptionist from wherever
 * it is on this machine. All stand at their advertised addresses and reach each other directly, so nothing is recorded.
 */
export class GuestOffice {
  readonly guest: GuestAccount;
  readonly specialistUser: string;
  readonly phones: Readonly<Record<'caller' | 'specialist', RealPhone>>;
  readonly #exchange: { readonly close: () => void };

  private constructor(plan: OfficePlan, phones: GuestOffice['phones'], exchange: { readonly close: () => void }) {
    const { user } = plan.receptionist;
    const server = `${plan.exchange.wan}:${plan.exchange.sipPort}`;
    this.guest = { user, password: passwordOf(user), domain: DOMAIN, server };
    this.specialistUser = plan.specialist.user;
    this.phones = phones;
    this.#exchange = exchange;
  }

  /** Open everything; resolves when caller and specialist are registered. */
  static async open(style: ExchangeStyle): Promise<GuestOffice> {
    const { plan, network: sockets } = await openOnFreePlot(([exchange]) => claim(exchange!));
    const exchange = await startExchange(plan, style, sockets);
    const start = async (who: 'caller' | 'specialist') => {
      const phone = await startRealPhone({
        plan: { ...plan[who], lan: plan[who].wan },
        exchange: plan.exchange,
        domain: DOMAIN,
        password: passwordOf(plan[who].user),
        sound: { type: 'tone', cadence: String(VOICE_HZ[who]) },
      });
      const registered = ({ registrations }: ReturnType<typeof phone.runtime.snapshot>) =>
        registrations.every(({ state }) => state === 'registered');
      await until(phone.runtime, registered, `${who} registers`, 12_000);
      return phone;
    };
    const [caller, specialist] = await Promise.all([start('caller'), start('specialist')]);
    return new GuestOffice(plan, { caller, specialist }, exchange);
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.phones).map((phone) => phone.close()));
    this.#exchange.close();
  }
}

/** The exchange's advertised address is what an office takes its plot by. */
async function claim({ wan, sipPort }: PartyPlan): Promise<Sockets> {
  try {
    return await Sockets.open({ udp: { host: wan, port: sipPort } });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') throw new PlotTaken(`${wan}:${sipPort} is in use`);
    throw error;
  }
}
