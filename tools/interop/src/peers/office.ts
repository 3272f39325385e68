import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { kamailioMissing } from './kamailio.ts';
import type { Cell } from './matrix.ts';
import { ownNetwork } from './namespace.ts';

/** Everything together may take no longer than this. */
const LIMIT_MS = 600_000;

/** Play the matrix in a network of its own; what stands in the way of all of it is said in one line. */
export async function playMatrix(words: readonly string[], onCell: (cell: Cell) => void): Promise<string | undefined> {
  const kamailio = kamailioMissing();
  if (kamailio !== undefined) return `missing: ${kamailio}`;
  const wrap = ownNetwork();
  if (wrap === undefined) return 'no network namespace: unshare and ip are needed, and the right to use them';
  const [command, args] = wrap(process.execPath, [
    '--conditions=@switchhook/source',
    '--import',
    'tsx',
    join(import.meta.dirname, 'matrix.ts'),
    ...words,
  ]);
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  let rest = '';
  child.stdout.on('data', (chunk) => {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop()!;
    for (const line of lines) onCell(JSON.parse(line) as Cell);
  });
  // its own group: whatever it started goes with it
  const end = () => {
    try {
      process.kill(-child.pid!, 'SIGKILL');
    } catch {
      // gone already
    }
  };
  process.once('exit', end);
  return await new Promise((resolve) => {
    const limit = setTimeout(() => {
      end();
      resolve(`not done within ${LIMIT_MS / 1000} s`);
    }, LIMIT_MS);
    child.on('close', (code) => {
      clearTimeout(limit);
      resolve(code === 0 ? undefined : `the matrix ended with ${code}`);
    });
  });
}
