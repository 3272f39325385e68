import assert from 'node:assert/strict';
import { Contacts, type ContactUse, MatrixScanner, type ScanOut } from '@switchhook/gpio-keypad';
import type { DeviceEvent } from '@switchhook/phone';
import { SeededRandom } from '@switchhook/sans-io/testing';
import { test } from 'uvu';
import { Office, type Phone } from './office.ts';

const USES = new Map<string, ContactUse>([
  ['hook', { type: 'hook', lifted: 'closed' }],
  ['cancel', { type: 'key', key: 'cancel', rest: 'open' }],
  ['hold', { type: 'key', key: 'hold', rest: 'open' }],
]);

/** The contacts of a telephone, whoever reads them, with the hands of a phone behind them. */
class Wires {
  readonly #office: Office;
  readonly #phone: Phone;
  readonly #contacts = new Contacts(USES, 20);
  readonly #closed = new Map([...USES.keys()].map((name) => [name, false]));
  #takeBack = () => {};

  constructor(office: Office, phone: Phone) {
    this.#office = office;
    this.#phone = phone;
    this.back();
  }

  set(contact: string, closed: boolean): void {
    this.#closed.set(contact, closed);
    this.#take(this.#contacts.receive({ type: 'moved', contact, closed }, this.#office.clock.now()));
  }

  /** The driver goes. */
  away(): void {
    this.#take(this.#contacts.receive({ type: 'away' }, this.#office.clock.now()));
  }

  /** It is there again, and reads every contact. */
  back(): void {
    this.#take(this.#contacts.receive({ type: 'levels', closed: this.#closed }, this.#office.clock.now()));
  }

  /** Move a contact as a dry spring does, for `ms`, and leave it as it was. */
  chatter(contact: string, ms: number, seed = 1): void {
    const random = new SeededRandom(seed);
    const rest = this.#closed.get(contact) === true;
    for (const end = this.#office.clock.now() + ms; this.#office.clock.now() < end; ) {
      this.set(contact, this.#closed.get(contact) !== true);
      this.#office.clock.advance(1 + random.below(12));
    }
    this.set(contact, rest);
  }

  #take(events: readonly DeviceEvent[]): void {
    const { clock } = this.#office;
    for (const event of events) this.#phone.hands.take(event, clock.now());
    this.#takeBack();
    const { deadline } = this.#contacts;
    if (deadline !== undefined)
      this.#takeBack = clock.alarm(deadline, () => this.#take(this.#contacts.wake(clock.now())));
  }
}

/** 1001 has called 1000, whose contacts are in the test's hands. */
function open() {
  const office = new Office();
  const [desk, caller] = [office.phone('1000'), office.phone('1001')];
  const wires = new Wires(office, desk);
  caller.runtime.submit({ verb: 'call.dial', to: '1000' }, { door: 'control', client: 'test', role: 'local' });
  office.clock.advance(500);
  assert.deepEqual([desk.lines, caller.lines], [['ringing'], ['ringback']]);
  return { office, desk, caller, wires };
}

/** As `open`, and the handset was lifted: they talk. */
function talking() {
  const all = open();
  all.wires.set('hook', true);
  all.office.clock.advance(500);
  assert.deepEqual([all.desk.lines, all.caller.lines], [['talking'], ['talking']]);
  return all;
}

test('phone-ux §4.4: hook chatter while it rings neither answers nor rejects', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const { office, desk, caller, wires } = open();
    wires.chatter('hook', 3000, seed);
    office.clock.advance(3000);
    assert.deepEqual([desk.lines, caller.lines], [['ringing'], ['ringback']], `seed ${seed}`);
  }
});

test('phone-ux §4.4: a bounce storm of the hook in a call is at most flashes, never a hang-up', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const { office, caller, wires } = talking();
    wires.chatter('hook', 600, seed);
    office.clock.advance(3000);
    assert.notDeepEqual(caller.lines, [], `seed ${seed}`);
  }
});

test('keypad: a driver that goes away in a call, its last word "on hook", ends nothing; after its return the handset counts again', () => {
  const { office, desk, caller, wires } = talking();
  wires.set('hook', false);
  office.clock.advance(10);
  wires.away();
  office.clock.advance(60_000);
  assert.deepEqual([desk.lines, caller.lines], [['talking'], ['talking']]);
  wires.set('hook', true);
  wires.back();
  office.clock.advance(5000);
  assert.deepEqual(desk.lines, ['talking']);
  wires.set('hook', false);
  office.clock.advance(2000);
  assert.deepEqual([desk.lines, caller.lines], [[], []]);
});

test('keypad: Cancel that was stuck when the driver came back does not end the call', () => {
  const { office, desk, wires } = talking();
  wires.away();
  wires.set('cancel', true);
  wires.away();
  wires.back();
  office.clock.advance(60_000);
  assert.deepEqual(desk.lines, ['talking']);
});

test('phone-ux §4.1: a key that bounces in a storm is one press: Hold holds and does not resume', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const { office, desk, wires } = talking();
    wires.chatter('hold', 90, seed);
    wires.set('hold', true);
    office.clock.advance(200);
    wires.chatter('hold', 90, seed + 100);
    wires.set('hold', false);
    office.clock.advance(1000);
    assert.deepEqual(desk.lines, ['held'], `seed ${seed}`);
  }
});

test('keypad: two digits at once in a call are two digits, and a stuck one sends no more', () => {
  const { office, desk } = talking();
  const scanner = new MatrixScanner([
    ['1', '2'],
    ['3', '4'],
  ]);
  const down = new Set<string>();
  let row: number | 'all' = 'all';
  let takeBack = () => {};
  const take = (outs: readonly ScanOut[]): void => {
    const { clock } = office;
    for (const out of outs) {
      if (out.type === 'drive') row = out.row;
      if (out.type === 'key') desk.hands.take(out, clock.now());
      if (out.type !== 'read') continue;
      const rows = [
        ['1', '2'],
        ['3', '4'],
      ].filter((_, i) => row === 'all' || row === i);
      const closed = [0, 1].map((c) => rows.some((keys) => down.has(keys[c]!)));
      take(scanner.receive({ type: 'columns', closed }, clock.now()));
    }
    const { deadline } = scanner;
    takeBack();
    if (deadline !== undefined) takeBack = clock.alarm(deadline, () => take(scanner.wake(clock.now())));
  };
  take(scanner.start(office.clock.now()));
  office.clock.advance(10);
  for (const key of ['1', '4']) down.add(key);
  take(scanner.receive({ type: 'edge' }, office.clock.now()));
  office.clock.advance(300_000);
  assert.deepEqual(
    desk.wanted.filter((what) => what.startsWith('keys key.')),
    ['keys key.digit', 'keys key.digit'],
  );
  assert.deepEqual(desk.lines, ['talking']);
});

test.run();
