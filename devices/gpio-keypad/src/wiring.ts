/** The resistor of a contact: inside the chip, or none because there is one outside. */
export type Pull = 'up' | 'down' | 'none';

/** How a contact's wire is read. */
export interface ContactWiring {
  /** The line's name, as in `GPIO17`. */
  readonly line: string;
  readonly pull: Pull;
  /** What a closed contact puts on the wire. Usual: `low` against a pull-up. */
  readonly closed: 'low' | 'high';
}

/** A key with a wire of its own. `rest` = the contact when nobody presses: `open` is the usual. */
export interface KeyWiring extends ContactWiring {
  readonly key: string;
  readonly rest: 'open' | 'closed';
}

export interface HookWiring extends ContactWiring {
  /** The contact while the handset is lifted. */
  readonly lifted: 'open' | 'closed';
  readonly debounceMs?: number;
  readonly flashMinMs?: number;
  readonly flashMaxMs?: number;
}

export interface MatrixWiring {
  /** Line names, one a row and one a column. */
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** `keys[row][column]`; undefined where there is none. */
  readonly keys: readonly (readonly (string | undefined)[])[];
  /** What a driven row puts on its wire; others float. `low` against pull-ups of the columns, or `high` against pull-downs. */
  readonly drive: 'low' | 'high';
  readonly debounceMs?: number;
  readonly settleMs?: number;
}

/** The light-emitting diodes of one lamp by colour; one alone shines for every colour. */
export interface LampWiring {
  readonly green?: string;
  readonly red?: string;
  /** What makes it shine. */
  readonly lit: 'high' | 'low';
}

/** What is soldered to which line of one GPIO chip. */
export interface Wiring {
  /** The chip's label, as in `pinctrl-rp1`; without, the one chip that has all the lines. */
  readonly chip?: string;
  readonly matrix?: MatrixWiring;
  readonly keys: readonly KeyWiring[];
  readonly hook?: HookWiring;
  /** By the name of the phone's lamp: `line1`, `mute`, `message`, … */
  readonly lamps: Readonly<Record<string, LampWiring>>;
  /** For the single keys. Default 20. */
  readonly keyDebounceMs?: number;
}

/** Every line that the wiring names, with what it is for. */
export function linesOf({ matrix, keys, hook, lamps }: Wiring): { readonly line: string; readonly use: string }[] {
  return [
    ...(matrix?.rows ?? []).map((line, i) => ({ line, use: `row ${i + 1}` })),
    ...(matrix?.columns ?? []).map((line, i) => ({ line, use: `column ${i + 1}` })),
    ...keys.map(({ line, key }) => ({ line, use: `key ${key}` })),
    ...(hook === undefined ? [] : [{ line: hook.line, use: 'hook' }]),
    ...Object.entries(lamps).flatMap(([lamp, { green, red }]) => [
      ...(green === undefined ? [] : [{ line: green, use: `lamp ${lamp} green` }]),
      ...(red === undefined ? [] : [{ line: red, use: `lamp ${lamp} red` }]),
    ]),
  ];
}

/** Why this wiring cannot be, a line each: a line used twice, a matrix that does not fit. Empty = it can. */
export function wiringFaults(wiring: Wiring): string[] {
  const faults: string[] = [];
  const uses = new Map<string, string>();
  for (const { line, use } of linesOf(wiring)) {
    const other = uses.get(line);
    if (other !== undefined) faults.push(`${line} is wired to ${other} and to ${use}: one line has one use`);
    uses.set(line, use);
  }
  const { matrix } = wiring;
  if (matrix !== undefined) {
    if (matrix.keys.length !== matrix.rows.length)
      faults.push(`${matrix.keys.length} rows of keys on ${matrix.rows.length} rows of wires`);
    const wide = matrix.keys.findIndex((row) => row.length > matrix.columns.length);
    if (wide >= 0) faults.push(`row ${wide + 1} has more keys than the ${matrix.columns.length} columns`);
  }
  const names = [...(matrix?.keys.flat() ?? []), ...wiring.keys.map(({ key }) => key)].filter(
    (key) => key !== undefined,
  );
  for (const name of new Set(names))
    if (names.indexOf(name) !== names.lastIndexOf(name)) faults.push(`key ${name} is wired twice`);
  return faults;
}
