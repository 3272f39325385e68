import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const INIT = resolve(import.meta.dirname, '../../guest/init.sh');
const GUEST_MAIN = resolve(import.meta.dirname, '../guest/main.js');
const HOUSE = resolve(import.meta.dirname, '../../../..');
const MEMORY_MB = 768;

/** One boot: a kernel, the suite that runs in it, and the folder by which the results come out. */
export interface Boot {
  readonly kernel: string;
  readonly suite: string;
  /** Absolute, without blanks; the only folder that the kernel can write. */
  readonly folder: string;
  readonly limitMs: number;
  /** The console, line by line. */
  readonly console: (line: string) => void;
}

/** How a boot ended: the suite's own exit code, or what went wrong with the kernel. */
export type Ended = { readonly code: number } | { readonly trouble: string };

/** Boot the kernel, run the suite in it, wait until it is off. A kernel that takes longer than its limit is ended with all its processes. */
export async function boot({ kernel, suite, folder, limitMs, console }: Boot): Promise<Ended> {
  const child = spawn(
    kernel,
    [
      `mem=${MEMORY_MB}M`,
      'root=none',
      'rootfstype=hostfs',
      'rootflags=/',
      'ro',
      'init=/bin/busybox',
      `LAB_NODE=${process.execPath}`,
      `LAB_NODE_HOME=${dirname(dirname(process.execPath))}`,
      `LAB_HOUSE=${HOUSE}`,
      `LAB_MAIN=${GUEST_MAIN}`,
      `LAB_SUITE=${suite}`,
      `LAB_WORK=${folder}`,
      `uml_dir=${folder}`,
      'umid=kernel',
      'con=null',
      'con0=fd:0,fd:1',
      'quiet',
      '--',
      'sh',
      INIT,
    ],
    // a process group of its own: User-Mode-Linux runs its processes as processes of the host
    { stdio: ['ignore', 'pipe', 'pipe'], detached: true, cwd: folder, env: { ...process.env, TMPDIR: memoryFolder() } },
  );
  let tail = '';
  let rest = '';
  const heard = (chunk: Buffer) => {
    rest += chunk.toString();
    const lines = rest.split(/\r?\n/);
    rest = lines.pop()!;
    for (const line of lines) {
      tail = `${tail}${line}\n`.slice(-4000);
      console(line);
    }
  };
  child.stdout.on('data', heard);
  child.stderr.on('data', heard);
  const end = () => endGroup(child.pid!);
  process.on('exit', end);
  let late = false;
  const limit = setTimeout(() => {
    late = true;
    end();
  }, limitMs);
  const failed = await new Promise<Error | undefined>((done) => {
    child.once('error', done);
    child.once('close', () => done(undefined));
  });
  clearTimeout(limit);
  process.off('exit', end);
  if (failed !== undefined) return { trouble: `${kernel} cannot be started: ${failed.message}` };
  end();
  const file = join(folder, 'ended');
  if (existsSync(file)) return { code: Number(readFileSync(file, 'utf8')) };
  return {
    trouble: `${late ? `not over after ${limitMs / 1000} s` : 'the kernel stopped before its suite was over'}:\n${tail}`,
  };
}

/** Where the file lies that is the kernel's memory: in memory, where there is room for it. */
function memoryFolder(): string {
  const shared = '/dev/shm';
  if (!existsSync(shared)) return tmpdir();
  const { bavail, bsize } = statfsSync(shared);
  return bavail * bsize > MEMORY_MB * 1.2 * 2 ** 20 ? shared : tmpdir();
}

/** What is left of a kernel's processes. */
function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // all gone
  }
}
