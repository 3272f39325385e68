import type { Runtime } from './runtime.ts';

/** Hang up every call and unregister, and wait for the far ends to answer, but no longer than `limitMs`. Closes nothing. */
export function farewell(runtime: Runtime, limitMs: number): Promise<void> {
  return new Promise((resolve) => {
    const over = (): void => {
      clearTimeout(limit);
      unsubscribe();
      resolve();
    };
    const gone = (): boolean =>
      runtime.idle && Object.values(runtime.state.registrations).every((state) => state.name !== 'registered');
    const unsubscribe = runtime.subscribe({
      snapshot: () => {
        if (gone()) over();
      },
    });
    const limit = setTimeout(over, limitMs);
    runtime.retire();
    if (gone()) over();
  });
}
