import assert from 'node:assert/strict';
import { test } from 'uvu';
import { Matrix } from './matrix.ts';

const KEYS = [
  ['1', '2', '3'],
  ['4', '5', '6'],
  ['7', '8', '9'],
];

/** Scans every 5 ms from `from` to `to` with these keys closed, returns the edges as `ms:key edge`. */
function hold(matrix: Matrix, keys: readonly string[], from: number, to: number, ghosts = false): string[] {
  const seen: string[] = [];
  for (let at = from; at < to; at += 5) {
    const closed = KEYS.map((row) => row.map((key) => keys.includes(key)));
    if (ghosts) addGhosts(closed);
    for (const { key, edge } of matrix.receive({ closed }, at)) seen.push(`${at}:${key} ${edge}`);
  }
  return seen;
}

/** What the wires show: three corners of a rectangle close the fourth. */
function addGhosts(closed: boolean[][]): void {
  for (let again = true; again; ) {
    again = false;
    closed.forEach((row, r) => {
      row.forEach((down, c) => {
        if (down) return;
        const ghost = closed.some((other, k) => k !== r && other[c] && other.some((on, j) => j !== c && on && row[j]));
        if (ghost) row[c] = again = true;
      });
    });
  }
}

test('matrix: a key goes down after 20 ms and up after 20 ms', () => {
  const matrix = new Matrix(KEYS);
  assert.deepEqual(hold(matrix, ['5'], 0, 100), ['20:5 down']);
  assert.deepEqual(hold(matrix, [], 100, 200), ['120:5 up']);
});

test('matrix: a bounce shorter than the debounce is nothing', () => {
  const matrix = new Matrix(KEYS);
  assert.deepEqual([...hold(matrix, ['5'], 0, 15), ...hold(matrix, [], 15, 100)], []);
});

test('matrix: what one scan saw before the machine stood still is believed only when another scan sees it too', () => {
  const matrix = new Matrix(KEYS);
  hold(matrix, ['5'], 0, 5);
  assert.deepEqual(matrix.wake(), []);
  assert.deepEqual(hold(matrix, [], 70, 200), []);
  hold(matrix, ['5'], 200, 205);
  assert.deepEqual(hold(matrix, ['5'], 270, 300), ['270:5 down']);
});

test('matrix: two keys at once are two keys', () => {
  assert.deepEqual(hold(new Matrix(KEYS), ['1', '5'], 0, 50, true), ['20:1 down', '20:5 down']);
});

test('matrix: the ghost of three held keys never goes down', () => {
  const matrix = new Matrix(KEYS);
  hold(matrix, ['1', '2'], 0, 50, true);
  assert.deepEqual(hold(matrix, ['1', '2', '4'], 50, 200, true), [], 'neither 4 nor its ghost 5 can be told apart');
  assert.deepEqual(hold(matrix, ['1', '4'], 200, 300, true), ['220:2 up', '220:4 down'], 'when it is plain, 4 counts');
});

test('matrix: a stuck key does not stop the others', () => {
  const matrix = new Matrix(KEYS);
  hold(matrix, ['1'], 0, 100);
  assert.deepEqual(hold(matrix, ['1', '9'], 100, 200, true), ['120:9 down']);
});

test('matrix: rows that a broken shell leaves out read as open', () => {
  assert.deepEqual(new Matrix(KEYS).receive({ closed: [] }, 0), []);
});

test('matrix: the same key name twice is a bug and throws', () => {
  assert.throws(() => new Matrix([['1', '1']]), /twice/);
});

test.run();
