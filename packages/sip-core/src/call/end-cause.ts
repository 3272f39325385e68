import type { EndCause } from '../user-agent/door.ts';

/** Why an open request of ours came to nothing without an answer. */
export type SilentFailure = 'timeout' | 'transport';

/** The end of a call whose request met silence or a broken path (RFC 3261 §8.1.3.1: as 408 and 503). */
export function silentEnd(why: SilentFailure): EndCause {
  return why === 'timeout'
    ? { by: 'network', how: 'timeout', status: 408, phrase: 'Request Timeout' }
    : { by: 'network', how: 'transport', status: 503, phrase: 'Service Unavailable' };
}
