import type { AlarmClock, Millis } from '@switchhook/sans-io';

/** setTimeout fires at once for anything longer than this. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** The process's monotonic time with alarms on setTimeout. Alarms do not keep the process alive. */
export const monotonicClock: AlarmClock = {
  now(): Millis {
    return performance.now();
  },
  alarm(at: Millis, ring: () => void): () => void {
    let timer: NodeJS.Timeout;
    const wait = (): void => {
      const left = Math.max(0, at - performance.now());
      // A timer may fire a fraction of a millisecond early; round up so that the deadline has really passed.
      timer = setTimeout(
        () => (performance.now() >= at ? ring() : wait()),
        Math.min(LONGEST_TIMEOUT_MS, Math.ceil(left)),
      );
      timer.unref();
    };
    wait();
    return () => clearTimeout(timer);
  },
};
