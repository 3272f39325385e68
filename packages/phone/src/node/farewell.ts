import type { Runtime } from './runtime.ts';

/** A BYE has left the phone before its socket has sent it: time for that and for the answer. */
const LINGER_MS = 300;

/** Hang up every call and unregister, and wait for the far ends to answer, but no longer than `limitMs`. Closes nothing. */
export function farewell(runtime: Runtime, limitMs: number): Promise<void> {
  const silent = (): boolean =>
    runtime.idle &&
    runtime.watching === 0 &&
    Object.values(runtime.state.registrations).every((state) => state.name !== 'registered');
  if (silent()) {
    runtime.retire();
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    const over = (): void => {
      clearTimeout(limit);
      clearTimeout(linger);
      unsubscribe();
      resolve();
    };
    let lingered = false;
    const check = (): void => {
      if (lingered && silent()) over();
    };
    const unsubscribe = runtime.subscribe({ snapshot: check });
    const limit = setTimeout(over, limitMs);
    const linger = setTimeout(() => {
      lingered = true;
      check();
    }, LINGER_MS);
    runtime.retire();
  });
}
