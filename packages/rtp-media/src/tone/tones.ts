import type { RingName, ToneName } from '../engine/door.ts';
import { type Cadence, cadence } from './cadence.ts';
import { COUNTRIES, type CountryName, type CountryTones } from './countries.ts';

/** A cadence and how loud it is. */
export interface Tone {
  readonly cadence: Cadence;
  readonly dbm0: number;
}

/** Every tone of one telephone, ready to play. */
export interface ToneTable {
  readonly tones: Readonly<Record<ToneName, Tone>>;
  readonly rings: Readonly<Record<RingName, Tone>>;
}

/** How a ring sounds while it is "on": two pitches in turn, 50 ms each. */
const WARBLE_MS = 50;

/** Fill the "on" times of `ring` (on, off, on, off … in ms) with a warble of two pitches. */
function warble(low: number, high: number, ring: readonly number[], once = ''): string {
  const steps: string[] = [];
  ring.forEach((ms, i) => {
    if (i % 2 === 1) steps.push(`${once}0/${ms}`);
    else
      for (let at = 0; at < ms; at += WARBLE_MS)
        steps.push(`${once}${(at / WARBLE_MS) % 2 ? high : low}/${Math.min(WARBLE_MS, ms - at)}`);
  });
  return steps.join(',');
}

function internalRing(external: readonly number[]): readonly number[] {
  return external.length === 2 ? [400, 200, 400, 3000] : [1000, 3000];
}

function tonesOf(country: CountryTones): Readonly<Record<ToneName, Tone>> {
  const tone = (text: string, dbm0: number): Tone => ({ cadence: cadence(text), dbm0 });
  return {
    dial: tone(country.dial, -13),
    'recall-dial': tone(country.recallDial, -13),
    ringback: tone(country.ringback, -19),
    busy: tone(country.busy, -19),
    reorder: tone(country.reorder, -19),
    unobtainable: tone(country.unobtainable, -19),
    'call-waiting': tone(country.callWaiting, -24),
    // our own words, the same in every country: two lows = no, two beeps = done, one long = unknown, three = caller gone
    refusal: tone('!400/80,!0/80,!400/80', -19),
    confirmation: tone('!1000/60,!0/60,!1000/60', -19),
    unknown: tone('!600/800', -19),
    'auto-answer': tone('!1000/200,!0/100,!1400/200', -19),
    'stutter-dial': tone(country.stutterDial, -13),
    howler: tone('1400+2060/100,0/100', -6),
    'caller-gone': tone('!800/100,!0/100,!800/100,!0/100,!800/100', -19),
  };
}

/** The tones and rings of `country`. */
export function toneTable(country: CountryName): ToneTable {
  const tones = COUNTRIES[country];
  const ring = (text: string): Tone => ({ cadence: cadence(text), dbm0: -6 });
  return {
    tones: tonesOf(tones),
    rings: {
      external: ring(warble(784, 988, tones.ring)),
      internal: ring(warble(523, 659, internalRing(tones.ring))),
      recall: ring('880+1108/200,0/200,880+1108/200,0/200,880+1108/200,0/2000'),
      splash: ring(warble(784, 988, [500], '!')),
    },
  };
}
