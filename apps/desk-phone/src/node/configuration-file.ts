import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { describeFault, readConfiguration } from '../configuration/read.ts';
import type { Configuration } from '../configuration/schema.ts';
import { readPassword, warnOfWideMode } from './secrets.ts';

/** Something that the person must mend before the phone can start: the message is all that is printed. */
export class StartFault extends Error {}

export interface LoadedConfiguration {
  readonly path: string;
  readonly configuration: Configuration;
  /** Passwords by account id. */
  readonly passwords: ReadonlyMap<string, string>;
  readonly warnings: readonly string[];
}

/** Where the configuration lies when nobody says: the user's own, else the system's. */
export function defaultConfigurationPath(environment = process.env): string {
  const own = join(environment['XDG_CONFIG_HOME'] ?? join(homedir(), '.config'), 'switchhook', 'switchhook.yaml');
  const system = '/etc/switchhook/switchhook.yaml';
  return !existsSync(own) && existsSync(system) ? system : own;
}

/** Read and judge a configuration file, its secrets left alone. Throws `StartFault`. */
export function readConfigurationFile(path: string) {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT')
      throw new StartFault(
        `there is no configuration at ${path}: write one with switchhook setup, or name yours with --config`,
      );
    throw new StartFault(
      `the configuration ${path} cannot be read (${code ?? 'unknown error'}): it must be a file that this user may read`,
    );
  }
  const reading = readConfiguration(text);
  if (!reading.ok) throw new StartFault(reading.faults.map((fault) => describeFault(path, fault)).join('\n'));
  return reading;
}

/** As `readConfigurationFile`, with the secrets that it names. Throws `StartFault`. */
export function loadConfiguration(path: string): LoadedConfiguration {
  const reading = readConfigurationFile(path);
  const { configuration } = reading;
  const passwords = new Map<string, string>();
  const warnings = [...reading.warnings];
  try {
    for (const account of configuration.accounts) {
      const password = readPassword(account, path);
      if (password !== undefined) passwords.set(account.id, password);
    }
  } catch (error) {
    throw new StartFault((error as Error).message);
  }
  if (configuration.accounts.some((account) => account.password !== undefined)) {
    const warning = warnOfWideMode(path);
    if (warning !== undefined) warnings.push(warning);
  }
  return { path, configuration, passwords, warnings };
}
