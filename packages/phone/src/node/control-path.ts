import { join } from 'node:path';
import process from 'node:process';

/** Where the control socket lies unless the configuration says otherwise: the user's run-time folder, else the system's. */
export function defaultControlPath(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  const folder = environment['XDG_RUNTIME_DIR'];
  return join(folder?.startsWith('/') ? folder : '/run', 'switchhook', 'control.sock');
}
