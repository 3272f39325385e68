import assert from 'node:assert/strict';
import { Hook, Matrix } from '@switchhook/gpio-keypad';
import type { Intent } from '@switchhook/phone';
import { test } from 'uvu';
import { keyTableOf } from '../src/configuration/key-table.ts';
import { readKeys } from '../src/terminal/keys.ts';
import { Office, type Phone } from './office.ts';

const SCAN_MS = 5;
const PAD = [
  ['1', '2', '3', 'line1'],
  ['4', '5', '6', 'line2'],
  ['7', '8', '9', 'R3C4'],
  ['*', '0', '#', 'cancel'],
];

/** A keypad's contacts and a hook's, scanned every few milliseconds, with the hands of a phone behind them. */
class Contacts {
  readonly #matrix = new Matrix(PAD);
  readonly #hook = new Hook();
  readonly #closed = PAD.map((row) => row.map(() => false));
  #lifted = false;

  constructor(office: Office, phone: Phone) {
    const scan = (): void => {
      const now = office.clock.now();
      const closed = this.#closed.map((row) => [...row]);
      for (const event of this.#matrix.receive({ closed }, now)) phone.hands.take(event, now);
      for (const event of this.#hook.receive({ lifted: this.#lifted }, now)) phone.hands.take(event, now);
      office.clock.alarm(now + SCAN_MS, scan);
    };
    office.clock.alarm(office.clock.now(), scan);
    this.press = (key, heldMs = 80) => {
      const row = PAD.findIndex((keys) => keys.includes(key));
      const column = PAD[row]!.indexOf(key);
      // A contact bounces: closed, open for a moment, closed.
      for (const level of [true, false, true]) {
        this.#closed[row]![column] = level;
        office.clock.advance(4);
      }
      office.clock.advance(heldMs);
      this.#closed[row]![column] = false;
      office.clock.advance(100);
    };
    this.lift = (lifted) => {
      this.#lifted = lifted;
      office.clock.advance(100);
    };
  }

  readonly press: (key: string, heldMs?: number) => void;
  readonly lift: (lifted: boolean) => void;
}

/** An office in which 1001 has called 1000, the receptionist; 9999 answers what rings. */
function open(keys?: Parameters<typeof keyTableOf>[0]['keys']) {
  const office = new Office();
  const [desk, caller, specialist] = [
    office.phone('1000', keyTableOf({ keys: keys ?? [] })),
    office.phone('1001'),
    office.phone('9999'),
  ];
  const ask = (phone: Phone, intent: Intent) =>
    phone.runtime.submit(intent, { door: 'control', client: 'test', role: 'local' });
  specialist.runtime.subscribe({
    snapshot: ({ lines }) => {
      if (lines.some((line) => line.state === 'ringing')) ask(specialist, { verb: 'call.answer' });
    },
  });
  const outcomes: string[] = [];
  desk.runtime.subscribe({
    notice: ({ event_type, evidence }) => {
      if (/^transfer(Completed|Failed|Unknown)$/.test(event_type)) outcomes.push(`${event_type} ${evidence}`);
    },
  });
  ask(caller, { verb: 'call.dial', to: '1000' });
  office.clock.advance(200);
  assert.deepEqual(desk.lines, ['ringing']);
  return { office, desk, caller, specialist, outcomes };
}

function assertTransferred({ desk, caller, specialist, outcomes }: ReturnType<typeof open>): void {
  assert.deepEqual(outcomes, ['transferCompleted notify']);
  assert.deepEqual([desk.lines, caller.lines, specialist.lines], [[], ['talking'], ['talking']]);
}

test('one path: a matrix and a hook, scanned and bouncing, answer the caller and hand him over', () => {
  const night = open([{ key: 'R3C4', does: 'transfer' }]);
  const { office, desk } = night;
  const contacts = new Contacts(office, desk);
  office.clock.advance(100);
  contacts.lift(true);
  office.clock.advance(300);
  assert.deepEqual(desk.lines, ['talking']);
  contacts.press('R3C4');
  office.clock.advance(300);
  for (const digit of '9999#') contacts.press(digit);
  office.clock.advance(500);
  assert.deepEqual(desk.lines, ['held', 'talking']);
  contacts.press('R3C4');
  office.clock.advance(6000);
  contacts.lift(false);
  office.clock.advance(1000);
  assertTransferred(night);
  assert.deepEqual(desk.wanted, [
    'keys hook.lift',
    'keys key.transfer',
    ...Array<string>(5).fill('keys key.digit'),
    'keys key.transfer',
    'keys hook.put-down',
  ]);
});

test('one path: a key held for a second is a long press, which is a blind transfer behind a number', () => {
  const night = open([{ key: 'R3C4', does: 'transfer' }]);
  const { office, desk } = night;
  const contacts = new Contacts(office, desk);
  office.clock.advance(100);
  contacts.lift(true);
  office.clock.advance(300);
  contacts.press('R3C4');
  office.clock.advance(300);
  for (const digit of '9999') contacts.press(digit);
  contacts.press('R3C4', 1200);
  office.clock.advance(6000);
  assertTransferred(night);
  assert.equal(desk.wanted.at(-1), 'keys key.transfer-long');
});

test('one path: handset down while the specialist talks hands over', () => {
  const night = open();
  const { office, desk } = night;
  const contacts = new Contacts(office, desk);
  office.clock.advance(100);
  contacts.lift(true);
  office.clock.advance(300);
  desk.hands.take({ type: 'hook', act: 'flash' });
  office.clock.advance(300);
  for (const digit of '9999#') contacts.press(digit);
  office.clock.advance(500);
  contacts.lift(false);
  office.clock.advance(8000);
  assertTransferred(night);
});

/** Type into the phone's terminal. */
function type(office: Office, desk: Phone, text: string, thenMs = 500): void {
  for (const press of readKeys(text, desk.runtime.snapshot().hook, office.clock.now())) {
    if (press.type === 'hand') desk.hands.take(press.event, press.at);
  }
  office.clock.advance(thenMs);
}

test('one path: the terminal is such a keypad: a key with a bound long press acts at once', () => {
  const night = open();
  const { office, desk } = night;
  type(office, desk, ' ');
  type(office, desk, 't');
  type(office, desk, '9999', 300);
  type(office, desk, 't', 0);
  assert.equal(desk.wanted.at(-1), 'keys key.transfer', 'not after a second, nor on a release that never comes');
  office.clock.advance(500);
  type(office, desk, 't', 6000);
  assertTransferred(night);
});

test('one path: T in the terminal is the long press: the caller goes to the number unasked', () => {
  const night = open();
  const { office, desk } = night;
  type(office, desk, ' ');
  type(office, desk, 't');
  type(office, desk, '9999', 300);
  type(office, desk, 'T', 6000);
  assertTransferred(night);
});

test("one path: the terminal's b is the headset's button: short answers, double starts, triple hands over", () => {
  const night = open();
  const { office, desk } = night;
  type(office, desk, 'b');
  assert.deepEqual(desk.lines, ['talking']);
  type(office, desk, 'bb');
  type(office, desk, '9999#');
  type(office, desk, 'bbb', 6000);
  assertTransferred(night);
  assert.deepEqual(
    desk.wanted.filter((want) => want.startsWith('headset')),
    ['headset headset.short', 'headset headset.double', 'headset headset.triple'],
  );
});

test("one path: B in the terminal holds the headset's button for a second: hold, and take back", () => {
  const { office, desk } = open();
  type(office, desk, 'b');
  type(office, desk, 'B');
  assert.deepEqual(desk.lines, ['held']);
  type(office, desk, 'B');
  assert.deepEqual(desk.lines, ['talking']);
});

test('phone-ux §4.7: a short press waits for a second one only where a double means something', () => {
  const { office, desk } = open();
  type(office, desk, 'b', 0);
  assert.deepEqual(desk.wanted, ['headset headset.short'], 'a ringing phone is answered at once');
  office.clock.advance(500);
  type(office, desk, 'b', 300);
  assert.equal(desk.wanted.length, 1);
  office.clock.advance(100);
  assert.deepEqual(desk.wanted.slice(1), ['headset headset.short']);
});

test('presses that are heard of late count by their own times: three in a row are a triple on a stalled machine', () => {
  const { office, desk } = open();
  type(office, desk, 'b');
  const began = office.clock.now();
  office.clock.advance(2000);
  for (const [afterMs, edge] of [
    [0, 'down'],
    [80, 'up'],
    [230, 'down'],
    [310, 'up'],
    [460, 'down'],
  ] as const)
    desk.hands.take({ type: 'button', edge }, began + afterMs);
  office.clock.advance(1000);
  assert.deepEqual(desk.wanted.slice(1), ['headset headset.triple']);
});

test("keys[]: a configured key means what the file says, also in the terminal, and a device's own name can be bound", () => {
  const { office, desk } = open([
    { key: 'hold', does: 'mute' },
    { key: 'R9C9', does: 'hook-lift' },
  ]);
  desk.hands.take({ type: 'key', key: 'R9C9', edge: 'down' });
  office.clock.advance(300);
  type(office, desk, 'h');
  assert.deepEqual(desk.wanted, ['keys hook.lift', 'keys key.mute']);
  assert.deepEqual(desk.lines, ['talking']);
});

test('a refused wish of a hand is told to whoever watches the hands', () => {
  const office = new Office();
  const desk = office.phone('1000');
  const told: string[] = [];
  desk.hands.onOutcome = (outcome) => {
    if (outcome.name === 'failed') told.push(outcome.error.message);
  };
  type(office, desk, 'h');
  assert.equal(told.length, 1);
});

test('a phone whose hands are let go of waits for nothing', () => {
  const { office, desk } = open();
  type(office, desk, 'b');
  const before = office.clock.pending;
  type(office, desk, 'b', 0);
  assert.equal(office.clock.pending, before + 1);
  desk.hands.close();
  assert.equal(office.clock.pending, before);
  office.clock.advance(1000);
  assert.equal(desk.wanted.length, 1);
});

test.run();
