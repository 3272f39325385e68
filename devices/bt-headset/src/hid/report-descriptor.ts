import type { Parsed } from '@switchhook/sans-io';

/** One control in a report: so many bits from a place. */
export interface HidField {
  /** Number of its report; 0 = the device numbers none. */
  readonly report: number;
  /** First bit, counted from the first octet after the report's number. */
  readonly bit: number;
  readonly bits: number;
  /** Usage page in the upper 16 bits, usage in the lower. An array has all it can name. */
  readonly usages: readonly number[];
  /** `variable`: the bits are this usage's value. `array`: they are the number of the usage that is pressed. */
  readonly kind: 'variable' | 'array';
  /** The value tells a change and not a level: pressing tells 1, whatever was before. */
  readonly relative: boolean;
  /** Value of the first usage of an array. */
  readonly least: number;
}

/** What a device's reports are made of. */
export interface ReportDescriptor {
  readonly inputs: readonly HidField[];
  readonly outputs: readonly HidField[];
  /** Octets of each output report without its number. */
  readonly outputBytes: ReadonlyMap<number, number>;
  /** Every report begins with its number. */
  readonly numbered: boolean;
}

/** `too-deep`, `too-many`: more than a headset can mean. */
export type DescriptorFault = 'truncated' | 'empty' | 'too-deep' | 'too-many' | 'unbalanced';

/** HIDIOCGRDESC gives no more. */
const MOST_BYTES = 4096;
const MOST_FIELDS = 1024;
const MOST_PUSHES = 16;
/** Bits of one report: 4 KiB, more than any transfer of a headset. */
const MOST_BITS = 32_768;

interface Globals {
  page: number;
  least: number;
  size: number;
  count: number;
  report: number;
}

/** Read a report descriptor (HID 1.11 §6.2.2). Constant fields are padding and left out; features are not looked at. */
export function parseReportDescriptor(bytes: Uint8Array): Parsed<ReportDescriptor, DescriptorFault> {
  const inputs: HidField[] = [];
  const outputs: HidField[] = [];
  const bitsOf = { input: new Map<number, number>(), output: new Map<number, number>() };
  let globals: Globals = { page: 0, least: 0, size: 0, count: 0, report: 0 };
  const pushed: Globals[] = [];
  let usages: number[] = [];
  let range: { from?: number; to?: number } = {};
  let depth = 0;
  let numbered = false;
  const bad = (fault: DescriptorFault, at: number) => ({ ok: false, fault, at }) as const;
  if (bytes.length === 0) return bad('empty', 0);
  if (bytes.length > MOST_BYTES) return bad('too-many', MOST_BYTES);
  for (let at = 0; at < bytes.length; ) {
    const prefix = bytes[at]!;
    // A long item: its length follows; nothing is defined for them (§6.2.2.3).
    const long = prefix === 0xfe;
    const length = long ? (bytes[at + 1] ?? 0) + 2 : [0, 1, 2, 4][prefix & 3]!;
    if (at + 1 + length > bytes.length) return bad('truncated', at);
    const unsigned = long ? 0 : little(bytes, at + 1, length);
    const item = long ? -1 : prefix & 0xfc;
    switch (item) {
      case 0x04:
        globals = { ...globals, page: unsigned & 0xffff };
        break;
      case 0x14:
        globals = { ...globals, least: signed(unsigned, length) };
        break;
      case 0x74:
        globals = { ...globals, size: unsigned };
        break;
      case 0x84:
        globals = { ...globals, report: unsigned & 0xff };
        numbered = true;
        break;
      case 0x94:
        globals = { ...globals, count: unsigned };
        break;
      case 0xa4:
        if (pushed.length >= MOST_PUSHES) return bad('too-deep', at);
        pushed.push(globals);
        break;
      case 0xb4: {
        const back = pushed.pop();
        if (back === undefined) return bad('unbalanced', at);
        globals = back;
        break;
      }
      case 0x08:
        if (usages.length >= MOST_FIELDS) return bad('too-many', at);
        usages.push(usageOf(globals.page, unsigned, length));
        break;
      case 0x18:
        range = { ...range, from: usageOf(globals.page, unsigned, length) };
        break;
      case 0x28:
        range = { ...range, to: usageOf(globals.page, unsigned, length) };
        break;
      case 0x80:
      case 0x90: {
        const bits = item === 0x80 ? bitsOf.input : bitsOf.output;
        const fields = item === 0x80 ? inputs : outputs;
        const first = bits.get(globals.report) ?? 0;
        const all = globals.size * globals.count;
        if (globals.size > 32 || first + all > MOST_BITS) return bad('too-many', at);
        bits.set(globals.report, first + all);
        if ((unsigned & 1) === 0) {
          const named = [...usages, ...spread(range)];
          if (fields.length + globals.count > MOST_FIELDS) return bad('too-many', at);
          for (let i = 0; i < globals.count; i++) fields.push(fieldOf(globals, first, i, named, unsigned));
        }
        usages = [];
        range = {};
        break;
      }
      case 0xa0:
        depth++;
        usages = [];
        range = {};
        break;
      case 0xc0:
        if (depth-- === 0) return bad('unbalanced', at);
        usages = [];
        range = {};
        break;
      case 0xb0: // a feature report
        usages = [];
        range = {};
        break;
      default: // physical units, strings, delimiters, long items: they change nothing that is read here
        break;
    }
    at += 1 + length;
  }
  const outputBytes = new Map([...bitsOf.output].map(([report, bits]) => [report, Math.ceil(bits / 8)]));
  return { ok: true, value: { inputs, outputs, outputBytes, numbered } };
}

function fieldOf(globals: Globals, first: number, i: number, usages: readonly number[], flags: number): HidField {
  const variable = (flags & 2) !== 0;
  // fewer usages than fields: the last one is all the others' (§6.2.2.8)
  const own = usages[Math.min(i, usages.length - 1)];
  return {
    report: globals.report,
    bit: first + i * globals.size,
    bits: globals.size,
    usages: variable ? (own === undefined ? [] : [own]) : usages,
    kind: variable ? 'variable' : 'array',
    relative: (flags & 4) !== 0,
    least: globals.least,
  };
}

/** A usage of four octets brings its page along (§6.2.2.8). */
function usageOf(page: number, value: number, length: number): number {
  return length === 4 ? value : ((page << 16) | (value & 0xffff)) >>> 0;
}

function spread({ from, to }: { from?: number; to?: number }): readonly number[] {
  if (from === undefined || to === undefined || to < from) return [];
  return Array.from({ length: Math.min(to - from + 1, MOST_FIELDS) }, (_, i) => from + i);
}

function little(bytes: Uint8Array, at: number, length: number): number {
  let value = 0;
  for (let i = 0; i < length; i++) value += bytes[at + i]! * 2 ** (8 * i);
  return value;
}

function signed(value: number, length: number): number {
  const limit = 2 ** (8 * length);
  return length > 0 && value >= limit / 2 ? value - limit : value;
}
