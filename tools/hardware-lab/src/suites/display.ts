import assert from 'node:assert/strict';
import { closeSync, openSync, readSync, writeFileSync } from 'node:fs';
import { I2cDisplay } from '@switchhook/gpio-keypad/node';
import { monotonicClock } from '@switchhook/sip-core/node';
import type { Suite } from '../guest/suite.ts';
import { until } from '../guest/until.ts';

const AGAINST = 'i2c-dev + recording I2C adapter';
const BUS = '/dev/i2c-0';
const RECORD = '/dev/i2c-record';
const COLUMNS = 16;

/**
 * The glass: an HD44780 behind a PCF8574 port expander, from the bytes that were on the bus (Hitachi's data sheet, 4-bit interface). Bits of
 * the expander: 0 RS, 1 RW, 2 E, 3 backlight, 4 to 7 data; a nibble is taken when E falls.
 */
class Glass {
  readonly #rows: string[][] = [0, 1].map(() => Array<string>(40).fill(' '));
  #wide = true;
  #high: number | undefined;
  #address = 0;
  #before = 0;
  light = false;

  take(byte: number): void {
    this.light = (byte & 8) !== 0;
    if ((this.#before & 4) !== 0 && (byte & 4) === 0) this.#nibble(this.#before >> 4, (this.#before & 1) !== 0);
    this.#before = byte;
  }

  lines(): readonly string[] {
    return this.#rows.map((row) => row.slice(0, COLUMNS).join('').trimEnd());
  }

  #nibble(nibble: number, data: boolean): void {
    if (this.#wide) {
      if (nibble === 2) this.#wide = false;
      return;
    }
    if (this.#high === undefined) {
      this.#high = nibble;
      return;
    }
    const byte = (this.#high << 4) | nibble;
    this.#high = undefined;
    if (data) {
      const row = this.#rows[this.#address >= 0x40 ? 1 : 0]!;
      row[this.#address & 0x3f] = String.fromCharCode(byte);
      this.#address++;
    } else if (byte >= 0x80) this.#address = byte & 0x7f;
    else if (byte === 1) for (const row of this.#rows) row.fill(' ');
    else if (byte >> 4 === 3) this.#wide = true;
    if (!data && (byte === 1 || byte >> 1 === 1)) this.#address = 0;
  }
}

export const display: Suite = {
  name: 'display',
  limitS: 90,
  commands: {},
  async run(check) {
    const record = openSync(RECORD, 'r');
    const buffer = Buffer.alloc(1 << 16);
    let glass = new Glass();
    const look = () => {
      for (let length = 1; length > 0; ) {
        length = readSync(record, buffer, 0, buffer.length, null);
        for (const line of buffer.toString('latin1', 0, length).split('\n').filter(Boolean)) {
          const [address, bytes = ''] = line.split(':');
          if (address !== '27') throw new Error(`something was sent to ${address}`);
          for (const byte of bytes.trim().split(' ').filter(Boolean)) glass.take(Number.parseInt(byte, 16));
        }
      }
      return glass.lines();
    };
    const faults: (string | undefined)[] = [];
    const shown = new I2cDisplay({
      bus: BUS,
      address: 0x27,
      columns: COLUMNS,
      clock: monotonicClock,
      onFault: (fault) => faults.push(fault),
    });
    const shows = (...lines: readonly string[]) =>
      until(
        `the glass shows ${lines.join(' / ')}`,
        () => look().join('\n') === lines.join('\n'),
        10_000,
        () => look().join(' / '),
      );

    await check('§4.1: a display that does not answer is told, and its absence stops nothing', AGAINST, async () => {
      shown.start();
      await until('it is told', () => faults.at(-1) !== undefined);
      assert.match(faults.at(-1) ?? '', /display/);
      shown.show(['early', 'text']);
    });
    await check('§4.1: plugged in, it shows the text of now', AGAINST, async () => {
      writeFileSync(RECORD, '+27');
      await shows('early', 'text');
      assert.ok(glass.light, 'its light is on');
      assert.equal(faults.at(-1), undefined);
    });
    await check('§4.1: two lines of text, cut to the glass', AGAINST, async () => {
      shown.show(['1001 0:12', 'Transfer to 9999']);
      await shows('1001 0:12', 'Transfer to 9999');
      shown.show(['short', '']);
      await shows('short', '');
    });
    await check('§4.1: pulled out and put back, it is begun anew and shows the text of now', AGAINST, async () => {
      writeFileSync(RECORD, '-27');
      shown.show(['gone', '']);
      await until('the loss is told', () => faults.at(-1) !== undefined);
      look();
      glass = new Glass();
      writeFileSync(RECORD, '+27');
      await shows('gone', '');
    });
    shown.close();
    closeSync(record);
  },
};
