import { type Millis, type Random, unit } from '@switchhook/sans-io';

const QUICK_MS = [2000, 4000, 8000, 16_000];
const BASE_MS = 30_000;
const MAX_MS = 1_800_000;
const LEAST_S = 5;

/**
 * How long to wait after the `failures`-th failure in a row (from 1). The first four are quick for the sake of a
 * restarting exchange; then RFC 5626 §4.5: 30 s doubling to 30 min. Always 50 to 100 % of it at random, so that a
 * building full of phones does not come back at once. `patient` skips the quick ones: a wrong password stays wrong.
 */
export function backOff(failures: number, patient: boolean, random: Random): Millis {
  const quick = patient ? undefined : QUICK_MS[failures - 1];
  const exponent = Math.max(0, patient ? failures - 1 : failures - 1 - QUICK_MS.length);
  const whole = quick ?? Math.min(MAX_MS, BASE_MS * 2 ** Math.min(exponent, 10));
  return Math.round(whole * (0.5 + unit(random) / 2));
}

/**
 * When to refresh a binding of `grantedS`: the later of 32 s before its end and its half, minus up to 10 %; never more
 * often than every five seconds or so, however little is granted.
 */
export function refreshAfter(grantedS: number, random: Random): Millis {
  const whole = Math.max(grantedS - 32, grantedS / 2, LEAST_S);
  return Math.round(whole * 1000 * (1 - unit(random) / 10));
}
