import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where logs and what is kept over a restart lie: `log.folder`, else the user's state folder. Made when missing, 0700. */
export function openStateFolder(configured: string | undefined, environment = process.env): string {
  const state = environment['XDG_STATE_HOME'];
  const base = state?.startsWith('/') === true ? state : join(homedir(), '.local', 'state');
  const folder = configured ?? join(base, 'switchhook');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}
