import { readdirSync } from 'node:fs';
import { DeviceError, DeviceFile } from '@switchhook/device-file';
import type { AlarmClock } from '@switchhook/sans-io';
import { type HidAct, type HidLamps, parseReportDescriptor, TelephonyHeadset } from '../hid/index.ts';
import { KeptOpen } from './kept-open.ts';

// linux/hidraw.h
const HIDIOCGRDESCSIZE = 0x8004_4801;
const HIDIOCGRDESC = 0x9004_4802;
const HIDIOCGRAWNAME = 0x8100_4804;
const MOST_DESCRIPTOR_BYTES = 4096;
const NAME_BYTES = 256;

export interface HidHeadsetOptions {
  readonly clock: AlarmClock;
  /** A hidraw node, or `auto`: the first that has a telephone's hook key. */
  readonly device: string;
  onAct(act: HidAct): void;
  /** It is there (by its name), or not, and why. Each is said once. */
  onThere(name: string | undefined, why: string | undefined): void;
}

/** A USB or BLE headset with telephony keys through hidraw; input devices do not have its hook key. */
export class HidHeadset {
  readonly #kept: KeptOpen<HidNode>;
  #lamps: HidLamps = { ring: false, offHook: false, mute: false, hold: false };
  #said: string | undefined = '';

  constructor({ clock, device, onAct, onThere }: HidHeadsetOptions) {
    this.#kept = new KeptOpen(
      clock,
      (gone) => HidNode.open(device, { act: onAct, gone }),
      (why) => {
        if (why !== this.#said) onThere(this.#kept.device?.name, why);
        this.#said = why;
        this.#kept.device?.light(this.#lamps);
      },
    );
  }

  start(): void {
    this.#kept.start();
  }

  /** Its lamps from now on, also when it comes later. */
  light(lamps: HidLamps): void {
    this.#lamps = lamps;
    this.#kept.device?.light(lamps);
  }

  close(): void {
    this.light({ ring: false, offHook: false, mute: false, hold: false });
    this.#kept.close();
  }
}

interface HidListener {
  act(act: HidAct): void;
  gone(error: DeviceError): void;
}

/** One hidraw node that is open. */
class HidNode {
  readonly name: string;
  readonly #file: DeviceFile;
  readonly #headset: TelephonyHeadset;

  private constructor(file: DeviceFile, headset: TelephonyHeadset, name: string) {
    this.#file = file;
    this.#headset = headset;
    this.name = name;
  }

  /** Throws a DeviceError when there is none. */
  static open(device: string, listener: HidListener): HidNode {
    const nodes = device === 'auto' ? hidrawNodes() : [device];
    let refused: DeviceError | undefined;
    for (const path of nodes) {
      try {
        const node = HidNode.#at(path);
        if (node === undefined) continue;
        node.#file.listen({
          bytes: (report) => {
            for (const act of node.#headset.report(report)) listener.act(act);
          },
          gone: (error) => listener.gone(error),
        });
        return node;
      } catch (error) {
        if (!(error instanceof DeviceError)) throw error;
        if (device !== 'auto') throw error;
        if (error.code === 'EACCES' || error.code === 'EPERM') refused ??= error;
      }
    }
    throw refused ?? new DeviceError('ENOENT', 'open', device, 'no HID device here has a telephone’s hook key');
  }

  /** Undefined = a device, but none with a hook key. */
  static #at(path: string): HidNode | undefined {
    const file = DeviceFile.open(path, 'read-write');
    try {
      const size = new Uint32Array(1);
      file.ioctl(HIDIOCGRDESCSIZE, new Uint8Array(size.buffer));
      const descriptor = new Uint8Array(4 + MOST_DESCRIPTOR_BYTES);
      new Uint32Array(descriptor.buffer, 0, 1)[0] = size[0]!;
      file.ioctl(HIDIOCGRDESC, descriptor);
      const read = parseReportDescriptor(descriptor.subarray(4, 4 + size[0]!));
      const name = new Uint8Array(NAME_BYTES);
      file.ioctl(HIDIOCGRAWNAME, name);
      if (read.ok && TelephonyHeadset.is(read.value)) {
        const text = new TextDecoder().decode(name.subarray(0, name.indexOf(0)));
        return new HidNode(file, new TelephonyHeadset(read.value), text);
      }
    } catch (error) {
      file.close();
      throw error;
    }
    file.close();
    return undefined;
  }

  light(lamps: HidLamps): void {
    for (const report of this.#headset.light(lamps)) {
      try {
        this.#file.write(report);
      } catch {
        return; // pulled out: the reader hears of it
      }
    }
  }

  close(): void {
    this.#file.close();
  }
}

function hidrawNodes(): readonly string[] {
  try {
    return readdirSync('/dev')
      .filter((name) => /^hidraw\d+$/.test(name))
      .sort((a, b) => Number(a.slice(6)) - Number(b.slice(6)))
      .map((name) => `/dev/${name}`);
  } catch {
    return [];
  }
}
