import assert from 'node:assert/strict';
import { test } from 'uvu';
import { Hd44780 } from './hd44780.ts';
import { romCodes } from './transliterate.ts';

/** The display's own side: takes what is on the wires when E falls, four bits at a time, as the data sheet says. */
class Glass {
  readonly memory = new Array<number>(128).fill(0x20);
  on = false;
  /** Octets that came over the bus. */
  octets = 0;
  #address = 0;
  #fourBits = false;
  #high: number | undefined;
  #last = 0;

  take(bytes: Uint8Array): void {
    this.octets += bytes.length;
    for (const wires of bytes) {
      assert.equal(wires & 0x0a, 0x08, 'always written to, backlight on');
      if ((this.#last & 4) !== 0 && (wires & 4) === 0) this.#clock(wires >> 4, (wires & 1) === 1);
      this.#last = wires;
    }
  }

  line(row: number, columns: number): string {
    return String.fromCharCode(...this.memory.slice(row * 0x40, row * 0x40 + columns));
  }

  #clock(bits: number, character: boolean): void {
    if (!this.#fourBits) {
      if (bits === 2) this.#fourBits = true;
      else assert.equal(bits, 3);
    } else if (this.#high === undefined) this.#high = bits;
    else {
      this.#obey((this.#high << 4) | bits, character);
      this.#high = undefined;
    }
  }

  #obey(value: number, character: boolean): void {
    if (character) this.memory[this.#address++] = value;
    else if (value >= 0x80) this.#address = value & 0x7f;
    else if (value === 1) this.memory.fill(0x20);
    else if (value === 0x0c) this.on = true;
    else assert.ok(value === 0x28 || value === 0x06, `command ${value}`);
  }
}

function stand(columns = 16) {
  const display = new Hd44780(columns);
  const glass = new Glass();
  let now = 0;
  const run = (limit = Number.POSITIVE_INFINITY) => {
    while (display.deadline !== undefined && display.deadline <= limit) {
      now = Math.max(now, display.deadline);
      for (const { bytes } of display.wake(now)) glass.take(bytes);
    }
    return now;
  };
  const show = (...lines: string[]) => {
    for (const { bytes } of display.receive({ type: 'show', lines }, now)) glass.take(bytes);
  };
  return { display, glass, run, show, open: () => display.receive({ type: 'opened' }, now) };
}

test('display: it starts by instruction, in the order of the data sheet', () => {
  const { display } = stand();
  display.receive({ type: 'opened' }, 0);
  const seen: string[] = [];
  while (display.deadline !== undefined) {
    const at = display.deadline;
    for (const { bytes } of display.wake(at)) seen.push(`${at}:${Buffer.from(bytes).toString('hex')}`);
  }
  assert.deepEqual(seen, [
    '50:3c38',
    '55:3c38',
    '56:3c38',
    '57:2c28',
    '58:2c288c88',
    '59:0c081c18',
    '61:0c086c68',
    '62:0c08ccc8',
  ]);
});

test('display: two lines stand where they belong, cut at the edge', () => {
  const { glass, run, show, open } = stand();
  open();
  show('Transfer to?', 'A name that is longer than the glass');
  run();
  assert.ok(glass.on);
  assert.deepEqual([glass.line(0, 16), glass.line(1, 16)], ['Transfer to?    ', 'A name that is l']);
});

test('display: what stands already sends nothing, and a digit more sends one burst', () => {
  const { glass, run, show, open } = stand();
  open();
  show('Dial', '02');
  run();
  const before = glass.octets;
  show('Dial', '02');
  run();
  assert.equal(glass.octets, before);
  show('Dial', '021');
  run();
  assert.equal(glass.octets - before, 4 + 4 * 4);
  assert.equal(glass.line(1, 16), '021             ');
});

test('display: a write is short, and a text that is overtaken is not finished', () => {
  const { display, glass, run, show, open } = stand(20);
  open();
  run();
  const before = glass.octets;
  show('aaaaaaaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbbbbbbb');
  const [first] = display.wake(display.deadline!);
  assert.ok(first!.bytes.length <= 20);
  glass.take(first!.bytes);
  show('', '');
  run();
  assert.deepEqual([glass.line(0, 20), glass.line(1, 20)], [' '.repeat(20), ' '.repeat(20)]);
  assert.equal(glass.octets - before, 40, 'four letters and four blanks');
});

test('display: one that comes back is started anew and shows what it should', () => {
  const { glass, run, show, open } = stand();
  open();
  show('In call', 'Bob');
  run();
  const other = new Glass();
  glass.take = other.take.bind(other);
  open();
  run();
  assert.deepEqual([other.line(0, 16), other.line(1, 16), other.on], ['In call         ', 'Bob             ', true]);
});

test('display: at the end the glass is blank', () => {
  const { display, glass, run, show, open } = stand();
  assert.deepEqual(display.farewell(), []);
  open();
  show('In call', 'Bob');
  run();
  for (const { bytes } of display.farewell()) glass.take(bytes);
  assert.equal(glass.line(0, 16), ' '.repeat(16));
  show('too late');
  assert.equal(display.deadline, undefined);
});

test('display: text before it is there waits for it', () => {
  const { display, show } = stand();
  show('early');
  assert.equal(display.deadline, undefined);
});

test('display: letters that the ROM lacks become those that a reader takes for them', () => {
  const told = (text: string) => String.fromCharCode(...romCodes(text));
  assert.equal(told('Zoë Ångström, Łódź, Æsop'), 'Zoe Angstr\xefm, Lodz, AEsop');
  assert.equal(told('Müller ß Ñandú'), 'M\xf5ller \xe2 Nandu');
  assert.equal(told('Жуков Щёлково'), 'Zhukov Shchyolkovo');
  assert.equal(told('Γιώργος'), 'Giorgos');
  assert.equal(told('“so” – it’s 5 €…'), '"so" - it\'s 5 EUR...');
  assert.equal(told('東京 \u{1f600}\u0007 a~b\\c'), '?? ?? a-b/c');
});

test.run();
