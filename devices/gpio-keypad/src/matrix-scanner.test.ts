import assert from 'node:assert/strict';
import { VirtualClock } from '@switchhook/sans-io/testing';
import { test } from 'uvu';
import { MatrixScanner, type ScanOut, type ScanTimes } from './matrix-scanner.ts';

const KEYS = [
  ['1', '2', '3'],
  ['4', '5', '6'],
  ['7', '8', '9'],
];

/** A keypad of wires: rows driven, columns read, fingers on keys, current through every closed contact. */
class Bench {
  readonly clock = new VirtualClock();
  readonly seen: string[] = [];
  readonly scanner: MatrixScanner;
  /** Rows driven one after the other: what the chip is asked to do. */
  drives = 0;
  readonly #fingers = new Set<string>();
  #driven: number | 'all' | undefined;
  #columns = [false, false, false];
  #takeBack = () => {};

  constructor(times?: ScanTimes) {
    this.scanner = new MatrixScanner(KEYS, times);
    this.#take(this.scanner.start(0));
  }

  press(...keys: string[]): this {
    for (const key of keys) this.#fingers.add(key);
    return this.#settle();
  }

  release(...keys: string[]): this {
    for (const key of keys) this.#fingers.delete(key);
    return this.#settle();
  }

  wait(ms: number): this {
    this.clock.advance(ms);
    return this;
  }

  #take(outs: readonly ScanOut[]): void {
    for (const out of outs) {
      if (out.type === 'drive') {
        this.drives++;
        this.#driven = out.row;
        this.#settle();
      } else if (out.type === 'read') {
        this.#take(this.scanner.receive({ type: 'columns', closed: this.#columns }, this.clock.now()));
      } else if (out.type === 'key') this.seen.push(`${out.key} ${out.edge}`);
      else this.seen.push(`stuck ${out.keys.join(' ')}`);
    }
    this.#takeBack();
    const { deadline } = this.scanner;
    if (deadline !== undefined)
      this.#takeBack = this.clock.alarm(deadline, () => this.#take(this.scanner.wake(this.clock.now())));
  }

  /** What the driven rows reach through closed contacts, also backwards: that makes the ghosts. */
  #settle(): this {
    const rows = new Set(this.#driven === 'all' ? [0, 1, 2] : this.#driven === undefined ? [] : [this.#driven]);
    const columns = new Set<number>();
    for (let size = -1; size !== rows.size + columns.size; ) {
      size = rows.size + columns.size;
      KEYS.forEach((row, r) => {
        row.forEach((key, c) => {
          if (!this.#fingers.has(key) || (!rows.has(r) && !columns.has(c))) return;
          rows.add(r);
          columns.add(c);
        });
      });
    }
    const before = this.#columns;
    this.#columns = [0, 1, 2].map((c) => columns.has(c));
    if (this.#columns.some((on, c) => on !== before[c])) {
      // The interrupt is told by the chip, not inside the ioctl that drove the row.
      const { clock } = this;
      clock.alarm(clock.now(), () => this.#take(this.scanner.receive({ type: 'edge' }, clock.now())));
    }
    return this;
  }
}

test('scan: a key at any corner goes down and up', () => {
  for (const key of KEYS.flat()) {
    const bench = new Bench().wait(10).press(key).wait(100).release(key);
    bench.wait(100);
    assert.deepEqual(bench.seen, [`${key} down`, `${key} up`]);
  }
});

test('scan: an idle keypad is not scanned: nothing is driven, no alarm is set', () => {
  const bench = new Bench().wait(10).press('5').wait(100).release('5').wait(100);
  const { drives } = bench;
  bench.wait(3_600_000);
  assert.equal(bench.drives, drives);
  assert.equal(bench.scanner.deadline, undefined);
});

test('scan: a storm of bounces is one press', () => {
  const bench = new Bench().wait(10);
  for (let i = 0; i < 40; i++) bench.press('8').wait(1).release('8').wait(2);
  bench.press('8').wait(200);
  for (let i = 0; i < 40; i++) bench.release('8').wait(1).press('8').wait(2);
  bench.release('8').wait(200);
  assert.deepEqual(bench.seen, ['8 down', '8 up']);
});

test('scan: two keys at once are both there, and a third at the corner waits for its turn', () => {
  const bench = new Bench().wait(10).press('1', '5').wait(60);
  assert.deepEqual(bench.seen, ['1 down', '5 down']);
  bench.press('2').wait(200);
  assert.deepEqual(bench.seen.length, 2, '2 and its ghost 4 cannot be told apart');
  bench.release('1').wait(60);
  assert.deepEqual(bench.seen.slice(2), ['1 up', '2 down']);
});

test('scan: a key that is pressed while another is let go is found', () => {
  for (let gap = 0; gap < 30; gap++) {
    const bench = new Bench().wait(10).press('1').wait(100).release('1').wait(gap).press('9').wait(100);
    assert.deepEqual(bench.seen, ['1 down', '1 up', '9 down'], `after ${gap} ms`);
  }
});

test('scan: a stuck key is told once, is scanned for more slowly, and the others work', () => {
  const bench = new Bench().wait(10).press('1').wait(40_000);
  assert.deepEqual(bench.seen, ['1 down', 'stuck 1']);
  const { drives } = bench;
  bench.wait(1000);
  assert.ok(bench.drives - drives < 160, `${bench.drives - drives} rows driven in a second`);
  bench.press('6').wait(100).release('6').wait(100);
  assert.deepEqual(bench.seen.slice(2), ['6 down', '6 up']);
});

test('scan: wires that go away let go of what was held, and after the return a press counts', () => {
  const bench = new Bench().wait(10).press('3').wait(100);
  assert.deepEqual(bench.scanner.stop(), [{ type: 'key', key: '3', edge: 'up' }]);
  assert.deepEqual(bench.scanner.stop(), []);
});

test('scan: slow wires get their time', () => {
  const bench = new Bench({ settleMs: 4 }).wait(20).press('7').wait(200).release('7').wait(200);
  assert.deepEqual(bench.seen, ['7 down', '7 up']);
});

test.run();
