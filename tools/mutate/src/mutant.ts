/** One wrong change to `packages/transfer/src`, and what it takes away. */
export interface Mutant {
  /** File in `packages/transfer/src`. */
  readonly file: string;
  /** Text that stands exactly once in it. */
  readonly find: string;
  /** What is put in its place. */
  readonly put: string;
  /** The guard that is gone then. */
  readonly guard: string;
}

/** Guard, the text that stands for it, and what takes it away. */
export type Row = readonly [guard: string, find: string, put: string];

/** The mutants of one file. */
export function of(file: string, rows: readonly Row[]): readonly Mutant[] {
  return rows.map(([guard, find, put]) => ({ file, find, put, guard }));
}

/** The file with the mutant in it, or why the list is out of date. */
export type Mutation =
  | { readonly name: 'mutated'; readonly text: string }
  | { readonly name: 'stale'; readonly why: string };

/** Put a mutant into the text of its file. */
export function mutate(text: string, mutant: Mutant): Mutation {
  const places = text.split(mutant.find).length - 1;
  if (places !== 1) return { name: 'stale', why: `"${mutant.find}" stands ${places} times in ${mutant.file}` };
  if (mutant.find === mutant.put) return { name: 'stale', why: `"${mutant.find}" is put in place of itself` };
  // A function, so that `$&` in the replacement means nothing.
  return { name: 'mutated', text: text.replace(mutant.find, () => mutant.put) };
}

/** What became of a mutant. */
export interface Fate {
  readonly mutant: Mutant;
  /** The stage whose tests noticed; `undefined` = none did. */
  readonly killedBy: string | undefined;
}

/** Share of the killed that the run has to reach. */
export const LEAST_KILLED = 0.9;

/** The closing words, and whether the run has passed. */
export function verdict(
  fates: readonly Fate[],
  stale: readonly string[],
): { readonly lines: readonly string[]; readonly ok: boolean } {
  const survivors = fates.filter((fate) => fate.killedBy === undefined);
  const share = fates.length === 0 ? 0 : 1 - survivors.length / fates.length;
  const percent = Math.floor(share * 1000) / 10;
  return {
    lines: [
      ...survivors.map(({ mutant }) => `survived: ${mutant.file}: ${mutant.guard} ("${mutant.find}")`),
      ...stale.map((why) => `no longer applies: ${why}`),
      `${fates.length - survivors.length} killed, ${survivors.length} survived, ${stale.length} no longer apply: ${percent} %`,
    ],
    ok: share >= LEAST_KILLED && stale.length === 0,
  };
}
