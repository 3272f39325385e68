import { readdirSync } from 'node:fs';
import { DeviceError } from '../device-error.ts';
import { DeviceFile } from '../device-file.ts';
import { libc } from '../libc.ts';
import { InputDecoder, type InputEdge, type InputLevels, setBits } from './input-decoder.ts';

const FOLDER = '/dev/input';
const KEY_BYTES = 96;
const SWITCH_BYTES = 8;
const NAME_BYTES = 256;
const CLOCK_MONOTONIC = 1;
// linux/input.h
const EVIOCGNAME = 0x8100_4506;
const EVIOCGKEY = 0x8060_4518;
const EVIOCGSW = 0x8008_451b;
const EVIOCGRAB = 0x4004_4590;
const EVIOCSCLOCKID = 0x4004_45a0;

/** An input device that is there. */
export interface InputDescription {
  /** `/dev/input/event3`: moves from boot to boot. */
  readonly path: string;
  /** As the driver calls it: `gpio-keys`, `Logitech USB Keypad`, `WH-1000XM4 (AVRCP)`. */
  readonly name: string;
}

export interface InputOptions {
  /** Take all its events alone, so that no console types along. Refused with `EBUSY` when another program has it. */
  readonly grab?: boolean;
}

export interface InputListener {
  edge(edge: InputEdge): void;
  /** It was pulled out, or its driver is gone. Keys that were down get no `up`. */
  gone(error: DeviceError): void;
}

/** CLOCK_MONOTONIC in ms, in which the edges of an input device are stamped. */
export function kernelNow(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}

/** Every input device that this user may open, and the paths that he may not. */
export function listInputs(): { readonly devices: readonly InputDescription[]; readonly refused: readonly string[] } {
  const devices: InputDescription[] = [];
  const refused: string[] = [];
  for (const path of eventPaths()) {
    try {
      const file = DeviceFile.open(path, 'read');
      devices.push({ path, name: nameOf(file) });
      file.close();
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      if (error.code === 'EACCES' || error.code === 'EPERM') refused.push(path);
    }
  }
  return { devices, refused };
}

/** Keys and switches of one evdev device (a keypad, `gpio-keys`, a headset's AVRCP keys). */
export class InputDevice {
  readonly description: InputDescription;
  readonly #file: DeviceFile;
  readonly #decoder = new InputDecoder(libc('read', 'evdev').longBytes === 4 ? 4 : 8);
  #levels: InputLevels;

  private constructor(file: DeviceFile, description: InputDescription, levels: InputLevels) {
    this.#file = file;
    this.description = description;
    this.#levels = levels;
    this.#decoder.resync(levels, 0);
  }

  /**
   * Open the device of that name (exactly, or by pattern; the first of several) or the node at that path. Throws
   * `ENOENT` when none is there and `EACCES` when it may be one that is not ours to open. A FIFO at the path is taken
   * for a stand-in: it cannot be asked for its levels, nor grabbed.
   */
  static open(
    which: { readonly name: string | RegExp } | { readonly path: string },
    options: InputOptions = {},
  ): InputDevice {
    const found = 'path' in which ? { path: which.path, name: which.path } : find(which.name);
    const file = DeviceFile.open(found.path, 'read-write');
    try {
      return new InputDevice(file, found, start(file, options.grab === true));
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** What was down when it was opened; no edge tells of it. */
  get levelsAtStart(): InputLevels {
    return this.#levels;
  }

  /** Tell the edges from now on. What was lost in between (SYN_DROPPED) is found by comparing levels. */
  listen(listener: InputListener): void {
    this.#file.listen({
      bytes: (chunk) => {
        for (const report of this.#decoder.receive(chunk)) {
          if (report.kind !== 'dropped') listener.edge(report);
          else for (const edge of this.#decoder.resync(levelsOf(this.#file), kernelNow())) listener.edge(edge);
        }
      },
      gone: (error) => listener.gone(error),
    });
  }

  close(): void {
    this.#file.close();
  }
}

function eventPaths(): string[] {
  try {
    return readdirSync(FOLDER)
      .filter((name) => /^event\d+$/.test(name))
      .sort((a, b) => Number(a.slice(5)) - Number(b.slice(5)))
      .map((name) => `${FOLDER}/${name}`);
  } catch {
    return []; // no input subsystem
  }
}

function find(name: string | RegExp): InputDescription {
  const { devices, refused } = listInputs();
  const found = devices.find((each) => (typeof name === 'string' ? each.name === name : name.test(each.name)));
  if (found !== undefined) return found;
  const there = devices.map((each) => `"${each.name}"`).join(', ');
  if (refused.length > 0)
    throw new DeviceError(
      'EACCES',
      'open',
      String(name),
      `${refused.length} input devices may not be opened: add the user to group input`,
    );
  throw new DeviceError('ENOENT', 'open', String(name), `no input device has this name; there are: ${there || 'none'}`);
}

/** Clock, grab and levels of a device just opened. */
function start(file: DeviceFile, grab: boolean): InputLevels {
  try {
    file.ioctl(EVIOCSCLOCKID, new Uint8Array(Int32Array.of(CLOCK_MONOTONIC).buffer));
    if (grab) file.ioctl(EVIOCGRAB, 1);
    return levelsOf(file);
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error;
    if (error.code === 'ENOTTY') return { keys: new Set(), switches: new Set() };
    if (error.code === 'EBUSY')
      throw new DeviceError(
        'EBUSY',
        'EVIOCGRAB',
        file.name,
        'another program has grabbed it: end that program, or set grab: false',
      );
    throw error;
  }
}

function levelsOf(file: DeviceFile): InputLevels {
  const keys = new Uint8Array(new ArrayBuffer(KEY_BYTES));
  const switches = new Uint8Array(new ArrayBuffer(SWITCH_BYTES));
  file.ioctl(EVIOCGKEY, keys);
  file.ioctl(EVIOCGSW, switches);
  return { keys: setBits(keys), switches: setBits(switches) };
}

function nameOf(file: DeviceFile): string {
  const bytes = new Uint8Array(new ArrayBuffer(NAME_BYTES));
  file.ioctl(EVIOCGNAME, bytes);
  return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
}
