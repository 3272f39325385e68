import { type Millis, type Random, unit } from '@switchhook/sans-io';

/**
 * How long to wait after 491 before the offer is tried again, in steps of 10 ms (RFC 3261 §14.1): 2.1 to 4.0 s for the
 * owner of the Call-ID (who made the dialog), 0 to 2.0 s for the other.
 */
export function glareWait(ownsCallId: boolean, random: Random): Millis {
  const u = unit(random);
  return ownsCallId ? 2100 + 10 * Math.floor(u * 191) : 10 * Math.floor(u * 201);
}

/** Seconds for the Retry-After of the 500 to an offer that overtakes another: 0 to 10 (RFC 3261 §14.2). */
export function busyRetryAfterS(random: Random): number {
  return Math.floor(unit(random) * 11);
}
