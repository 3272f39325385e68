import type { Core, Millis } from '@switchhook/sans-io';
import { romCodes } from './transliterate.ts';

// The PCF8574 on the back: P0 = RS (1 = a character), P1 = R/W, P2 = E (the display takes P4–P7 when it falls), P3 = backlight.
const RS = 0x01;
const E = 0x04;
const BACKLIGHT = 0x08;
const CLEAR = 0x01;
const ENTRY_LEFT_TO_RIGHT = 0x06;
const ON_WITHOUT_CURSOR = 0x0c;
const FOUR_BITS_TWO_LINES = 0x28;
const SET_ADDRESS = 0x80;
/** Where the second line begins in the display's memory. */
const SECOND_LINE = 0x40;
/** Characters in one write: 1.8 ms of a bus of 100 kHz, for which the whole phone waits. */
const BURST = 4;
const BETWEEN_BURSTS_MS: Millis = 2;
const BLANK = 0x20;

/** Initialisation by instruction (HD44780U data sheet, figure 24): nibbles or bytes, each with the wait after it. */
const START: readonly { readonly nibble?: number; readonly command?: number; readonly waitMs: Millis }[] = [
  { waitMs: 50 }, // since it got its voltage
  { nibble: 3, waitMs: 5 },
  { nibble: 3, waitMs: 1 },
  { nibble: 3, waitMs: 1 },
  { nibble: 2, waitMs: 1 },
  { command: FOUR_BITS_TWO_LINES, waitMs: 1 },
  { command: CLEAR, waitMs: 2 },
  { command: ENTRY_LEFT_TO_RIGHT, waitMs: 1 },
  { command: ON_WITHOUT_CURSOR, waitMs: 1 },
];

/** `opened` = the display is there and knows nothing; `show` = what it is to say: at most two lines. */
export type DisplayIn = { readonly type: 'opened' } | { readonly type: 'show'; readonly lines: readonly string[] };

/** One write to the I2C expander. */
export interface DisplayOut {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Two lines of text on an HD44780 behind a PCF8574, in short writes. Only cells that differ are written: what stands
 * already costs nothing, and when the text changes while it is being written the old one is not finished first.
 */
export class Hd44780 implements Core<DisplayIn, DisplayOut> {
  readonly #columns: number;
  readonly #wanted: number[];
  readonly #shown: number[];
  /** The next step of the start; past its end, text is written. Undefined = not there. */
  #step: number | undefined;
  #at: Millis | undefined;

  /** `columns`: 16 or 20. */
  constructor(columns: number) {
    if (!(columns >= 8 && columns <= 40)) throw new Error(`a display of 8 to 40 columns, not ${columns}`);
    this.#columns = columns;
    this.#wanted = new Array<number>(2 * columns).fill(BLANK);
    this.#shown = [...this.#wanted];
  }

  get deadline(): Millis | undefined {
    return this.#at;
  }

  /** The write that leaves a blank glass behind; nothing before it is there. */
  farewell(): readonly DisplayOut[] {
    if (this.#step === undefined || this.#step < START.length) return [];
    this.#step = undefined;
    this.#at = undefined;
    return [{ bytes: Uint8Array.from(octet(CLEAR, 0)) }];
  }

  receive(input: DisplayIn, now: Millis): readonly DisplayOut[] {
    switch (input.type) {
      case 'opened':
        this.#step = 0;
        this.#shown.fill(BLANK);
        this.#at = now;
        return [];
      case 'show':
        for (const row of [0, 1]) {
          const codes = romCodes(input.lines[row] ?? '');
          for (let column = 0; column < this.#columns; column++)
            this.#wanted[row * this.#columns + column] = codes[column] ?? BLANK;
        }
        if (this.#step !== undefined && this.#at === undefined && this.#differs() !== undefined) this.#at = now;
        return [];
      default:
        input satisfies never;
        throw new Error('unknown display input');
    }
  }

  wake(now: Millis): readonly DisplayOut[] {
    if (this.#at === undefined || now < this.#at || this.#step === undefined) return [];
    const step = START[this.#step];
    if (step === undefined) return this.#write(now);
    this.#step++;
    this.#at = now + step.waitMs;
    if (step.nibble !== undefined) return [{ bytes: Uint8Array.from(nibble(step.nibble, 0)) }];
    return step.command === undefined ? [] : [{ bytes: Uint8Array.from(octet(step.command, 0)) }];
  }

  #write(now: Millis): DisplayOut[] {
    const from = this.#differs();
    if (from === undefined) {
      this.#at = undefined;
      return [];
    }
    const row = Math.floor(from / this.#columns);
    const end = Math.min(from + BURST, (row + 1) * this.#columns);
    const codes = this.#wanted.slice(from, end);
    for (const [i, code] of codes.entries()) this.#shown[from + i] = code;
    const address = SET_ADDRESS | (row * SECOND_LINE + (from - row * this.#columns));
    this.#at = this.#differs() === undefined ? undefined : now + BETWEEN_BURSTS_MS;
    return [{ bytes: Uint8Array.from([...octet(address, 0), ...codes.flatMap((code) => octet(code, RS))]) }];
  }

  /** The first cell that does not show what it should. */
  #differs(): number | undefined {
    const at = this.#wanted.findIndex((code, i) => code !== this.#shown[i]);
    return at < 0 ? undefined : at;
  }
}

function octet(value: number, rs: number): number[] {
  return [...nibble(value >> 4, rs), ...nibble(value & 15, rs)];
}

/** Put four bits on the wires with E up, then let E fall. */
function nibble(value: number, rs: number): number[] {
  const wires = (value << 4) | BACKLIGHT | rs;
  return [wires | E, wires];
}
