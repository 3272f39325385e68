import type { AlarmClock, Core } from '@switchhook/sans-io';
import { Shell, type ShellOptions } from '../transport/shell.ts';
import type { UserAgentIn, UserAgentOut } from '../user-agent/door.ts';
import { monotonicClock } from './monotonic-clock.ts';

/** What `drive` needs: a transport (`await Sockets.open(…)`) and somebody to tell. */
export type DriveOptions = Omit<ShellOptions, 'clock'> & { readonly clock?: AlarmClock };

/**
 * Run a user agent on real time and the given transport. Returns its shell: `submit` hands it intents, `close` stops
 * it and its sockets. Times in its events are milliseconds of `performance.now()`.
 */
export function drive(userAgent: Core<UserAgentIn, UserAgentOut>, options: DriveOptions): Shell {
  return new Shell(userAgent, { clock: monotonicClock, ...options });
}
