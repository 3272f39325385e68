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
const PRELOADS = new Set(['--import', '--require', '-r', '--loader']);
/** tsx by name, or a file of its package. */
const TSX = /^tsx(\/|$)|\/tsx\//;

/**
 * Node's own arguments less those that name the main thread's program, which a worker refuses, and less tsx, which
 * costs a quarter of a second there and does nothing.
 */
export function inheritedArguments(execArgv: readonly string[]): string[] {
  const kept: string[] = [];
  for (let at = 0; at < execArgv.length; at++) {
    const argument = execArgv[at]!;
    const [name = '', inline] = argument.split('=', 2);
    const value = inline ?? execArgv[at + 1] ?? '';
    if (WITH_PROGRAM.has(argument)) at++;
    else if (PRELOADS.has(name) && TSX.test(value)) at += inline === undefined ? 1 : 0;
    else if (name !== '--input-type') kept.push(argument);
  }
  return kept;
}
