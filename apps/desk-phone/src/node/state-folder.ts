import { accessSync, constants, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { StartFault } from './configuration-file.ts';

/** Where logs and what is kept over a restart lie: `log.folder`, else the user's state folder. */
export function stateFolder(configured: string | undefined, environment = process.env): string {
  const state = environment['XDG_STATE_HOME'];
  const base = state?.startsWith('/') === true ? state : join(homedir(), '.local', 'state');
  return configured ?? join(base, 'switchhook');
}

/** The same, made when it is missing, 0700. Throws `StartFault`. */
export function openStateFolder(configured: string | undefined, environment = process.env): string {
  const folder = stateFolder(configured, environment);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new StartFault(
      `the folder ${folder} for logs and kept settings cannot be used (${code ?? 'unknown error'}): set log.folder to one that this user may write`,
    );
  }
  return folder;
}
