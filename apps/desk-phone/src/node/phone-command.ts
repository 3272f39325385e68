import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { compileSooner } from '@switchhook/phone/node';
import {
  defaultConfigurationPath,
  type LoadedConfiguration,
  loadConfiguration,
  StartFault,
} from './configuration-file.ts';
import { Log } from './log.ts';
import { type DeskPhone, startPhone } from './start-phone.ts';
import { openStateFolder } from './state-folder.ts';

/** Exit codes of `switchhook phone`. */
const EXIT = { stopped: 0, cannotStart: 1, usage: 2, restart: 70 } as const;

/** `switchhook phone`: run until a signal or `q` says stop. */
export async function phoneCommand(words: readonly string[]): Promise<number> {
  const options = readOptions(words);
  if (typeof options === 'string') return complain(options, EXIT.usage);
  let loaded: LoadedConfiguration;
  try {
    loaded = loadConfiguration(options.config);
  } catch (error) {
    if (error instanceof StartFault) return complain(error.message, EXIT.usage);
    throw error;
  }
  // who read our lines may go away (a closed pipe): that ends no call
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  for (const warning of loaded.warnings) process.stderr.write(`switchhook: warning: ${warning}\n`);
  if (options.check) {
    process.stdout.write(`${loaded.path}: this configuration is right\n`);
    return EXIT.stopped;
  }
  const keys = options.keys && process.stdin.isTTY === true && process.stdout.isTTY === true;
  return run(loaded, keys);
}

async function run(loaded: LoadedConfiguration, keys: boolean): Promise<number> {
  const { configuration } = loaded;
  const folder = openStateFolder(configuration.log.folder);
  // A person at a terminal reads lines and finds the log in a file; a service's log is its standard error.
  const seen = keys || process.stderr.isTTY === true;
  const logPath = configuration.log.file ?? (seen ? join(folder, 'phone.log') : undefined);
  const log = new Log(folder, configuration.log, Date.now);
  const say = (line: string): void => {
    log.write('info', {}, line);
    if (!keys && logPath !== undefined) process.stderr.write(`switchhook: ${line}\n`);
  };
  let phone: DeskPhone;
  try {
    phone = await startPhone(loaded, log, folder, say);
  } catch (error) {
    if (error instanceof StartFault) return complain(error.message, EXIT.cannotStart);
    throw error;
  }
  phone.media.catch((error: Error) => say(`no sound: ${error.message}`));
  compileSooner();
  await log.open(configuration.log.level, destination(logPath));
  say(
    `phone ${configuration.name} at port ${phone.sipPort}${phone.controlPath === undefined ? '' : `, control socket ${phone.controlPath}`}`,
  );
  const code = await untilOver(phone, configuration.name, keys);
  const forced = setTimeout(() => process.exit(code), 4000);
  await phone.stop();
  clearTimeout(forced);
  return code;
}

/** Resolves with the exit code when somebody says stop, or when a contained bug asks for a restart and nobody talks. */
async function untilOver(phone: DeskPhone, name: string, keys: boolean): Promise<number> {
  let resolve: (code: number) => void = () => {};
  const promise = new Promise<number>((settle) => {
    resolve = settle;
  });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => resolve(EXIT.stopped));
  phone.runtime.subscribe({
    snapshot: () => {
      if (phone.runtime.alarms.length > 0 && phone.runtime.idle) resolve(EXIT.restart);
    },
  });
  // The sockets alone keep the process alive; their alarms do not.
  if (!keys) return promise;
  const { Terminal } = await import('./terminal.ts');
  const terminal = new Terminal(phone.runtime, phone.hands, name, phone.notes, () => resolve(EXIT.stopped));
  const code = await promise;
  terminal.close();
  return code;
}

/** Where log lines go. A file that cannot be written, now or later, costs the log and not the phone. */
function destination(path: string | undefined) {
  if (path === undefined) return process.stderr;
  const lost = (error: NodeJS.ErrnoException): void => {
    process.stderr.write(
      `switchhook: the log ${path} cannot be written (${error.code ?? error.message}): set log.file to one that this user may write\n`,
    );
  };
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  } catch (error) {
    lost(error as NodeJS.ErrnoException);
    return process.stderr;
  }
  return createWriteStream(path, { flags: 'a', mode: 0o600 })
    .once('error', (error) => lost(error))
    .on('error', () => {});
}

function readOptions(words: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: { config: { type: 'string' }, check: { type: 'boolean' }, keys: { type: 'string' } },
      strict: true,
    });
    if (values.keys !== undefined && values.keys !== 'terminal')
      return `--keys ${values.keys}: only --keys terminal is known; try switchhook --help`;
    return {
      config: values.config ?? defaultConfigurationPath(),
      check: values.check === true,
      keys: values.keys === 'terminal',
    };
  } catch (error) {
    return `${(error as Error).message}; try switchhook --help`;
  }
}

function complain(message: string, code: number): number {
  for (const line of message.split('\n')) process.stderr.write(`switchhook: ${line}\n`);
  return code;
}
