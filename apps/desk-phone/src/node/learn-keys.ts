import { StartFault } from './configuration-file.ts';

/** Keys that are asked for, in the order of a telephone's face. */
export const ASKED: readonly string[] = [
  ...'123456789*0#',
  'transfer',
  'hold',
  'cancel',
  'line1',
  'line2',
  'mute',
  'redial',
  'conference',
  'dnd',
  'send',
];

/** Something with contacts that tells what the person moves. */
export interface KeySource<Lesson> {
  rest(signal: AbortSignal): Promise<void>;
  moved(signal: AbortSignal): Promise<Lesson | 'many'>;
  released(signal: AbortSignal): Promise<void>;
}

/** The person at the wizard. */
export interface Person {
  say(text: string): void;
  /** Resolves with the next line that is typed; undefined = there will be no more. */
  line(): Promise<string | undefined>;
}

/** What the person showed. */
export interface Lessons<Lesson> {
  readonly keys: ReadonlyMap<string, Lesson>;
  readonly hook: Lesson | undefined;
}

/** Ask for every key and for "lift, put down". Enter skips what this telephone does not have. */
export async function learnKeys<Lesson>(source: KeySource<Lesson>, person: Person): Promise<Lessons<Lesson>> {
  const keys = new Map<string, Lesson>();
  const typed = new Typed(person);
  person.say('Put the handset down, take your hands off the keys, then press Enter.');
  await typed.enter();
  await within((signal) => source.rest(signal));
  const known = (lesson: Lesson) =>
    [...keys].find(([, other]) => JSON.stringify(other) === JSON.stringify(lesson))?.[0];
  const show = async (what: string): Promise<Lesson | undefined> => {
    for (;;) {
      const lesson = await typed.or((signal) => source.moved(signal));
      if (lesson === undefined) return undefined;
      const twice = lesson === 'many' ? undefined : known(lesson);
      if (lesson === 'many') person.say(`  more than one contact moved: only ${what}, please`);
      else if (twice !== undefined) person.say(`  that is the key ${twice} already: ${what}, please`);
      else return lesson;
      await within((signal) => source.released(signal));
    }
  };
  for (const key of ASKED) {
    person.say(`Press the key ${key} (Enter: there is none)`);
    const lesson = await show(`the key ${key}`);
    if (lesson === undefined) continue;
    keys.set(key, lesson);
    person.say(`  ${describe(lesson)}`);
    await within((signal) => source.released(signal));
  }
  person.say('Lift the handset (Enter: there is none)');
  const hook = await show('the handset');
  if (hook !== undefined) {
    person.say(`  ${describe(hook)}. Now put it down.`);
    await within((signal) => source.released(signal));
  }
  return { keys, hook };
}

/** What somebody types while something else may happen. A line that came too early counts for the next question. */
class Typed {
  readonly #person: Person;
  #next: Promise<string | undefined> | undefined;

  constructor(person: Person) {
    this.#person = person;
  }

  async enter(): Promise<void> {
    this.#next ??= this.#person.line();
    const line = await this.#next;
    this.#next = undefined;
    if (line === undefined) throw new StartFault('the input ended: nothing was written');
  }

  /** What `act` resolves with, or undefined when Enter comes first. */
  async or<Result>(act: (signal: AbortSignal) => Promise<Result>): Promise<Result | undefined> {
    this.#next ??= this.#person.line();
    const stop = new AbortController();
    const acting = act(stop.signal);
    acting.catch(() => {}); // it is told to stop below
    const entered = Symbol('entered');
    const first = await Promise.race([acting, this.#next.then((line) => (line === undefined ? line : entered))]);
    stop.abort();
    if (first === undefined) throw new StartFault('the input ended: nothing was written');
    if (first !== entered) return first as Result;
    this.#next = undefined;
    return undefined;
  }
}

const PATIENCE_MS = 60_000;

/** A key that is never let go must not hold the wizard for ever. */
async function within(act: (signal: AbortSignal) => Promise<void>): Promise<void> {
  try {
    await act(AbortSignal.timeout(PATIENCE_MS));
  } catch (error) {
    if ((error as Error).name !== 'TimeoutError') throw error;
    throw new StartFault('a contact did not come to rest within a minute: does a key stick? nothing was written');
  }
}

function describe(lesson: unknown): string {
  const it = lesson as { type: string; line?: string; pressed?: string; from?: string; to?: string; code?: string };
  if (it.type === 'cross') return `joins ${it.from} and ${it.to}`;
  return it.type === 'line' ? `${it.line} ${it.pressed}` : `${it.code}`;
}
