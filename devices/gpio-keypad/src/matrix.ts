import type { Core, Millis } from '@switchhook/sans-io';
import { LineDebounce, type LineLevel } from './line-debounce.ts';

/** One scan: `closed[row][column]` as read by driving each row in turn. */
export interface MatrixScan {
  readonly closed: readonly (readonly boolean[])[];
}

/** A key moved. */
export interface KeyEdge {
  readonly type: 'key';
  readonly key: string;
  readonly edge: 'down' | 'up';
}

/**
 * A keypad wired as rows and columns. Three keys at the corners of a rectangle make the fourth look pressed: a "ghost".
 * While a rectangle is closed, keys that were not down before stay up, so a ghost never dials.
 */
export class Matrix implements Core<MatrixScan, KeyEdge> {
  readonly #keys: readonly (readonly (string | undefined)[])[];
  readonly #debounceMs: number;
  #debounce: LineDebounce<string>;

  /** `keys[row][column]` are key names; undefined where the matrix has no key. `debounceMs` 20 suits rubber keys. */
  constructor(keys: readonly (readonly (string | undefined)[])[], debounceMs = 20) {
    const names = keys.flat().filter((name) => name !== undefined);
    if (new Set(names).size !== names.length) throw new Error('a key name stands twice in the matrix');
    this.#keys = keys;
    this.#debounceMs = debounceMs;
    this.#debounce = new LineDebounce(debounceMs);
  }

  /** The wires are away: no key counts as down any more, and nothing is said of it. */
  release(): void {
    this.#debounce = new LineDebounce(this.#debounceMs);
  }

  get deadline(): Millis | undefined {
    return this.#debounce.deadline;
  }

  receive({ closed }: MatrixScan, now: Millis): readonly KeyEdge[] {
    const edges: KeyEdge[] = [];
    this.#keys.forEach((row, r) => {
      row.forEach((key, c) => {
        if (key === undefined) return;
        const down = closed[r]?.[c] === true;
        const believable = !down || this.#debounce.closed(key) || !inRectangle(closed, r, c);
        edges.push(...this.#debounce.receive({ line: key, closed: down && believable }, now).map(edgeOf));
      });
    });
    return edges;
  }

  wake(now: Millis): readonly KeyEdge[] {
    return this.#debounce.wake(now).map(edgeOf);
  }
}

/** Whether the closed contact at `r`, `c` is a corner of a rectangle of closed contacts. */
function inRectangle(closed: readonly (readonly boolean[])[], r: number, c: number): boolean {
  return closed.some(
    (row, other) => other !== r && row[c] === true && row.some((down, k) => k !== c && down && closed[r]?.[k] === true),
  );
}

function edgeOf({ line, closed }: LineLevel<string>): KeyEdge {
  return { type: 'key', key: line, edge: closed ? 'down' : 'up' };
}
