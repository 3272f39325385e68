import type { SeededRandom } from '@switchhook/sans-io/testing';
import type { Fault } from '../network/mischief.ts';
import { FAIR, type Weather } from '../network/weather.ts';

const WEATHERS = ['loss', 'reordering', 'duplication'] as const;
const MISFORTUNES = [
  /** A phone loses power for good. */
  'crash',
  /** A phone loses power and is back after a while, knowing nothing. */
  'restart',
  /** The exchange is started anew and knows neither calls nor who is where. */
  'exchange-restart',
] as const;
const PEOPLE = [
  'specialist-busy',
  'specialist-leaves',
  'caller-leaves',
  /** Everybody presses any key at any time. */
  'nervous',
  /** Somebody does something at the very moment at which a transfer changes its state. */
  'timing',
] as const;
const HABITS = [
  'hold-refused',
  'refer-refused',
  'offer-refused',
  'refer-unknown',
  'refer-later',
  'refer-unallowed',
  'refer-200',
  'no-notify',
  'no-verdict',
  'notify-before-2xx',
  'bye-before-notify',
  'terminated-notify',
  'final-notify-only',
  'late-notify',
  'offer-unknown',
  'notify-without-id',
  'own-contact',
  'wrong-replaces',
] as const satisfies readonly Fault[];

/** What may be planted into an office. */
export type Planted =
  | (typeof WEATHERS)[number]
  | (typeof MISFORTUNES)[number]
  | (typeof PEOPLE)[number]
  | (typeof HABITS)[number]
  /** The exchange, if it is a B2BUA, ends both legs with its final NOTIFY. */
  | 'ends-both-legs';

/** Every kind. */
export const PLANTED: readonly Planted[] = [...WEATHERS, ...MISFORTUNES, ...PEOPLE, ...HABITS, 'ends-both-legs'];

/** How many kinds an office holds: two at an average, so that each of the kinds is in about one office of twelve. */
const HOW_MANY = [0, 1, 1, 2, 2, 2, 3, 3, 4] as const;

/** Share of offices that aim at rare edges of the transfer besides. */
const TIMED = 0.2;

/** Draw what is planted into one office, in the order of `PLANTED`. */
export function plant(random: SeededRandom): ReadonlySet<Planted> {
  const wanted = random.pick(HOW_MANY);
  const drawn = new Set<Planted>();
  while (drawn.size < wanted) drawn.add(random.pick(PLANTED));
  if (random.chance(TIMED)) drawn.add('timing');
  return drawn;
}

const OFFICE: Weather = { ...FAIR, delayMs: 2, jitterMs: 6 };

/** The weather that planted faults bring. `loss` is what the person asked for besides. */
export function weatherOf(planted: ReadonlySet<Planted>, loss: number): Weather {
  let weather: Weather = { ...OFFICE, loss };
  if (planted.has('loss')) weather = { ...weather, loss: Math.max(loss, 0.15) };
  if (planted.has('reordering')) weather = { ...weather, delayMs: 20, jitterMs: 120, reorder: 0.15, reorderMs: 400 };
  if (planted.has('duplication')) weather = { ...weather, duplicate: 0.3, jitterMs: Math.max(40, weather.jitterMs) };
  return weather;
}

/** The meddling that planted faults are. */
export function meddlingOf(planted: ReadonlySet<Planted>): readonly Fault[] {
  return HABITS.filter((fault) => planted.has(fault));
}
