/** What an input device reports: a key or a switch moved. */
export interface InputEdge {
  readonly kind: 'key' | 'switch';
  /** `KEY_…` or `SW_…` as a number (linux/input-event-codes.h). */
  readonly code: number;
  /** A key is pressed, a switch is on. */
  readonly down: boolean;
  /** When the kernel saw it, ms of the clock the device was told to use; CLOCK_MONOTONIC after `InputDevice.open`. */
  readonly atMs: number;
}

/** Which keys and switches are down now. */
export interface InputLevels {
  readonly keys: ReadonlySet<number>;
  readonly switches: ReadonlySet<number>;
}

/** What a chunk of bytes meant; `dropped` = events were lost: read the levels and give them to `resync`. */
export type InputReport = InputEdge | { readonly kind: 'dropped' };

const EV_SYN = 0;
const EV_KEY = 1;
const EV_SW = 5;
const SYN_REPORT = 0;
const SYN_DROPPED = 3;

/**
 * `struct input_event` as edges: time (two longs: s, µs), type u16, code u16, value s32. Repeats of a held key and edges
 * that change nothing are left out. After SYN_DROPPED everything up to the next SYN_REPORT is rubbish by the kernel's own
 * word (Documentation/input/event-codes), and the true levels must be asked for.
 */
export class InputDecoder {
  readonly #longBytes: 4 | 8;
  readonly #down = { key: new Set<number>(), switch: new Set<number>() };
  #rest: Uint8Array = new Uint8Array(0);
  #dropping = false;

  /** `longBytes`: octets of a C long, 8 on a 64-bit system. */
  constructor(longBytes: 4 | 8 = 8) {
    this.#longBytes = longBytes;
  }

  /** Octets of one event: 24, or 16 on a 32-bit system. */
  get eventBytes(): number {
    return 2 * this.#longBytes + 8;
  }

  /** Bytes as they come, cut anywhere. */
  receive(chunk: Uint8Array): InputReport[] {
    const bytes = this.#rest.length === 0 ? chunk : joined(this.#rest, chunk);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const reports: InputReport[] = [];
    const size = this.eventBytes;
    let at = 0;
    for (; at + size <= bytes.length; at += size) {
      const type = view.getUint16(at + size - 8, true);
      const code = view.getUint16(at + size - 6, true);
      const value = view.getInt32(at + size - 4, true);
      if (type === EV_SYN && code === SYN_DROPPED) {
        this.#dropping = true;
      } else if (type === EV_SYN && code === SYN_REPORT && this.#dropping) {
        this.#dropping = false;
        reports.push({ kind: 'dropped' });
      } else if (!this.#dropping && (type === EV_KEY || type === EV_SW) && (value === 0 || value === 1)) {
        reports.push(...this.#moved(type === EV_KEY ? 'key' : 'switch', code, value === 1, this.#time(view, at)));
      }
    }
    this.#rest = bytes.slice(at);
    return reports;
  }

  /** The levels as the device tells them: at the start, or after `dropped`. The edges that lead there from what was known. */
  resync({ keys, switches }: InputLevels, atMs: number): InputEdge[] {
    const edges: InputEdge[] = [];
    for (const [kind, now] of [
      ['key', keys],
      ['switch', switches],
    ] as const) {
      for (const code of this.#down[kind]) if (!now.has(code)) edges.push(...this.#moved(kind, code, false, atMs));
      for (const code of now) edges.push(...this.#moved(kind, code, true, atMs));
    }
    return edges;
  }

  #moved(kind: 'key' | 'switch', code: number, down: boolean, atMs: number): InputEdge[] {
    const known = this.#down[kind];
    if (known.has(code) === down) return [];
    if (down) known.add(code);
    else known.delete(code);
    return [{ kind, code, down, atMs }];
  }

  #time(view: DataView, at: number): number {
    if (this.#longBytes === 4) return view.getUint32(at, true) * 1000 + view.getUint32(at + 4, true) / 1000;
    return Number(view.getBigInt64(at, true)) * 1000 + Number(view.getBigInt64(at + 8, true)) / 1000;
  }
}

/** The numbers of the bits that are set: the answer of EVIOCGKEY and EVIOCGSW. */
export function setBits(bytes: Uint8Array): Set<number> {
  const found = new Set<number>();
  for (const [i, octet] of bytes.entries())
    for (let bit = 0; bit < 8; bit++) if (((octet >> bit) & 1) === 1) found.add(8 * i + bit);
  return found;
}

/** `struct input_event` as the kernel would write it: for stand-ins and tests. Each edge with its SYN_REPORT. */
export function encodeInput(edges: readonly InputEdge[], longBytes: 4 | 8 = 8): Uint8Array {
  const size = 2 * longBytes + 8;
  const bytes = new Uint8Array(edges.length * 2 * size);
  const view = new DataView(bytes.buffer);
  for (const [i, { kind, code, down, atMs }] of edges.entries()) {
    for (const at of [i * 2 * size, (i * 2 + 1) * size]) {
      view.setUint32(at, Math.floor(atMs / 1000), true);
      view.setUint32(at + longBytes, Math.round((atMs % 1000) * 1000), true);
    }
    const at = i * 2 * size + 2 * longBytes;
    view.setUint16(at, kind === 'key' ? EV_KEY : EV_SW, true);
    view.setUint16(at + 2, code, true);
    view.setInt32(at + 4, down ? 1 : 0, true);
  }
  return bytes;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
