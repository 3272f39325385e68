import type { AlarmClock } from '@switchhook/sans-io';

/** Alarms by name on one clock: setting a name again moves it, a cleared one never rings. */
export class NamedAlarms<Name extends string> {
  readonly #clock: AlarmClock;
  readonly #ring: (name: Name) => void;
  readonly #takeBack = new Map<Name, () => void>();

  constructor(clock: AlarmClock, ring: (name: Name) => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  get size(): number {
    return this.#takeBack.size;
  }

  set(name: Name, afterMs: number): void {
    this.clear(name);
    const takeBack = this.#clock.alarm(this.#clock.now() + afterMs, () => {
      this.#takeBack.delete(name);
      this.#ring(name);
    });
    this.#takeBack.set(name, takeBack);
  }

  clear(name: Name): void {
    this.#takeBack.get(name)?.();
    this.#takeBack.delete(name);
  }

  clearAll(): void {
    for (const takeBack of this.#takeBack.values()) takeBack();
    this.#takeBack.clear();
  }
}
