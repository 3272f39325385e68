import type { LampLight } from '@switchhook/phone';
import type { Wiring } from './wiring.ts';

/** A line that makes a diode shine or not. */
export interface LedLevel {
  readonly line: string;
  readonly on: boolean;
}

/** What the diodes of a lamp do when the lamp shines so; lamps without diodes are nothing. Amber is green and red. */
export function ledLevels(lights: readonly LampLight[], lamps: Wiring['lamps']): LedLevel[] {
  return lights.flatMap(({ lamp, colour }) => {
    const wiring = Object.hasOwn(lamps, lamp) ? lamps[lamp] : undefined;
    if (wiring === undefined) return [];
    const { green, red } = wiring;
    if (green === undefined || red === undefined) {
      const line = green ?? red;
      return line === undefined ? [] : [{ line, on: colour !== 'off' }];
    }
    return [
      { line: green, on: colour === 'green' || colour === 'amber' },
      { line: red, on: colour === 'red' || colour === 'amber' },
    ];
  });
}
