import { accessSync, constants, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { parseServer } from '@switchhook/phone/node';
import { stringify } from 'yaml';
import { describeFault, readConfiguration } from '../configuration/read.ts';
import { defaultConfigurationPath, type LoadedConfiguration, StartFault } from './configuration-file.ts';
import { Log } from './log.ts';
import { startPhone } from './start-phone.ts';
import { openStateFolder } from './state-folder.ts';

const REGISTER_LIMIT_MS = 8000;

/** How a question is put; the terminal's in `setup`, a list of answers in tests. */
export type Ask = (question: string, preset: string) => Promise<string>;

/** `switchhook setup`: four questions, one registration, one file. */
export async function setupCommand(words: readonly string[]): Promise<number> {
  let path: string;
  let force: boolean;
  try {
    const { values } = parseArgs({
      args: [...words],
      options: { config: { type: 'string' }, force: { type: 'boolean' } },
      strict: true,
    });
    path = values.config ?? defaultConfigurationPath();
    force = values.force === true;
  } catch (error) {
    return complain((error as Error).message, 2);
  }
  if (existsSync(path) && !force)
    return complain(`${path} is there already: give --force to write it anew, or another --config`, 2);
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    accessSync(dirname(path), constants.W_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return complain(
      `${dirname(path)} cannot be written (${code ?? 'unknown error'}): name another place with --config`,
      1,
    );
  }
  const person = listen(process.stdin, process.stdout);
  try {
    const answers = await askAll(person.ask);
    const written = configurationText(answers, path);
    const reading = readConfiguration(written.yaml);
    if (!reading.ok)
      return complain(reading.faults.map((fault) => describeFault('what you typed', fault)).join('\n'), 1);
    process.stdout.write(`Registering ${answers.user} at ${answers.server} …\n`);
    const refusal = await registerOnce({
      path,
      configuration: reading.configuration,
      passwords: new Map([['main', answers.password]]),
      warnings: [],
    });
    if (refusal !== undefined) return complain(`${refusal}\nnothing was written; start again with other answers`, 1);
    writeFileSync(written.passwordPath, `${answers.password}\n`, { mode: 0o600 });
    writeFileSync(path, written.yaml, { mode: 0o644 });
    process.stdout.write(
      `Registered. Written: ${path} and ${written.passwordPath}\nNow: switchhook phone${path === defaultConfigurationPath() ? '' : ` --config ${path}`} --keys terminal\n`,
    );
    return 0;
  } catch (error) {
    if (error instanceof StartFault) return complain(error.message, 1);
    throw error;
  } finally {
    person.close();
  }
}

/** Questions on `output`, answers line by line from `input`: a person who types, or a pipe that has said all at once. */
export function listen(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
): { readonly ask: Ask; readonly close: () => void } {
  const readline = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  const lines = readline[Symbol.asyncIterator]();
  const ask: Ask = async (question, preset) => {
    output.write(preset === '' ? `${question}: ` : `${question} [${preset}]: `);
    const line = await lines.next();
    if (line.done === true) throw new StartFault(`the input ended before an answer to: ${question}`);
    return line.value.trim() === '' ? preset : line.value.trim();
  };
  return { ask, close: () => readline.close() };
}

/** What was answered. */
export interface SetupAnswers {
  readonly server: string;
  readonly user: string;
  readonly password: string;
  /** ALSA device for microphone and earpiece; `none` = silence. */
  readonly card: string;
}

/** Put the questions until each has an answer that can be used. */
export async function askAll(ask: Ask): Promise<SetupAnswers> {
  const server = await until(ask, 'Server (name or address of the exchange)', '');
  const user = await until(ask, 'Extension', '');
  const password = await until(ask, 'Password', '');
  const card = await until(ask, 'Sound card (ALSA device, or none)', 'default');
  return { server, user, password, card };
}

/** The two files that the answers make. */
export function configurationText(
  answers: SetupAnswers,
  path: string,
): { readonly yaml: string; readonly passwordPath: string } {
  const { server, user, card } = answers;
  const passwordPath = join(dirname(path), 'main.password');
  const { host } = parseServer(server);
  const audio = card === 'none' ? { sound: 'silence' } : card === 'default' ? {} : { capture: card, playback: card };
  const content = {
    accounts: [
      { id: 'main', user, domain: host, ...(server === host ? {} : { server }), passwordFile: basename(passwordPath) },
    ],
    ...(Object.keys(audio).length === 0 ? {} : { audio }),
  };
  return { yaml: `# Every key: docs/configuration.md\n${stringify(content)}`, passwordPath };
}

async function until(ask: Ask, question: string, preset: string): Promise<string> {
  for (let tries = 0; tries < 3; tries++) {
    const answer = await ask(question, preset);
    if (answer !== '') return answer;
  }
  throw new StartFault(`no answer to: ${question}`);
}

/** Try the account on any free port and in silence; undefined = it registered, else what to change. */
async function registerOnce(loaded: LoadedConfiguration): Promise<string | undefined> {
  const { configuration } = loaded;
  const trial = {
    ...loaded,
    configuration: {
      ...configuration,
      network: { ...configuration.network, sipPort: 0 },
      audio: { ...configuration.audio, sound: 'silence' as const },
      control: { ...configuration.control, enabled: false },
    },
  };
  const folder = openStateFolder(configuration.log.folder);
  const { server, domain } = configuration.accounts[0]!;
  let last = `no answer from ${server ?? domain} within ${REGISTER_LIMIT_MS / 1000} s: check the server, and that nothing blocks SIP`;
  try {
    const phone = await startPhone(trial, new Log(folder, configuration.log, Date.now), folder, (line) => {
      last = line;
    });
    const registered = await new Promise<boolean>((resolve) => {
      const limit = setTimeout(() => resolve(false), REGISTER_LIMIT_MS);
      phone.runtime.subscribe({
        snapshot: ({ registrations }) => {
          const [first] = registrations;
          if (first?.state !== 'registered' && first?.state !== 'failed') return;
          clearTimeout(limit);
          resolve(first.state === 'registered');
        },
      });
    });
    await phone.stop();
    return registered ? undefined : last;
  } catch (error) {
    if (error instanceof StartFault) return error.message;
    throw error;
  }
}

function complain(message: string, code: number): number {
  for (const line of message.split('\n')) process.stderr.write(`switchhook setup: ${line}\n`);
  return code;
}
