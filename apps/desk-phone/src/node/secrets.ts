import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { AccountConfiguration } from '../configuration/schema.ts';

/** The password of an account, from the configuration or from the file that it names (relative to the configuration). */
export function readPassword(account: AccountConfiguration, configurationFile: string): string | undefined {
  if (account.passwordFile === undefined) return account.password;
  const path = resolve(dirname(configurationFile), account.passwordFile);
  try {
    return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(
      `account ${account.id}: its passwordFile ${path} cannot be read (${code ?? 'unknown error'}): write the password there, for the user of the phone only`,
    );
  }
}

/** A warning when a file that holds a secret can be read by more than its owner. */
export function warnOfWideMode(path: string): string | undefined {
  const mode = statSync(path).mode & 0o777;
  if ((mode & 0o077) === 0) return undefined;
  return `${path} holds a password and others may read it (mode 0${mode.toString(8)}): chmod 600 ${path}`;
}
