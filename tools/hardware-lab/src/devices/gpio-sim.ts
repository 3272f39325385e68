import { closeSync, mkdirSync, openSync, readFileSync, readSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const CONFIGFS = '/sys/kernel/config/gpio-sim';
const ONE = 0x31;

/**
 * A GPIO chip of the kernel's gpio-sim driver. From outside, as a wire would, a line that a program reads is pulled up or down,
 * and one that a program drives is looked at.
 */
export class GpioSim {
  readonly label: string;
  /** Its device, `/dev/gpiochipN`. */
  readonly path: string;
  readonly #names: readonly string[];
  readonly #folder: string;
  readonly #paths: readonly { readonly value: string; readonly pull: string }[];
  readonly #values: readonly number[];
  readonly #byte = Buffer.alloc(1);

  private constructor(label: string, names: readonly string[]) {
    this.label = label;
    this.#names = names;
    this.#folder = join(CONFIGFS, label);
    const bank = join(this.#folder, 'bank0');
    mkdirSync(bank, { recursive: true });
    writeFileSync(join(bank, 'num_lines'), String(names.length));
    writeFileSync(join(bank, 'label'), label);
    names.forEach((name, line) => {
      mkdirSync(join(bank, `line${line}`));
      writeFileSync(join(bank, `line${line}`, 'name'), name);
    });
    writeFileSync(join(this.#folder, 'live'), '1');
    const device = readFileSync(join(this.#folder, 'dev_name'), 'utf8').trim();
    const chip = readFileSync(join(bank, 'chip_name'), 'utf8').trim();
    this.path = `/dev/${chip}`;
    const folderOf = (line: number) => `/sys/devices/platform/${device}/${chip}/sim_gpio${line}`;
    this.#paths = names.map((_, n) => ({ value: join(folderOf(n), 'value'), pull: join(folderOf(n), 'pull') }));
    this.#values = this.#paths.map(({ value }) => openSync(value, 'r'));
  }

  /** Put a chip with these lines in. */
  static plug(label: string, names: readonly string[]): GpioSim {
    return new GpioSim(label, names);
  }

  /** From outside: the level of a line that is read. */
  pull(name: string, level: 0 | 1): void {
    writeFileSync(this.#paths[this.#of(name)]!.pull, level === 1 ? 'pull-up' : 'pull-down');
  }

  /** The level of a line now: what a program drives, else what it is pulled to. */
  level(name: string): 0 | 1 {
    readSync(this.#values[this.#of(name)]!, this.#byte, 0, 1, 0);
    return this.#byte[0] === ONE ? 1 : 0;
  }

  /** Where the kernel shows a line from outside. */
  line(name: string): { readonly name: string; readonly value: string; readonly pull: string } {
    return { name, value: this.#paths[this.#of(name)]!.value, pull: this.#paths[this.#of(name)]!.pull };
  }

  /** Take the chip out, under the hands of whoever holds its lines. */
  unplug(): void {
    for (const fd of this.#values) closeSync(fd);
    writeFileSync(join(this.#folder, 'live'), '0');
    this.#names.forEach((_, line) => {
      rmdirSync(join(this.#folder, 'bank0', `line${line}`));
    });
    rmdirSync(join(this.#folder, 'bank0'));
    rmdirSync(this.#folder);
  }

  #of(name: string): number {
    const line = this.#names.indexOf(name);
    if (line < 0) throw new Error(`${this.label} has no line ${name}`);
    return line;
  }
}
