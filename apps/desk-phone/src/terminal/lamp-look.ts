import { lampLevel, lampPatterns, type PatternName } from '@switchhook/phone';
import type { LampLook } from './screen.ts';

/** What a lamp of that pattern shows at `nowMs`; an unknown pattern is dark. */
export function lampLook(pattern: string, nowMs: number): LampLook {
  const known = Object.hasOwn(lampPatterns, pattern) ? lampPatterns[pattern as PatternName] : undefined;
  if (known === undefined || known.name === 'off') return 'off';
  return lampLevel(known, nowMs) ? known.colour : 'off';
}
