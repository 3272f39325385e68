import { BYTES } from './request-codes.ts';

// struct gpio_v2_line_request: offsets[64] u32, consumer[32], config, num_lines u32, event_buffer_size u32, padding[5], fd s32
// struct gpio_v2_line_config:  flags u64, num_attrs u32, padding[5] u32, attrs[10] of { attribute 16, mask u64 }
// struct gpio_v2_line_attribute: id u32, padding u32, and flags u64 | values u64 | debounce_period_us u32

const NAME_BYTES = 32;
const MOST_LINES = 64;
const MOST_ATTRIBUTES = 10;
const CONFIG_AT = 4 * MOST_LINES + NAME_BYTES;
const ATTRIBUTES_AT = CONFIG_AT + 32;
const NUM_LINES_AT = CONFIG_AT + BYTES.lineConfig;
const FD_AT = NUM_LINES_AT + 28;
const ATTRIBUTE_BYTES = 24;
const ATTRIBUTE_FLAGS = 1;
const ATTRIBUTE_VALUES = 2;

const FLAG = {
  used: 1n << 0n,
  activeLow: 1n << 1n,
  input: 1n << 2n,
  output: 1n << 3n,
  rising: 1n << 4n,
  falling: 1n << 5n,
  openDrain: 1n << 6n,
  openSource: 1n << 7n,
  pullUp: 1n << 8n,
  pullDown: 1n << 9n,
  noPull: 1n << 10n,
} as const;

/** The resistor inside the chip; `as-is` leaves what the firmware set. */
export type Bias = 'pull-up' | 'pull-down' | 'none' | 'as-is';

/** One line as it is wanted. `activeLow` = the wire at 0 V means 1. */
export type LineWish =
  | {
      readonly offset: number;
      readonly direction: 'input';
      readonly activeLow: boolean;
      readonly bias: Bias;
      /** Events on both edges. */
      readonly edges: boolean;
    }
  | {
      readonly offset: number;
      readonly direction: 'output';
      readonly activeLow: boolean;
      /** `open-drain` only ever pulls to 0 V, `open-source` only to the supply; otherwise the wire floats. */
      readonly drive: 'push-pull' | 'open-drain' | 'open-source';
      readonly bias: Bias;
      readonly value: boolean;
    };

/** A chip as the kernel tells it. */
export interface ChipInfo {
  /** `gpiochip0`: moves with kernels, so it identifies nothing. */
  readonly name: string;
  /** `pinctrl-rp1`, `pinctrl-bcm2711`, … */
  readonly label: string;
  readonly lines: number;
}

/** A line as the kernel tells it. */
export interface LineInfo {
  readonly offset: number;
  /** From the device tree, such as `GPIO17`; empty where it gives none. */
  readonly name: string;
  /** Who holds it; empty when nobody does or the holder gave no name. */
  readonly consumer: string;
  readonly used: boolean;
  readonly direction: 'input' | 'output';
  readonly activeLow: boolean;
}

/** An edge of an input with `edges`. Active-low is applied: `high` = it has become 1. */
export interface LineEvent {
  /** CLOCK_MONOTONIC when the interrupt came, ms. */
  readonly atMs: number;
  readonly offset: number;
  readonly high: boolean;
  /** Counts the events of the request; a jump means that some were lost. */
  readonly sequence: number;
}

/** `struct gpio_v2_line_request` for these lines. At most 64 lines in 10 kinds: more is a bug. */
export function encodeRequest(lines: readonly LineWish[], consumer: string): Uint8Array<ArrayBuffer> {
  if (lines.length === 0 || lines.length > MOST_LINES)
    throw new Error(`1 to 64 lines in a request, not ${lines.length}`);
  const bytes = new Uint8Array(new ArrayBuffer(BYTES.lineRequest));
  const view = new DataView(bytes.buffer);
  for (const [i, { offset }] of lines.entries()) view.setUint32(4 * i, offset, true);
  bytes.set(new TextEncoder().encode(consumer).subarray(0, NAME_BYTES - 1), 4 * MOST_LINES);
  view.setUint32(NUM_LINES_AT, lines.length, true);
  const kinds = new Map<bigint, bigint>();
  let outputs = 0n;
  let high = 0n;
  for (const [i, line] of lines.entries()) {
    const bit = 1n << BigInt(i);
    const flags = flagsOf(line);
    kinds.set(flags, (kinds.get(flags) ?? 0n) | bit);
    if (line.direction === 'output') outputs |= bit;
    if (line.direction === 'output' && line.value) high |= bit;
  }
  const [[common], ...others] = [...kinds] as [[bigint, bigint], ...[bigint, bigint][]];
  view.setBigUint64(CONFIG_AT, common, true);
  const attributes = others.map(([flags, mask]) => [ATTRIBUTE_FLAGS, flags, mask] as const);
  const all = outputs === 0n ? attributes : [...attributes, [ATTRIBUTE_VALUES, high, outputs] as const];
  if (all.length > MOST_ATTRIBUTES) throw new Error('lines of more than 9 kinds in one request');
  view.setUint32(CONFIG_AT + 8, all.length, true);
  for (const [i, [id, value, mask]] of all.entries()) {
    const at = ATTRIBUTES_AT + i * ATTRIBUTE_BYTES;
    view.setUint32(at, id, true);
    view.setBigUint64(at + 8, value, true);
    view.setBigUint64(at + 16, mask, true);
  }
  return bytes;
}

/** `struct gpio_v2_line_config` for the lines of a request, in its order: another direction, another value. */
export function encodeConfig(lines: readonly LineWish[]): Uint8Array<ArrayBuffer> {
  return encodeRequest(lines, '').slice(CONFIG_AT, CONFIG_AT + BYTES.lineConfig);
}

/** The descriptor that the kernel put into a request. */
export function requestFd(request: Uint8Array): number {
  return new DataView(request.buffer, request.byteOffset).getInt32(FD_AT, true);
}

function flagsOf(line: LineWish): bigint {
  let flags = line.activeLow ? FLAG.activeLow : 0n;
  if (line.direction === 'input') {
    flags |= FLAG.input;
    if (line.edges) flags |= FLAG.rising | FLAG.falling;
  } else {
    flags |= FLAG.output;
    if (line.drive === 'open-drain') flags |= FLAG.openDrain;
    if (line.drive === 'open-source') flags |= FLAG.openSource;
  }
  switch (line.bias) {
    case 'pull-up':
      return flags | FLAG.pullUp;
    case 'pull-down':
      return flags | FLAG.pullDown;
    case 'none':
      return flags | FLAG.noPull;
    case 'as-is':
      return flags;
    default:
      line.bias satisfies never;
      throw new Error('unknown bias');
  }
}

/** `struct gpio_v2_line_values` that asks for the lines with these indices in the request, or sets them. */
export function encodeValues(values: ReadonlyMap<number, boolean>): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(new ArrayBuffer(BYTES.lineValues));
  let bits = 0n;
  let mask = 0n;
  for (const [index, value] of values) {
    mask |= 1n << BigInt(index);
    if (value) bits |= 1n << BigInt(index);
  }
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, bits, true);
  view.setBigUint64(8, mask, true);
  return bytes;
}

/** The first `count` values of a `struct gpio_v2_line_values`. */
export function decodeValues(bytes: Uint8Array, count: number): boolean[] {
  const bits = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  return Array.from({ length: count }, (_, i) => ((bits >> BigInt(i)) & 1n) === 1n);
}

/** `struct gpiochip_info`. */
export function decodeChipInfo(bytes: Uint8Array): ChipInfo {
  return {
    name: text(bytes, 0),
    label: text(bytes, NAME_BYTES),
    lines: new DataView(bytes.buffer, bytes.byteOffset).getUint32(2 * NAME_BYTES, true),
  };
}

/** A `struct gpio_v2_line_info` that asks for the line at `offset`. */
export function encodeLineInfo(offset: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(new ArrayBuffer(BYTES.lineInfo));
  new DataView(bytes.buffer).setUint32(2 * NAME_BYTES, offset, true);
  return bytes;
}

/** `struct gpio_v2_line_info` as answered. */
export function decodeLineInfo(bytes: Uint8Array): LineInfo {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const flags = view.getBigUint64(2 * NAME_BYTES + 8, true);
  return {
    offset: view.getUint32(2 * NAME_BYTES, true),
    name: text(bytes, 0),
    consumer: text(bytes, NAME_BYTES),
    used: (flags & FLAG.used) !== 0n,
    direction: (flags & FLAG.output) === 0n ? 'input' : 'output',
    activeLow: (flags & FLAG.activeLow) !== 0n,
  };
}

/** Every whole `struct gpio_v2_line_event`; what is left over is dropped (the kernel gives whole ones). */
export function decodeEvents(bytes: Uint8Array): LineEvent[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const events: LineEvent[] = [];
  for (let at = 0; at + BYTES.lineEvent <= bytes.length; at += BYTES.lineEvent) {
    events.push({
      atMs: Number(view.getBigUint64(at, true) / 1000n) / 1000,
      high: view.getUint32(at + 8, true) === 1,
      offset: view.getUint32(at + 12, true),
      sequence: view.getUint32(at + 16, true),
    });
  }
  return events;
}

function text(bytes: Uint8Array, at: number): string {
  const field = bytes.subarray(at, at + NAME_BYTES);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}
