import type { DeviceError } from '@switchhook/device-file';
import { kernelNow } from '@switchhook/device-file/evdev';
import type { DeviceEvent, LampLight } from '@switchhook/phone';
import { type AlarmClock, earliest, type Millis } from '@switchhook/sans-io';
import { Contacts, type ContactUse } from '../contacts.ts';
import type { LineWish } from '../gpio/structs.ts';
import { ledLevels } from '../leds.ts';
import { MatrixScanner, type ScanOut } from '../matrix-scanner.ts';
import { type ContactWiring, linesOf, type Wiring, wiringFaults } from '../wiring.ts';
import { findChip, type GpioChip, LineRequest, lineOf, listChips } from './gpio-chip.ts';
import { Reopened } from './reopen.ts';

/** How often the contacts are read without an edge: an edge may be lost, and an old kernel does not tell that a chip is gone. */
const LOOK_MS: Millis = 2000;
/** Shorter waits are spun: an alarm would come a millisecond late. */
const SPIN_MS: Millis = 0.3;

export interface KeypadOptions {
  readonly clock: AlarmClock;
  /** What a hand did, and when: it may be a little in the past. */
  readonly onEvent: (event: DeviceEvent, at: Millis) => void;
  /** What is wrong with this device in one line for the person; undefined = nothing any more. */
  readonly onFault: (line: string | undefined) => void;
  /** For who looks at the wires: what a contact is read as, bounces and all. */
  readonly onContact?: (line: string, closed: boolean) => void;
}

/** The lines of the wiring while the chip is there. */
interface Lines {
  readonly rows: LineRequest | undefined;
  readonly columns: LineRequest | undefined;
  readonly contacts: LineRequest | undefined;
  readonly leds: LineRequest | undefined;
  close(): void;
}

/** Keys, hook and lamps soldered to the lines of a GPIO chip. */
export class GpioKeypad {
  readonly #wiring: Wiring;
  readonly #options: KeypadOptions;
  readonly #scanner: MatrixScanner | undefined;
  readonly #contacts: Contacts;
  readonly #contactWires: readonly ContactWiring[];
  readonly #ledLines: readonly string[];
  readonly #lit = new Map<string, boolean>();
  readonly #lines: Reopened<Lines>;
  #lastAt: Millis = 0;
  #lookAt: Millis | undefined;
  #takeBack: () => void = () => {};
  #stuck: string | undefined;

  /** A wiring with faults throws: check it with `wiringFaults` first. */
  constructor(wiring: Wiring, options: KeypadOptions) {
    const [wrong] = wiringFaults(wiring);
    if (wrong !== undefined) throw new Error(wrong);
    this.#wiring = wiring;
    this.#options = options;
    const { matrix, keys, hook } = wiring;
    this.#scanner = matrix === undefined ? undefined : new MatrixScanner(matrix.keys, matrix);
    const uses = new Map<string, ContactUse>(keys.map(({ line, key, rest }) => [line, { type: 'key', key, rest }]));
    if (hook !== undefined) uses.set(hook.line, { type: 'hook', lifted: hook.lifted });
    this.#contacts = new Contacts(uses, wiring.keyDebounceMs ?? 20, hook);
    this.#contactWires = [...keys, ...(hook === undefined ? [] : [hook])];
    this.#ledLines = Object.values(wiring.lamps).flatMap(({ green, red }) =>
      [green, red].filter((line) => line !== undefined),
    );
    this.#lines = new Reopened<Lines>({
      clock: options.clock,
      open: (gone) => this.#open(gone),
      opened: () => this.#opened(),
      fault: (line) => options.onFault(line),
      lost: () => this.#lost(),
    });
  }

  /** Open the lines and begin; what cannot be opened is a fault and is tried again. */
  start(): void {
    this.#lines.start();
  }

  /** Let these lamps shine so from now on. */
  light(lights: readonly LampLight[]): void {
    const levels = ledLevels(lights, this.#wiring.lamps);
    for (const { line, on } of levels) this.#lit.set(line, on);
    const values = new Map(levels.map(({ line, on }) => [this.#ledLines.indexOf(line), on]));
    this.#lines.use(({ leds }) => leds?.set(values));
  }

  /** Let go of the lines; the lamps stay as they are. */
  close(): void {
    this.#takeBack();
    this.#lines.close();
  }

  #open(gone: (error: DeviceError) => void): Lines {
    const wiring = this.#wiring;
    const chip = findChip(
      linesOf(wiring).map(({ line }) => line),
      wiring.chip,
      listChips(),
    );
    const open: LineRequest[] = [];
    const request = (wishes: readonly LineWish[]) => {
      if (wishes.length === 0) return undefined;
      const lines = LineRequest.open(chip, wishes);
      open.push(lines);
      return lines;
    };
    const close = () => {
      for (const lines of open) lines.close();
    };
    try {
      const lines = {
        rows: request(rowWishes(chip, wiring)),
        columns: request(columnWishes(chip, wiring)),
        contacts: request(this.#contactWires.map((wire) => contactWish(chip, wire))),
        leds: request(ledWishes(chip, wiring, this.#lit)),
        close,
      };
      lines.columns?.listen(() => this.#scanned(this.#scanner!.receive({ type: 'edge' }, this.#now())), gone);
      lines.contacts?.listen((event) => {
        const wire = this.#contactWires.find(({ line }) => lineOf(chip, line)?.offset === event.offset);
        if (wire === undefined) return;
        const at = this.#at(event.atMs);
        this.#options.onContact?.(wire.line, event.high);
        this.#tell(this.#contacts.receive({ type: 'moved', contact: wire.line, closed: event.high }, at), at);
        this.#wait();
      }, gone);
      return lines;
    } catch (error) {
      close();
      throw error;
    }
  }

  /** The lines are there: look at all contacts and arm the matrix. */
  #opened(): void {
    this.#look();
    if (this.#scanner !== undefined) this.#scanned(this.#scanner.start(this.#now()));
    this.#wait();
  }

  #lost(): void {
    this.#takeBack();
    this.#lookAt = undefined;
    const now = this.#now();
    this.#tell(this.#scanner?.stop() ?? [], now);
    this.#tell(this.#contacts.receive({ type: 'away' }, now), now);
  }

  #look(): void {
    const now = this.#now();
    this.#lookAt = now + LOOK_MS;
    this.#lines.use(({ contacts, columns }) => {
      const levels = (contacts ?? columns)?.get() ?? []; // either throws when the chip is gone
      if (contacts === undefined) return;
      const closed = new Map(this.#contactWires.map(({ line }, i) => [line, levels[i] === true]));
      for (const [line, level] of closed) this.#options.onContact?.(line, level);
      this.#tell(this.#contacts.receive({ type: 'levels', closed }, now), now);
    });
  }

  #scanned(outs: readonly ScanOut[]): void {
    for (const out of outs) {
      switch (out.type) {
        case 'drive':
          this.#drive(out.row);
          break;
        case 'read':
          this.#lines.use(({ columns }) => {
            const closed = columns?.get() ?? [];
            this.#scanned(this.#scanner!.receive({ type: 'columns', closed }, this.#now()));
          });
          break;
        case 'key':
          if (this.#stuck !== undefined) this.#notStuck();
          this.#options.onEvent(out, this.#now());
          break;
        case 'stuck':
          this.#stuck = `key ${out.keys.join(', ')} has been down for half a minute: is it stuck? The others work`;
          this.#options.onFault(this.#stuck);
          break;
        default:
          out satisfies never;
          throw new Error('unknown scan output');
      }
    }
    this.#spin();
    this.#wait();
  }

  #drive(row: number | 'all'): void {
    const count = this.#wiring.matrix?.rows.length ?? 0;
    const values = new Map(Array.from({ length: count }, (_, i) => [i, row === 'all' || row === i]));
    this.#lines.use(({ rows }) => rows?.set(values));
  }

  /** Wires settle in microseconds. */
  #spin(): void {
    const at = this.#scanner?.deadline;
    if (at === undefined || at - this.#now() > SPIN_MS || this.#lines.device === undefined) return;
    while (this.#now() < at) {
      // the clock itself takes its microsecond
    }
    this.#scanned(this.#scanner!.wake(this.#now()));
  }

  #wait(): void {
    this.#takeBack();
    this.#takeBack = () => {};
    if (this.#lines.device === undefined) return;
    const at = earliest(this.#scanner?.deadline, this.#contacts.deadline, this.#lookAt);
    if (at === undefined) return;
    this.#takeBack = this.#options.clock.alarm(at, () => {
      const now = this.#now();
      this.#tell(this.#contacts.wake(now), now);
      if (this.#lookAt !== undefined && now >= this.#lookAt) this.#look();
      if (this.#scanner !== undefined) this.#scanned(this.#scanner.wake(now));
      this.#wait();
    });
  }

  #tell(events: readonly DeviceEvent[], at: Millis): void {
    for (const event of events) this.#options.onEvent(event, at);
  }

  #notStuck(): void {
    this.#stuck = undefined;
    this.#options.onFault(undefined);
  }

  #now(): Millis {
    this.#lastAt = Math.max(this.#lastAt, this.#options.clock.now());
    return this.#lastAt;
  }

  /** A moment of the kernel's clock on ours; never before what was told already. */
  #at(kernelMs: Millis): Millis {
    const now = this.#options.clock.now();
    this.#lastAt = Math.max(this.#lastAt, Math.min(now, now - (kernelNow() - kernelMs)));
    return this.#lastAt;
  }
}

function offsetOf(chip: GpioChip, name: string): number {
  return lineOf(chip, name)!.offset; // findChip has seen it
}

function rowWishes(chip: GpioChip, { matrix }: Wiring): LineWish[] {
  if (matrix === undefined) return [];
  const low = matrix.drive === 'low';
  return matrix.rows.map((name) => ({
    offset: offsetOf(chip, name),
    direction: 'output',
    activeLow: low,
    drive: low ? 'open-drain' : 'open-source',
    bias: low ? 'pull-up' : 'pull-down',
    value: true,
  }));
}

function columnWishes(chip: GpioChip, { matrix }: Wiring): LineWish[] {
  if (matrix === undefined) return [];
  const low = matrix.drive === 'low';
  return matrix.columns.map((name) => ({
    offset: offsetOf(chip, name),
    direction: 'input',
    activeLow: low,
    bias: low ? 'pull-up' : 'pull-down',
    edges: true,
  }));
}

function contactWish(chip: GpioChip, { line, pull, closed }: ContactWiring): LineWish {
  const bias = pull === 'none' ? 'none' : (`pull-${pull}` as const);
  return { offset: offsetOf(chip, line), direction: 'input', activeLow: closed === 'low', bias, edges: true };
}

function ledWishes(chip: GpioChip, { lamps }: Wiring, lit: ReadonlyMap<string, boolean>): LineWish[] {
  return Object.values(lamps).flatMap(({ green, red, lit: level }) =>
    [green, red]
      .filter((line) => line !== undefined)
      .map((line) => ({
        offset: offsetOf(chip, line),
        direction: 'output' as const,
        activeLow: level === 'low',
        drive: 'push-pull' as const,
        bias: 'as-is' as const,
        value: lit.get(line) ?? false,
      })),
  );
}
