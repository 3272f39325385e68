import { spawn } from 'node:child_process';
import { type FileResult, readFileResult } from './summary.ts';

/** Run one test file in a process of its own, killed with all its children when `limitS` has passed. */
export function runFile(file: string, cwd: string, limitS: number): Promise<FileResult & { readonly output: string }> {
  const began = performance.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--conditions=@switchhook/source', '--import', 'tsx', file], {
      cwd,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, FORCE_COLOR: '0' },
    });
    let output = '';
    let timedOut = false;
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    const kill = () => {
      try {
        process.kill(-child.pid!, 'SIGKILL');
      } catch {
        child.kill('SIGKILL');
      }
    };
    const limit = setTimeout(() => {
      timedOut = true;
      kill();
    }, limitS * 1000);
    child.on('exit', () => setTimeout(kill, 50).unref());
    child.on('close', (code) => {
      clearTimeout(limit);
      const exit = timedOut ? { code, timedOutAfterS: limitS } : { code };
      resolve({ ...readFileResult(file, output, exit, (performance.now() - began) / 1000), output });
    });
  });
}
