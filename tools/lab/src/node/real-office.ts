import { callsOnly, type Ladder, ladderOf } from '@switchhook/ladder';
import type { Snapshot } from '@switchhook/phone/control';
import type { Runtime } from '@switchhook/phone/node';
import type { SoundChoice } from '@switchhook/rtp-media/node';
import { SeededRandom } from '@switchhook/sans-io/testing';
import type { ExchangeStyle } from '../exchange/settings.ts';
import { type Fault, meddle } from '../network/mischief.ts';
import { namesOf, type OfficePlan } from '../network/office-plan.ts';
import { FAIR } from '../network/weather.ts';
import { VOICE_HZ } from '../people/voices.ts';
import { Recording } from '../recorder/recording.ts';
import { openOnFreePlot } from './plots.ts';
import { DOMAIN, passwordOf, startExchange } from './real-exchange.ts';
import { type RealPhone, startRealPhone } from './real-phone.ts';
import { WireNetwork } from './wire-network.ts';

export type RealPerson = 'receptionist' | 'caller' | 'specialist';

/** What an office in real time is made of. */
export interface RealOfficeOptions {
  readonly style: ExchangeStyle;
  readonly loss: number;
  readonly seed: number;
  readonly fault: Fault | undefined;
  /** The specialist says nothing. */
  readonly specialistSilent: boolean;
}

/** The office in real time on loopback: three phones, an exchange, and a network that hears everything. */
export class RealOffice {
  readonly plan: OfficePlan;
  readonly recording: Recording;
  readonly phones: Readonly<Record<RealPerson, RealPhone>>;
  /** Wall clock at the recording's zero, ms since 1970. */
  readonly epochMs: number;
  readonly #network: WireNetwork;
  readonly #exchange: { readonly close: () => void };
  readonly #began: number;

  private constructor(parts: {
    plan: OfficePlan;
    recording: Recording;
    phones: Record<RealPerson, RealPhone>;
    network: WireNetwork;
    exchange: { readonly close: () => void };
    began: number;
  }) {
    this.plan = parts.plan;
    this.recording = parts.recording;
    this.phones = parts.phones;
    this.#network = parts.network;
    this.#exchange = parts.exchange;
    this.#began = parts.began;
    this.epochMs = Date.now() - this.elapsed();
  }

  /** Open everything; resolves when all three phones are registered. */
  static async open(options: RealOfficeOptions): Promise<RealOffice> {
    const began = performance.now();
    const recording = new Recording();
    const random = new SeededRandom(options.seed);
    const { plan, network } = await openOnFreePlot((parties) =>
      WireNetwork.open({
        parties,
        random,
        now: () => performance.now() - began,
        record: recording.add,
        weather: () => ({ ...FAIR, loss: options.loss }),
      }),
    );
    const victim = `${plan.receptionist.wan}:${plan.receptionist.sipPort}`;
    network.passage = (from, to, bytes) => meddle(options.fault, victim, from, to, bytes);
    const exchange = await startExchange(plan, options.style);
    const voice = (who: RealPerson): SoundChoice =>
      who === 'specialist' && options.specialistSilent
        ? { type: 'silence' }
        : { type: 'tone', cadence: String(VOICE_HZ[who]) };
    const start = (who: RealPerson) =>
      startRealPhone({
        plan: plan[who],
        exchange: plan.exchange,
        domain: DOMAIN,
        password: passwordOf(plan[who].user),
        sound: voice(who),
      });
    const [receptionist, caller, specialist] = await Promise.all([
      start('receptionist'),
      start('caller'),
      start('specialist'),
    ]);
    const office = new RealOffice({
      plan,
      recording,
      phones: { receptionist, caller, specialist },
      network,
      exchange,
      began,
    });
    const registered = (snapshot: Snapshot) => snapshot.registrations.every((one) => one.state === 'registered');
    await Promise.all(
      Object.values(office.phones).map((phone) => until(phone.runtime, registered, 'registered', 12_000)),
    );
    return office;
  }

  /** Milliseconds since the recording began. */
  elapsed(): number {
    return performance.now() - this.#began;
  }

  /** Calls only, all parties. */
  ladder(): Ladder {
    return callsOnly(
      ladderOf(this.recording.datagrams, namesOf(this.plan), ['caller', 'exchange', 'receptionist', 'specialist']),
    );
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.phones).map((phone) => phone.close()));
    this.#exchange.close();
    await this.#network.close();
  }
}

/** Wait until the picture of a phone fits; rejects, naming what was waited for, after `limitMs`. */
export function until(
  runtime: Runtime,
  fits: (snapshot: Snapshot) => boolean,
  what: string,
  limitMs: number,
): Promise<Snapshot> {
  return new Promise((resolve, reject) => {
    const now = runtime.snapshot();
    if (fits(now)) return resolve(now);
    const limit = setTimeout(() => {
      stop();
      reject(new Error(`waited ${limitMs / 1000} s in vain: ${what}`));
    }, limitMs);
    const stop = runtime.subscribe({
      snapshot: (snapshot) => {
        if (!fits(snapshot)) return;
        clearTimeout(limit);
        stop();
        resolve(snapshot);
      },
    });
  });
}
