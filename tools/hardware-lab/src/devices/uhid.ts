import { closeSync, constants, openSync, readdirSync, readFileSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';

// struct uhid_event of linux/uhid.h: a u32 type, then a packed union.
const CREATE2 = 11;
const DESTROY = 1;
const INPUT2 = 12;
const OUTPUT = 6;
const GET_REPORT = 9;
const GET_REPORT_REPLY = 10;
const SET_REPORT = 13;
const SET_REPORT_REPLY = 14;
const DATA_MAX = 4096;
const EVENT_BYTES = 4 + 128 + 64 + 64 + 2 + 2 + 4 * 4 + DATA_MAX;
const BUS_USB = 3;
const EIO = 5;
const LOOK_MS = 5;

/** What a HID device is. */
export interface HidPlan {
  readonly name: string;
  readonly vendor: number;
  readonly product: number;
  /** The report descriptor. */
  readonly descriptor: Uint8Array;
}

/** A HID device that this process is, through the kernel's uhid: the kernel makes hidraw and evdev nodes of it as of a real one. */
export class UhidDevice {
  readonly plan: HidPlan;
  /** Reports that the host wrote to the device, its lamps and bells. */
  readonly outputs: Uint8Array[] = [];
  readonly #fd: number;
  readonly #timer: NodeJS.Timeout;
  readonly #event = Buffer.alloc(EVENT_BYTES);

  private constructor(plan: HidPlan) {
    this.plan = plan;
    this.#fd = openSync('/dev/uhid', constants.O_RDWR | constants.O_NONBLOCK);
    const create = Buffer.alloc(EVENT_BYTES);
    create.writeUInt32LE(CREATE2, 0);
    create.write(plan.name, 4, 127);
    create.write('hardware-lab', 4 + 128, 63);
    const at = 4 + 128 + 64 + 64;
    create.writeUInt16LE(plan.descriptor.length, at);
    create.writeUInt16LE(BUS_USB, at + 2);
    create.writeUInt32LE(plan.vendor, at + 4);
    create.writeUInt32LE(plan.product, at + 8);
    create.set(plan.descriptor, at + 20);
    writeSync(this.#fd, create);
    // the kernel asks and tells; it waits some seconds for answers
    this.#timer = setInterval(() => this.#read(), LOOK_MS);
  }

  /** Plug it in. */
  static plug(plan: HidPlan): UhidDevice {
    return new UhidDevice(plan);
  }

  /** The device says something: a whole input report, with its number where the descriptor has numbers. */
  report(...bytes: readonly number[]): void {
    const input = Buffer.alloc(4 + 2 + bytes.length);
    input.writeUInt32LE(INPUT2, 0);
    input.writeUInt16LE(bytes.length, 4);
    input.set(bytes, 6);
    writeSync(this.#fd, input);
  }

  /** Its `/dev/hidrawN`; undefined while the kernel has not made it. */
  hidraw(): string | undefined {
    const found = readdirSync('/sys/class/hidraw').find((name) =>
      readFileSync(join('/sys/class/hidraw', name, 'device/uevent'), 'utf8').includes(`HID_NAME=${this.plan.name}\n`),
    );
    return found === undefined ? undefined : `/dev/${found}`;
  }

  /** Its `/dev/input/eventN`, one for each group of usages. */
  events(): readonly string[] {
    return eventNodes((name) => name.startsWith(this.plan.name));
  }

  unplug(): void {
    clearInterval(this.#timer);
    const destroy = Buffer.alloc(4);
    destroy.writeUInt32LE(DESTROY, 0);
    writeSync(this.#fd, destroy);
    closeSync(this.#fd);
  }

  #read(): void {
    for (;;) {
      try {
        if (readSync(this.#fd, this.#event, 0, EVENT_BYTES, null) <= 0) return;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return;
        throw error;
      }
      this.#take(this.#event);
    }
  }

  #take(event: Buffer): void {
    const type = event.readUInt32LE(0);
    if (type === OUTPUT) {
      const size = event.readUInt16LE(4 + DATA_MAX);
      this.outputs.push(Uint8Array.from(event.subarray(4, 4 + size)));
    } else if (type === SET_REPORT) {
      const size = event.readUInt16LE(4 + 6);
      this.outputs.push(Uint8Array.from(event.subarray(4 + 8, 4 + 8 + size)));
      const reply = Buffer.alloc(4 + 4 + 2);
      reply.writeUInt32LE(SET_REPORT_REPLY, 0);
      reply.writeUInt32LE(event.readUInt32LE(4), 4);
      writeSync(this.#fd, reply);
    } else if (type === GET_REPORT) {
      const reply = Buffer.alloc(4 + 4 + 2 + 2);
      reply.writeUInt32LE(GET_REPORT_REPLY, 0);
      reply.writeUInt32LE(event.readUInt32LE(4), 4);
      reply.writeUInt16LE(EIO, 8);
      writeSync(this.#fd, reply);
    }
  }
}

/** Input devices whose name fits, `/dev/input/eventN`. */
export function eventNodes(fits: (name: string) => boolean): readonly string[] {
  return readdirSync('/sys/class/input')
    .filter((node) => /^event\d+$/.test(node))
    .filter((node) => fits(readFileSync(`/sys/class/input/${node}/device/name`, 'utf8').trim()))
    .map((node) => `/dev/input/${node}`);
}
