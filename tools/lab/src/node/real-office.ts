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
import { type RealPhone, type RealPhoneOptions, startRealPhone } from './real-phone.ts';
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

/** What the office sees of a phone: its picture and what it tells. */
export interface SeenPhone {
  readonly runtime: Pick<Runtime, 'snapshot' | 'subscribe' | 'idle'>;
  close(): Promise<void>;
}

/** Who has which phone; the receptionist's may be another than the lab's own. */
export interface OfficePhones<Desk extends SeenPhone> {
  readonly receptionist: Desk;
  readonly caller: RealPhone;
  readonly specialist: RealPhone;
}

/** The office in real time on loopback: three phones, an exchange, and a network that hears everything. */
export class RealOffice<Desk extends SeenPhone = SeenPhone> {
  readonly plan: OfficePlan;
  readonly recording: Recording;
  readonly phones: OfficePhones<Desk>;
  /** Wall clock at the recording's zero, ms since 1970. */
  readonly epochMs: number;
  readonly #network: WireNetwork;
  readonly #exchange: { readonly close: () => void };
  readonly #began: number;

  private constructor(parts: {
    plan: OfficePlan;
    recording: Recording;
    phones: OfficePhones<Desk>;
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
  static open(options: RealOfficeOptions): Promise<RealOffice<RealPhone>> {
    return RealOffice.openWith(options, startRealPhone);
  }

  /** The same with another phone on the receptionist's desk: it must be bound at its `lan` address and known by its `wan` address. */
  static async openWith<Desk extends SeenPhone>(
    options: RealOfficeOptions,
    startDesk: (told: RealPhoneOptions) => Promise<Desk>,
  ): Promise<RealOffice<Desk>> {
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
    const told = (who: RealPerson): RealPhoneOptions => ({
      plan: plan[who],
      exchange: plan.exchange,
      domain: DOMAIN,
      password: passwordOf(plan[who].user),
      sound: voice(who),
    });
    const [receptionist, caller, specialist] = await Promise.all([
      startDesk(told('receptionist')),
      startRealPhone(told('caller')),
      startRealPhone(told('specialist')),
    ]);
    const office = new RealOffice<Desk>({
      plan,
      recording,
      phones: { receptionist, caller, specialist },
      network,
      exchange,
      began,
    });
    const registered = (snapshot: Snapshot) => snapshot.registrations.every((one) => one.state === 'registered');
    await Promise.all(
      [receptionist, caller, specialist].map(({ runtime }) => until(runtime, registered, 'registered', 12_000)),
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
    const { receptionist, caller, specialist } = this.phones;
    await Promise.all([receptionist, caller, specialist].map((phone) => phone.close()));
    this.#exchange.close();
    await this.#network.close();
  }
}

/** Wait until the picture of a phone fits; rejects, naming what was waited for, after `limitMs`. */
export function until(
  runtime: SeenPhone['runtime'],
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
