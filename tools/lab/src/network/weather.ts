import { type Millis, type Random, unit } from '@switchhook/sans-io';

/** What a network does to datagrams. Probabilities are 0…1. */
export interface Weather {
  readonly loss: number;
  readonly duplicate: number;
  /** Every datagram takes this long. */
  readonly delayMs: Millis;
  /** And up to this much more, evenly spread: enough of it reorders. */
  readonly jitterMs: Millis;
  /** How many are held back by `reorderMs`, so that later ones overtake them. */
  readonly reorder: number;
  readonly reorderMs: Millis;
}

/** A wire: nothing is lost, nothing waits. */
export const FAIR: Weather = { loss: 0, duplicate: 0, delayMs: 0, jitterMs: 0, reorder: 0, reorderMs: 0 };

/** How long each copy of one datagram travels: no entry = lost, two = duplicated. Draws the same number of bits each time. */
export function travels(weather: Weather, random: Random): Millis[] {
  const lost = unit(random) < weather.loss;
  const twice = unit(random) < weather.duplicate;
  const late = unit(random) < weather.reorder ? weather.reorderMs : 0;
  const first = weather.delayMs + unit(random) * weather.jitterMs + late;
  const second = weather.delayMs + unit(random) * (weather.jitterMs + 20);
  if (lost) return [];
  return twice ? [first, second] : [first];
}
