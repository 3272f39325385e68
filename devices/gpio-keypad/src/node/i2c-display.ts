import { DeviceFile } from '@switchhook/device-file';
import type { AlarmClock } from '@switchhook/sans-io';
import type { DisplayOut } from '../display/hd44780.ts';
import { Hd44780 } from '../display/hd44780.ts';
import { Reopened } from './reopen.ts';

/** linux/i2c-dev.h: whom the next writes are for. */
const I2C_SLAVE = 0x0703;

/** What shows the phone's two lines of text. */
export interface Display {
  /** At most two lines; what stands already costs nothing. */
  show(lines: readonly string[]): void;
  close(): void;
}

export interface I2cDisplayOptions {
  /** `/dev/i2c-1` on a Raspberry Pi's header. */
  readonly bus: string;
  /** 0x27 (PCF8574) or 0x3f (PCF8574A) as sold. */
  readonly address: number;
  readonly columns: number;
  readonly clock: AlarmClock;
  readonly onFault: (line: string | undefined) => void;
}

/** An HD44780 with a PCF8574 backpack on an I2C bus. One that does not answer is tried again and shows the text when it comes. */
export class I2cDisplay implements Display {
  readonly #clock: AlarmClock;
  readonly #core: Hd44780;
  readonly #bus: Reopened<DeviceFile>;
  #takeBack: () => void = () => {};

  constructor({ bus, address, columns, clock, onFault }: I2cDisplayOptions) {
    this.#clock = clock;
    this.#core = new Hd44780(columns);
    this.#bus = new Reopened<DeviceFile>({
      clock,
      open: () => openBus(bus, address),
      opened: () => {
        this.#perform(this.#core.receive({ type: 'opened' }, clock.now()));
      },
      lost: () => this.#takeBack(),
      fault: (line) => onFault(line === undefined ? undefined : `display: ${line}`),
    });
  }

  start(): void {
    this.#bus.start();
  }

  show(lines: readonly string[]): void {
    this.#perform(this.#core.receive({ type: 'show', lines }, this.#clock.now()));
  }

  close(): void {
    this.#perform(this.#core.farewell());
    this.#takeBack();
    this.#bus.close();
  }

  #perform(outs: readonly DisplayOut[]): void {
    for (const { bytes } of outs) this.#bus.use((file) => file.write(bytes));
    this.#takeBack();
    const { deadline } = this.#core;
    if (deadline === undefined || this.#bus.device === undefined) return;
    this.#takeBack = this.#clock.alarm(deadline, () => this.#perform(this.#core.wake(this.#clock.now())));
  }
}

function openBus(bus: string, address: number): DeviceFile {
  const file = DeviceFile.open(bus);
  try {
    file.ioctl(I2C_SLAVE, address);
    file.write(Uint8Array.of(0x08)); // backlight: does anybody answer?
    return file;
  } catch (error) {
    file.close();
    throw error;
  }
}
