/** One figure beside a peer or a floor of the same run. Ids are those of the performance page, such as `1a` or `7d`. */
export interface Result {
  readonly id: string;
  /** What was measured, for people. */
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** The peer or floor it stands beside. */
  readonly peer: string;
  readonly peerValue: number;
  /** value / peerValue. */
  readonly ratio: number;
  /** The goal, for people. */
  readonly goal: string;
  readonly goalMet: boolean;
}

/** What a bench that could not run says instead of a figure. */
export interface NotRun {
  readonly id: string;
  readonly why: string;
}

/** A group of figures that are measured together. */
export interface Bench {
  /** Chosen by `--only`: its name, or the beginning of one of its ids. */
  readonly name: string;
  readonly ids: readonly string[];
  /** After which it is given up. Default 120 s. */
  readonly limitMs?: number;
  run(): Promise<readonly (Result | NotRun)[]>;
}

export function isResult(row: Result | NotRun): row is Result {
  return 'value' in row;
}

/** A row whose goal is a bound on the ratio, or on the value itself. */
export function result(
  id: string,
  what: string,
  unit: string,
  value: number,
  peer: string,
  peerValue: number,
  goal: { readonly text: string; readonly met: (value: number, ratio: number) => boolean },
): Result {
  const ratio = value / peerValue;
  return { id, what, value, unit, peer, peerValue, ratio, goal: goal.text, goalMet: goal.met(value, ratio) };
}

/** The middle value; the lower of the two in the middle for an even count. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which a share `q` of `values` lies (nearest rank). */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  if (sorted.length === 0) return Number.NaN;
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)]!;
}

/** The rows as a table for people. */
export function table(rows: readonly (Result | NotRun)[]): string {
  const head = ['id', 'what', 'value', 'peer', 'peer value', 'ratio', 'goal', ''];
  const body = rows.map((row) =>
    isResult(row)
      ? [
          row.id,
          row.what,
          `${figure(row.value)} ${row.unit}`,
          row.peer,
          `${figure(row.peerValue)} ${row.unit}`,
          figure(row.ratio),
          row.goal,
          row.goalMet ? 'met' : 'MISSED',
        ]
      : [row.id, `not run: ${row.why}`, '', '', '', '', '', ''],
  );
  const cells = [head, ...body];
  const widths = head.map((_, column) =>
    Math.max(
      ...cells.filter((row) => column !== 1 || !row[1]!.startsWith('not run')).map((row) => row[column]!.length),
    ),
  );
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Three significant digits, without exponents. */
function figure(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value) || 1)));
  return value.toFixed(Math.min(digits, 4));
}
