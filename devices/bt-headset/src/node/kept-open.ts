import { DeviceError } from '@switchhook/device-file';
import type { AlarmClock } from '@switchhook/sans-io';
import { Backoff } from '../bluetooth/index.ts';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** A device of a headset that is looked for until it comes, and again when it has gone. */
export class KeptOpen<Device extends { close(): void }> {
  device: Device | undefined;
  readonly #clock: AlarmClock;
  readonly #open: (gone: (error: DeviceError) => void) => Device;
  readonly #changed: (why: string | undefined) => void;
  readonly #pauses = new Backoff(FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
  #takeBack: () => void = () => {};
  #closed = false;

  /** `open` throws a DeviceError where there is none; `changed` is told why it is not there, undefined = it is. */
  constructor(
    clock: AlarmClock,
    open: (gone: (error: DeviceError) => void) => Device,
    changed: (why: string | undefined) => void,
  ) {
    this.#clock = clock;
    this.#open = open;
    this.#changed = changed;
  }

  start(): void {
    try {
      this.device = this.#open((error) => this.#gone(error));
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      this.#gone(error);
      return;
    }
    this.#pauses.reset();
    this.#changed(undefined);
  }

  close(): void {
    this.#closed = true;
    this.#takeBack();
    this.device?.close();
    this.device = undefined;
  }

  #gone(error: DeviceError): void {
    if (this.#closed) return;
    this.device?.close();
    this.device = undefined;
    this.#changed(error.message);
    this.#takeBack = this.#clock.alarm(this.#clock.now() + this.#pauses.take(), () => this.start());
  }
}
