import type { Core, Millis } from '@switchhook/sans-io';

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
  readonly #down = new Set<string>();
  /** Keys that every scan since then has seen at another level than is believed. */
  readonly #moving = new Map<string, Millis>();

  /** `keys[row][column]` are key names; undefined where the matrix has no key. `debounceMs` 20 suits rubber keys. */
  constructor(keys: readonly (readonly (string | undefined)[])[], debounceMs = 20) {
    const names = keys.flat().filter((name) => name !== undefined);
    if (new Set(names).size !== names.length) throw new Error('a key name stands twice in the matrix');
    if (!(debounceMs >= 0)) throw new Error(`debounceMs must be 0 or more, not ${debounceMs}`);
    this.#keys = keys;
    this.#debounceMs = debounceMs;
  }

  /** The wires are away: no key counts as down any more, and nothing is said of it. */
  release(): void {
    this.#down.clear();
    this.#moving.clear();
  }

  /** When the next scan may settle what is moving; undefined = nothing is. */
  get deadline(): Millis | undefined {
    return this.#moving.size === 0 ? undefined : Math.min(...this.#moving.values()) + this.#debounceMs;
  }

  receive({ closed }: MatrixScan, now: Millis): readonly KeyEdge[] {
    const edges: KeyEdge[] = [];
    this.#keys.forEach((row, r) => {
      row.forEach((key, c) => {
        if (key === undefined) return;
        const down = closed[r]?.[c] === true;
        const believable = !down || this.#down.has(key) || !inRectangle(closed, r, c);
        if (this.#settles(key, down && believable, now)) edges.push({ type: 'key', key, edge: down ? 'down' : 'up' });
      });
    });
    return edges;
  }

  /** Time alone tells nothing: a machine that stood still has not looked. */
  wake(): readonly KeyEdge[] {
    return [];
  }

  /** Whether this scan makes a change of the key believed. */
  #settles(key: string, down: boolean, now: Millis): boolean {
    if (down === this.#down.has(key)) {
      this.#moving.delete(key);
      return false;
    }
    const since = this.#moving.get(key) ?? now;
    this.#moving.set(key, since);
    if (now - since < this.#debounceMs) return false;
    this.#moving.delete(key);
    if (down) this.#down.add(key);
    else this.#down.delete(key);
    return true;
  }
}

/** Whether the closed contact at `r`, `c` is a corner of a rectangle of closed contacts. */
function inRectangle(closed: readonly (readonly boolean[])[], r: number, c: number): boolean {
  return closed.some(
    (row, other) => other !== r && row[c] === true && row.some((down, k) => k !== c && down && closed[r]?.[k] === true),
  );
}
