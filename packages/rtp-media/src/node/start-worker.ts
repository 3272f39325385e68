import { Worker, type WorkerOptions } from 'node:worker_threads';

/**
 * Start a worker from an entry file: JavaScript (a build, a bundle), or TypeScript source when this process runs under
 * tsx. tsx does not follow into workers on Node 20 by itself, so the worker registers it before it imports the entry.
 */
export function startWorker(entry: URL, options: WorkerOptions): Worker {
  const url = entry.pathname.endsWith('.ts') ? sourceEntry(entry) : entry;
  return new Worker(url, { ...options, execArgv: inheritedArguments(process.execArgv) });
}

function sourceEntry(entry: URL): URL {
  const tsx = JSON.stringify(import.meta.resolve('tsx/esm/api'));
  const code = `import { register } from ${tsx}; register(); await import(${JSON.stringify(entry.href)});`;
  return new URL(`data:text/javascript,${encodeURIComponent(code)}`);
}

const WITH_PROGRAM = new Set(['-e', '--eval', '-p', '--print', '-pe']);

/** Node's own arguments less those that name the main thread's program: a worker refuses them. */
export function inheritedArguments(execArgv: readonly string[]): string[] {
  const kept: string[] = [];
  for (let at = 0; at < execArgv.length; at++) {
    const argument = execArgv[at]!;
    if (WITH_PROGRAM.has(argument)) at++;
    else if (!argument.startsWith('--input-type')) kept.push(argument);
  }
  return kept;
}
