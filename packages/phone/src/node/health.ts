import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { AlarmClock } from '@switchhook/sans-io';
import type { Diagnosis } from '../control/diagnosis.ts';
import { opinionScore } from '../control/opinion-score.ts';
import type { Runtime } from './runtime.ts';

/** Coarse enough to cost nothing that is seen. */
const LOOK_EVERY_MS = 100;

/** Watches how the phone process is, for `diag.get`. */
export class Health {
  readonly #runtime: Runtime;
  readonly #clock: AlarmClock;
  readonly #version: string;
  readonly #beganAt: number;
  readonly #lag = monitorEventLoopDelay({ resolution: LOOK_EVERY_MS });
  readonly #leave: () => void;
  #cardFaults = 0;
  #lastMos: number | undefined;

  constructor(runtime: Runtime, clock: AlarmClock, version: string) {
    this.#runtime = runtime;
    this.#clock = clock;
    this.#version = version;
    this.#beganAt = clock.now();
    this.#lag.enable();
    this.#leave = runtime.subscribe({
      journal: (entry) => {
        if (entry.type === 'fault' && entry.where === 'card') this.#cardFaults += 1;
        if (entry.type === 'quality') this.#lastMos = opinionScore(entry.quality) ?? this.#lastMos;
      },
    });
  }

  /** The state now; the lag is the longest since the last call. */
  diagnose(): Diagnosis {
    const lateMs = this.#lag.max / 1e6 - LOOK_EVERY_MS;
    const known = this.#lag.exceeds > 0 || (Number.isFinite(lateMs) && this.#lag.max > 0);
    this.#lag.reset();
    return {
      uptimeS: Math.round((this.#clock.now() - this.#beganAt) / 1000),
      version: this.#version,
      loopLagMs: known ? Math.max(0, Math.round(lateMs * 10) / 10) : null,
      cardFaults: this.#cardFaults,
      lastMos: this.#lastMos ?? null,
      alarms: this.#runtime.alarms.length,
    };
  }

  close(): void {
    this.#lag.disable();
    this.#leave();
  }
}
