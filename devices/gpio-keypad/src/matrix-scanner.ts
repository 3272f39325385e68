//             edge                    each row: drive, settle, read              all open, all still
//  waiting ─────────► scanning ◄─────────────────────────────┐ ────────────────────► arming
//     ▲                  └── a key is down or still moving ──► pausing 5 ms             │ drive all, settle, read
//     └──────────────────────────────────────────── nothing closed ───────────────────────┘ (closed: scanning)
import type { Core, Millis } from '@switchhook/sans-io';
import { type KeyEdge, Matrix } from './matrix.ts';

/** A column moved (an interrupt), or the columns as just read while the driven rows stand. */
export type ScanIn = { readonly type: 'edge' } | { readonly type: 'columns'; readonly closed: readonly boolean[] };

/** Drive exactly this row, or all; read the columns now; a key moved; these keys have not moved for half a minute. */
export type ScanOut =
  | { readonly type: 'drive'; readonly row: number | 'all' }
  | { readonly type: 'read' }
  | KeyEdge
  | { readonly type: 'stuck'; readonly keys: readonly string[] };

export interface ScanTimes {
  /** Default 20. */
  readonly debounceMs?: number;
  /** From driving a row to reading the columns. Default 0.02: 100 pF of wire behind a pull-up of 50 kΩ. */
  readonly settleMs?: number;
  /** From scan to scan while a key is down. Default 5. */
  readonly pauseMs?: number;
}

const STUCK_MS = 30_000;
/** Scanning for a stuck key: still fast enough for the others. */
const STUCK_PAUSE_MS = 20;

type ScanState =
  | { readonly name: 'waiting' }
  | { readonly name: 'arming'; readonly readAt: Millis }
  | { readonly name: 'scanning'; readonly row: number; readonly readAt: Millis }
  | { readonly name: 'pausing'; readonly until: Millis };

/** Scans a matrix only while a key is down: at rest all rows are driven and any press makes an edge on its column. */
export class MatrixScanner implements Core<ScanIn, ScanOut> {
  readonly #matrix: Matrix;
  readonly #rows: number;
  readonly #settleMs: number;
  readonly #pauseMs: number;
  #state: ScanState = { name: 'waiting' };
  #closed: (readonly boolean[])[] = [];
  readonly #down = new Set<string>();
  /** When a key moved last, and whether the stuck ones have been told of since. */
  #movedAt: Millis = 0;
  #toldStuck = false;

  /** `keys[row][column]`; undefined where the matrix has no key. Nothing is driven before `start`. */
  constructor(keys: readonly (readonly (string | undefined)[])[], times: ScanTimes = {}) {
    this.#matrix = new Matrix(keys, times.debounceMs ?? 20);
    this.#rows = keys.length;
    this.#settleMs = times.settleMs ?? 0.02;
    this.#pauseMs = times.pauseMs ?? 5;
  }

  get deadline(): Millis | undefined {
    switch (this.#state.name) {
      case 'waiting':
        return undefined;
      case 'arming':
      case 'scanning':
        return this.#state.readAt;
      case 'pausing':
        return this.#state.until;
      default:
        this.#state satisfies never;
        throw new Error('unknown scan state');
    }
  }

  /** The wires are there (again). */
  start(now: Millis): readonly ScanOut[] {
    return this.#arm(now);
  }

  /** The wires are away: what was held is let go. */
  stop(): readonly KeyEdge[] {
    this.#state = { name: 'waiting' };
    const ups = [...this.#down].map((key) => ({ type: 'key', key, edge: 'up' }) as const);
    this.#down.clear();
    this.#matrix.release();
    return ups;
  }

  receive(input: ScanIn, now: Millis): readonly ScanOut[] {
    switch (input.type) {
      case 'edge':
        // While scanning, our own driving makes edges.
        return this.#state.name === 'waiting' ? this.#scan(0, now) : [];
      case 'columns':
        return this.#read(input.closed, now);
      default:
        input satisfies never;
        throw new Error('unknown scan input');
    }
  }

  wake(now: Millis): readonly ScanOut[] {
    const state = this.#state;
    switch (state.name) {
      case 'waiting':
        return [];
      case 'arming':
      case 'scanning':
        return now < state.readAt ? [] : [{ type: 'read' }];
      case 'pausing':
        return now < state.until ? [] : this.#scan(0, now);
      default:
        state satisfies never;
        throw new Error('unknown scan state');
    }
  }

  #arm(now: Millis): ScanOut[] {
    this.#state = { name: 'arming', readAt: now + this.#settleMs };
    return [{ type: 'drive', row: 'all' }];
  }

  #scan(row: number, now: Millis): ScanOut[] {
    if (row === 0) this.#closed = [];
    this.#state = { name: 'scanning', row, readAt: now + this.#settleMs };
    return [{ type: 'drive', row }];
  }

  #read(closed: readonly boolean[], now: Millis): ScanOut[] {
    const state = this.#state;
    if (state.name === 'arming') {
      if (closed.includes(true)) return this.#scan(0, now);
      this.#state = { name: 'waiting' };
      return [];
    }
    if (state.name !== 'scanning') return [];
    this.#closed.push(closed);
    if (state.row + 1 < this.#rows) return this.#scan(state.row + 1, now);
    const outs = this.#moved(this.#matrix.receive({ closed: this.#closed }, now), now);
    const still = this.#down.size === 0 && this.#matrix.deadline === undefined;
    if (still && !this.#closed.some((row) => row.includes(true))) return [...outs, ...this.#arm(now)];
    const stuck = now - this.#movedAt >= STUCK_MS;
    if (stuck && !this.#toldStuck && this.#down.size > 0) {
      this.#toldStuck = true;
      outs.push({ type: 'stuck', keys: [...this.#down] });
    }
    this.#state = { name: 'pausing', until: now + (stuck ? STUCK_PAUSE_MS : this.#pauseMs) };
    return outs;
  }

  #moved(edges: readonly KeyEdge[], now: Millis): ScanOut[] {
    for (const { key, edge } of edges) {
      if (edge === 'down') this.#down.add(key);
      else this.#down.delete(key);
      this.#movedAt = now;
      this.#toldStuck = false;
    }
    return [...edges];
  }
}
