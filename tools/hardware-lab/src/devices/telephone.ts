import type { Wiring as DriverWiring } from '@switchhook/gpio-keypad';
import { GpioSim } from './gpio-sim.ts';
import { Wiring } from './wiring.ts';

const ROWS = ['row.1', 'row.2', 'row.3', 'row.4'] as const;
const COLUMNS = ['column.1', 'column.2', 'column.3', 'column.4'] as const;
/** The level at which each diode shines: line 2's are soldered to the supply. */
const LAMPS = {
  'lamp.line1.green': 1,
  'lamp.line1.red': 1,
  'lamp.line2.green': 0,
  'lamp.line2.red': 0,
  'lamp.message': 1,
} as const;
const HOOK = 'hook';
const MUTE = 'key.mute';

/** What is printed on the keys of the matrix. */
export const KEYS = [
  ['1', '2', '3', 'line1'],
  ['4', '5', '6', 'line2'],
  ['7', '8', '9', 'hold'],
  ['*', '0', '#', 'transfer'],
] as const;

/** The label of its chip. */
export const CHIP = 'telephone';

/**
 * How the telephone is soldered, for the driver and in the phone's configuration. The wiring's thread answers within a millisecond or two,
 * a real wire in microseconds: hence the time to settle, and a debounce
 * that two scans are enough for. The hook and the key of its own have resistors outside the chip.
 */
export const SOLDERED: DriverWiring = {
  chip: CHIP,
  matrix: { rows: ROWS, columns: COLUMNS, keys: KEYS, drive: 'low', settleMs: 12, debounceMs: 30 },
  keys: [{ key: 'mute', line: MUTE, pull: 'none', closed: 'low', rest: 'open' }],
  hook: { line: HOOK, pull: 'none', closed: 'low', lifted: 'open' },
  lamps: {
    line1: { green: 'lamp.line1.green', red: 'lamp.line1.red', lit: 'high' },
    line2: { green: 'lamp.line2.green', red: 'lamp.line2.red', lit: 'low' },
    message: { red: 'lamp.message', lit: 'high' },
  },
};

/** The same as it stands in the phone's configuration under `keypad`. */
export const CONFIGURED = {
  gpio: {
    chip: CHIP,
    matrix: SOLDERED.matrix,
    keys: SOLDERED.keys,
    hook: SOLDERED.hook,
    lamps: Object.entries(SOLDERED.lamps).map(([lamp, wiring]) => ({ lamp, ...wiring })),
  },
};

/** A telephone's case: a keypad of sixteen keys and one of its own, a hook switch and lamps, on one gpio-sim chip. */
export class Telephone {
  readonly #chip: GpioSim;
  readonly wires: Wiring;

  private constructor(lifted: boolean) {
    this.#chip = GpioSim.plug(CHIP, [...ROWS, ...COLUMNS, HOOK, MUTE, ...Object.keys(LAMPS)]);
    this.#chip.pull(HOOK, lifted ? 1 : 0);
    this.#chip.pull(MUTE, 1);
    this.wires = new Wiring(this.#chip, { driven: ROWS, read: COLUMNS, keys: KEYS, lamps: LAMPS });
  }

  /** Put one together, its handset resting or lifted. */
  static async build(lifted = false): Promise<Telephone> {
    const telephone = new Telephone(lifted);
    await telephone.wires.ready();
    return telephone;
  }

  lift(): void {
    this.#chip.pull(HOOK, 1);
  }

  putDown(): void {
    this.#chip.pull(HOOK, 0);
  }

  /** The key that has a wire of its own. */
  mute(down: boolean): void {
    this.#chip.pull(MUTE, down ? 0 : 1);
  }

  /** Whether the light-emitting diode at this line shines. */
  shines(line: keyof typeof LAMPS): boolean {
    return this.#chip.level(line) === LAMPS[line];
  }

  /** Take the chip out. */
  async scrap(): Promise<void> {
    await this.wires.cut();
    this.#chip.unplug();
  }
}
