import { readdirSync } from 'node:fs';
import { DeviceError, DeviceFile } from '@switchhook/device-file';
import { BYTES, GPIO_IOCTL } from '../gpio/request-codes.ts';
import {
  type ChipInfo,
  decodeChipInfo,
  decodeEvents,
  decodeLineInfo,
  decodeValues,
  encodeConfig,
  encodeLineInfo,
  encodeRequest,
  encodeValues,
  type LineEvent,
  type LineInfo,
  type LineWish,
  requestFd,
} from '../gpio/structs.ts';

const CONSUMER = 'switchhook';

/** A GPIO chip that is there, with what its lines say. */
export interface GpioChip extends ChipInfo {
  readonly path: string;
  readonly all: readonly LineInfo[];
}

/** What `listChips` found. */
export interface ChipList {
  readonly chips: readonly GpioChip[];
  /** Chips that this user may not open. */
  readonly refused: readonly string[];
}

/** Every GPIO chip of this machine with all its lines; empty where there is none. */
export function listChips(folder = '/dev'): ChipList {
  const chips: GpioChip[] = [];
  const refused: string[] = [];
  for (const name of readdirSync(folder)) {
    if (!/^gpiochip\d+$/.test(name)) continue;
    const path = `${folder}/${name}`;
    try {
      const file = DeviceFile.open(path);
      try {
        chips.push(describe(file, path));
      } finally {
        file.close();
      }
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      if (error.code === 'EACCES' || error.code === 'EPERM') refused.push(path);
    }
  }
  return { chips: chips.sort((a, b) => a.path.localeCompare(b.path)), refused };
}

/**
 * The chip with that label that has all these lines, or the one chip that has them where no label is given. Throws a
 * DeviceError that says which line is not there, and what would be.
 */
export function findChip(names: readonly string[], label: string | undefined, { chips, refused }: ChipList): GpioChip {
  const fail = (code: string, what: string, why: string) => new DeviceError(code, 'find lines', what, why);
  if (chips.length === 0 && refused.length > 0)
    throw fail('EACCES', refused[0]!, 'not allowed: add the user to group gpio, then log in again');
  if (chips.length === 0) throw fail('ENOENT', 'gpio', 'this machine has no GPIO chip');
  const candidates = label === undefined ? chips : chips.filter((chip) => chip.label === label);
  if (candidates.length === 0)
    throw fail('ENOENT', label ?? '', `no GPIO chip has this label; there are: ${labels(chips)}`);
  const whole = candidates.filter((chip) => names.every((name) => lineOf(chip, name) !== undefined));
  if (whole.length === 1) return whole[0]!;
  if (whole.length > 1)
    throw fail(
      'ENOTUNIQ',
      names[0] ?? 'gpio',
      `several chips have these lines (${labels(whole)}): set keypad.gpio.chip to one of them`,
    );
  const best = candidates.reduce((a, b) => (missing(a, names).length <= missing(b, names).length ? a : b));
  throw fail(
    'ENOENT',
    missing(best, names).join(', '),
    `chip ${best.label} has no line of this name; switchhook doctor lists them`,
  );
}

/** The line of that name; undefined = there is none, or two. */
export function lineOf(chip: GpioChip, name: string): LineInfo | undefined {
  const found = chip.all.filter((line) => line.name === name);
  return found.length === 1 ? found[0] : undefined;
}

/** Lines of one chip that are ours, in the order in which they were asked for. */
export class LineRequest {
  readonly #file: DeviceFile;
  readonly #count: number;

  private constructor(file: DeviceFile, count: number) {
    this.#file = file;
    this.#count = count;
  }

  /** Throws `EBUSY` that names who holds which line. */
  static open(chip: GpioChip, wishes: readonly LineWish[]): LineRequest {
    const file = DeviceFile.open(chip.path);
    const request = encodeRequest(wishes, CONSUMER);
    try {
      file.ioctl(GPIO_IOCTL.request, request);
    } catch (error) {
      throw error instanceof DeviceError && error.code === 'EBUSY' ? busy(file, chip, wishes) : error;
    } finally {
      file.close();
    }
    return new LineRequest(DeviceFile.adopt(requestFd(request), chip.label), wishes.length);
  }

  /** All values now, active-low applied. */
  get(): boolean[] {
    const values = encodeValues(new Map(Array.from({ length: this.#count }, (_, i) => [i, false])));
    this.#file.ioctl(GPIO_IOCTL.getValues, values);
    return decodeValues(values, this.#count);
  }

  /** Set outputs by their place in the request. */
  set(values: ReadonlyMap<number, boolean>): void {
    if (values.size > 0) this.#file.ioctl(GPIO_IOCTL.setValues, encodeValues(values));
  }

  /** Another direction, bias or value for all lines, in the order of the request. */
  configure(wishes: readonly LineWish[]): void {
    this.#file.ioctl(GPIO_IOCTL.setConfig, encodeConfig(wishes));
  }

  /** Tell the edges, and once that the chip is gone. */
  listen(edge: (event: LineEvent) => void, gone: (error: DeviceError) => void): void {
    this.#file.listen({
      bytes: (chunk) => {
        for (const event of decodeEvents(chunk)) edge(event);
      },
      gone,
    });
  }

  close(): void {
    this.#file.close();
  }
}

function describe(file: DeviceFile, path: string): GpioChip {
  const bytes = new Uint8Array(new ArrayBuffer(BYTES.chipInfo));
  file.ioctl(GPIO_IOCTL.chipInfo, bytes);
  const info = decodeChipInfo(bytes);
  return { ...info, path, all: Array.from({ length: info.lines }, (_, offset) => lineInfo(file, offset)) };
}

function lineInfo(file: DeviceFile, offset: number): LineInfo {
  const bytes = encodeLineInfo(offset);
  file.ioctl(GPIO_IOCTL.lineInfo, bytes);
  return decodeLineInfo(bytes);
}

function busy(file: DeviceFile, chip: GpioChip, wishes: readonly LineWish[]): DeviceError {
  const held = wishes
    .map(({ offset }) => lineInfo(file, offset))
    .filter(({ used }) => used)
    .map(
      ({ name, offset, consumer }) => `${name === '' ? `line ${offset}` : name} by ${consumer || 'another program'}`,
    );
  const why = `held already: ${held.join(', ')}; end that program, or remove the overlay that claims the line`;
  return new DeviceError('EBUSY', 'request lines', chip.label, why);
}

function missing(chip: GpioChip, names: readonly string[]): string[] {
  return names.filter((name) => lineOf(chip, name) === undefined);
}

function labels(chips: readonly GpioChip[]): string {
  return chips.map(({ label }) => label).join(', ');
}
