import { DeviceError } from '@switchhook/device-file';
import type { AlarmClock, Millis } from '@switchhook/sans-io';

const FIRST_PAUSE_MS: Millis = 500;
const LONGEST_PAUSE_MS: Millis = 5000;

/** One thing that is open or being tried again. */
export interface Opened {
  close(): void;
}

/** What a `Reopened` device is made of. */
export interface ReopenParts<Device extends Opened> {
  readonly clock: AlarmClock;
  /** Open it, or throw a DeviceError. `gone` is to be called once when it goes away later. */
  readonly open: (gone: (error: DeviceError) => void) => Device;
  /** It is open: `device` can be used. */
  readonly opened: () => void;
  /** The fault that lasts, in one line, or undefined when it works (again). Each is said once. */
  readonly fault: (line: string | undefined) => void;
  /** It was open and is not any more. */
  readonly lost: () => void;
}

/** Keeps a device open: one that cannot be opened, or goes away, is tried again after 0.5, 1, 2, 4, then every 5 s. */
export class Reopened<Device extends Opened> {
  readonly #parts: ReopenParts<Device>;
  #device: Device | undefined;
  #pause = FIRST_PAUSE_MS;
  #takeBack: () => void = () => {};
  #said: string | undefined;
  #closed = false;

  constructor(parts: ReopenParts<Device>) {
    this.#parts = parts;
  }

  /** The device while it is there. */
  get device(): Device | undefined {
    return this.#device;
  }

  start(): void {
    this.#try();
  }

  /** Do something with the device, if it is there; what the device refuses is its end for now. */
  use(act: (device: Device) => void): void {
    if (this.#device === undefined) return;
    try {
      act(this.#device);
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      this.#gone(error);
    }
  }

  close(): void {
    this.#closed = true;
    this.#takeBack();
    this.#device?.close();
    this.#device = undefined;
  }

  #try(): void {
    try {
      const { clock } = this.#parts;
      const opened: { device?: Device } = {};
      opened.device = this.#parts.open((error) => {
        if (opened.device !== undefined && opened.device === this.#device) this.#gone(error);
      });
      this.#device = opened.device;
      this.#say(undefined);
      // A device that comes and goes in a moment is not well again.
      const wellAt = clock.now() + this.#pause;
      this.#takeBack = clock.alarm(wellAt, () => {
        this.#pause = FIRST_PAUSE_MS;
      });
      this.#parts.opened();
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      this.#say(error.message);
      this.#again();
    }
  }

  #gone(error: DeviceError): void {
    if (this.#closed) return;
    this.#device?.close();
    this.#device = undefined;
    this.#takeBack();
    this.#parts.lost();
    this.#say(error.message);
    this.#again();
  }

  #again(): void {
    const { clock } = this.#parts;
    this.#takeBack = clock.alarm(clock.now() + this.#pause, () => this.#try());
    this.#pause = Math.min(LONGEST_PAUSE_MS, this.#pause * 2);
  }

  #say(line: string | undefined): void {
    if (line === this.#said) return;
    this.#said = line;
    this.#parts.fault(line);
  }
}
