/** The contacts of some lines at one moment: which hang together when one of them is driven to 0 V. */
export interface LineReading {
  /** Lines at 0 V while nobody drives any. */
  readonly grounded: ReadonlySet<string>;
  /** `driven read`: lines that follow one that is driven. */
  readonly joined: ReadonlySet<string>;
}

/** What one key or hook turned out to be. */
export type Learned =
  /** A contact to 0 V on a line of its own; `pressed` = the contact while the key is down, or the handset up. */
  | { readonly type: 'line'; readonly line: string; readonly pressed: 'closed' | 'open' }
  /** A contact between two lines; `from` drives `to`, and the other way too unless there is a diode. */
  | { readonly type: 'cross'; readonly from: string; readonly to: string; readonly bothWays: boolean };

/** What has changed from rest; `none` = nothing, `many` = more than one contact moved. */
export function learnedFrom(rest: LineReading, now: LineReading): Learned | 'none' | 'many' {
  const closed = [...now.grounded].filter((line) => !rest.grounded.has(line));
  const opened = [...rest.grounded].filter((line) => !now.grounded.has(line));
  const crossed = [...now.joined].filter((pair) => !rest.joined.has(pair));
  const [line] = [...closed, ...opened];
  if (line !== undefined && closed.length + opened.length === 1 && crossed.length === 0)
    return { type: 'line', line, pressed: closed.length === 1 ? 'closed' : 'open' };
  const [first, second] = crossed;
  if (first === undefined) return closed.length + opened.length === 0 ? 'none' : 'many';
  const [from, to] = first.split(' ') as [string, string];
  const bothWays = second === `${to} ${from}`;
  if (closed.length + opened.length > 0 || crossed.length > (bothWays ? 2 : 1)) return 'many';
  return { type: 'cross', from, to, bothWays };
}

/** The wiring of the keys and the hook that were learned, as it stands in the configuration. */
export interface LearnedWiring {
  readonly matrix?: {
    readonly rows: readonly string[];
    readonly columns: readonly string[];
    readonly keys: readonly (readonly (string | null)[])[];
  };
  readonly keys: readonly { readonly key: string; readonly line: string; readonly rest: 'open' | 'closed' }[];
  readonly hook?: { readonly line: string; readonly lifted: 'open' | 'closed' };
}

/** Why what was learned is no keypad, in one line. */
export class LearnedFault extends Error {}

/** Put together what was learned of each key. Throws a LearnedFault where the contacts make no matrix of rows and columns. */
export function wiringFrom(keys: ReadonlyMap<string, Learned>, hook: Learned | undefined): LearnedWiring {
  const crosses = [...keys].flatMap(([key, it]) => (it.type === 'cross' ? [{ key, ...it }] : []));
  const singles = [...keys].flatMap(([key, it]) =>
    it.type === 'line'
      ? [{ key, line: it.line, rest: it.pressed === 'closed' ? ('open' as const) : ('closed' as const) }]
      : [],
  );
  if (hook?.type === 'cross')
    throw new LearnedFault(`the hook joins ${hook.from} and ${hook.to}: wire it to one line and to 0 V`);
  const sides = sidesOf(crosses);
  const side = (of: Side) => [...sides].filter(([, each]) => each === of).map(([line]) => line);
  const [rows, columns] = [side('row'), side('column')];
  const at = (row: string, column: string) =>
    crosses.find(({ from, to }) => (from === row && to === column) || (from === column && to === row))?.key ?? null;
  return {
    ...(crosses.length === 0
      ? {}
      : { matrix: { rows, columns, keys: rows.map((row) => columns.map((column) => at(row, column))) } }),
    keys: singles,
    ...(hook === undefined ? {} : { hook: { line: hook.line, lifted: hook.pressed } }),
  };
}

type Side = 'row' | 'column';
type Cross = Extract<Learned, { type: 'cross' }> & { readonly key: string };

/** Every line of a crossing is a row or a column, and each key joins one of each. A diode says which end is driven. */
function sidesOf(crosses: readonly Cross[]): ReadonlyMap<string, Side> {
  const sides = new Map<string, Side>();
  const put = (line: string, side: Side, key: string) => {
    const before = sides.get(line);
    if (before !== undefined && before !== side)
      throw new LearnedFault(
        `key ${key}: ${line} would be a row and a column; were two keys held, or a line forgotten?`,
      );
    sides.set(line, side);
  };
  const open = [...crosses].sort((a, b) => Number(a.bothWays) - Number(b.bothWays));
  while (open.length > 0) {
    // A key of which one end is known already, else the next one begins a group.
    const i = Math.max(
      0,
      open.findIndex(({ from, to, bothWays }) => !bothWays || sides.has(from) || sides.has(to)),
    );
    const [{ key, from, to }] = open.splice(i, 1) as [Cross];
    const turned = sides.get(from) === 'column' || sides.get(to) === 'row';
    put(from, turned ? 'column' : 'row', key);
    put(to, turned ? 'row' : 'column', key);
  }
  return sides;
}
