import { readFileSync } from 'node:fs';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { LearnedFault, wiringFrom } from '@switchhook/gpio-keypad';
import { InputLearner, LineLearner, listChips, listInputs } from '@switchhook/gpio-keypad/node';
import { type LearnedKeypad, withKeypad } from '../configuration/write-keypad.ts';
import { defaultConfigurationPath, readConfigurationFile, StartFault } from './configuration-file.ts';
import { learnKeys, type Person } from './learn-keys.ts';
import { rewriteConfiguration } from './rewrite-configuration.ts';

const HELP = `where the keys are: --lines "GPIO5 GPIO6 …" (every line that has a key or the hook, and nothing else on it), or --input NAME of an input device`;

interface Options {
  readonly config: string;
  readonly lines: readonly string[] | undefined;
  readonly chip: string | undefined;
  readonly input: string | undefined;
  readonly settleMs: number;
}

/** `switchhook setup keys`: asks for each key and for the handset, learns the wiring, writes it into the configuration. */
export async function setupKeysCommand(words: readonly string[]): Promise<number> {
  const options = readOptions(words);
  if (typeof options === 'string') return complain(options, 2);
  try {
    readConfigurationFile(options.config);
    const readline = createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY });
    const lines = readline[Symbol.asyncIterator]();
    const person: Person = {
      say: (text) => process.stdout.write(`${text}\n`),
      async line() {
        const next = await lines.next();
        return next.done === true ? undefined : next.value;
      },
    };
    try {
      const learned =
        options.lines === undefined ? await learnInput(options, person) : await learnLines(options, person);
      const text = withKeypad(readFileSync(options.config, 'utf8'), learned);
      rewriteConfiguration(options.config, text, 'what was learned');
    } finally {
      readline.close();
    }
    process.stdout.write(`Written: ${options.config}. Now: switchhook doctor --watch\n`);
    return 0;
  } catch (error) {
    // Faults of the file, the devices and the person; anything else is a bug of ours.
    if (error instanceof StartFault || error instanceof LearnedFault || (error as Error).name === 'DeviceError')
      return complain((error as Error).message, 1);
    throw error;
  }
}

async function learnLines({ lines = [], chip, settleMs }: Options, person: Person): Promise<LearnedKeypad> {
  person.say(`Each of ${lines.join(', ')} is pulled to 0 V in turn: nothing but keys and the hook may be on them.`);
  const learner = LineLearner.open(lines, chip, settleMs);
  try {
    const { keys, hook } = await learnKeys(learner, person);
    return { type: 'gpio', chip: learner.chip.label, wiring: wiringFrom(keys, hook) };
  } finally {
    learner.close();
  }
}

async function learnInput({ input = '' }: Options, person: Person): Promise<LearnedKeypad> {
  const learner = new InputLearner(input.startsWith('/') ? { path: input } : { name: input });
  try {
    const { keys, hook } = await learnKeys(learner, person);
    return {
      type: 'input',
      input: {
        name: learner.name,
        keys: [...keys].map(([key, { code }]) => ({ code, key })),
        ...(hook === undefined ? {} : { hook: { code: hook.code, lifted: hook.down ? 'down' : 'up' } }),
      },
    };
  } finally {
    learner.close();
  }
}

function readOptions(words: readonly string[]): Options | string {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: {
        config: { type: 'string' },
        lines: { type: 'string' },
        chip: { type: 'string' },
        input: { type: 'string' },
        settle: { type: 'string' },
      },
      strict: true,
    });
    const settleMs = Number(values.settle ?? 1);
    if (!(settleMs > 0 && settleMs <= 100)) return '--settle: milliseconds from 0 to 100';
    if ((values.lines === undefined) === (values.input === undefined)) return `${HELP}\n${whatIsThere()}`;
    const lines = values.lines?.split(/[\s,]+/).filter((line) => line !== '');
    return {
      config: values.config ?? defaultConfigurationPath(),
      lines,
      chip: values.chip,
      input: values.input,
      settleMs,
    };
  } catch (error) {
    return (error as Error).message;
  }
}

function whatIsThere(): string {
  const chips = listChips().chips.map(({ label, all }) => {
    const free = all.filter(({ name, used }) => name !== '' && !used).map(({ name }) => name);
    return `lines of ${label}: ${free.join(' ')}`;
  });
  const inputs = listInputs().devices.map(({ name }) => `input device: ${name}`);
  return [...chips, ...inputs].join('\n') || 'this machine has neither a GPIO chip nor an input device';
}

function complain(message: string, code: number): number {
  for (const line of message.split('\n')) process.stderr.write(`switchhook setup keys: ${line}\n`);
  return code;
}
