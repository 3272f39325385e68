import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

const RECIPE = resolve(import.meta.dirname, '../../kernel');
const SOURCES = '/usr/src';
/** What the build calls, and the Debian package that has it. */
const TOOLS: Readonly<Record<string, string>> = {
  make: 'make',
  gcc: 'gcc',
  flex: 'flex',
  bison: 'bison',
  bc: 'bc',
  xz: 'xz-utils',
  strip: 'binutils',
};

/** A kernel that can be started, or what must be installed for one. */
export type Kernel =
  | { readonly path: string; readonly source: string; readonly how: 'from the cache' | 'built' }
  | { readonly missing: string };

/** Where kernels and the logs of their builds are kept: `${XDG_CACHE_HOME:-~/.cache}/switchhook`. */
export function cacheFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'switchhook');
}

/**
 * The User-Mode-Linux kernel of this recipe: out of the cache, else built from the newest of Debian's kernel sources here, which
 * takes some minutes. A kernel in the cache is used even where neither source nor compiler are installed. Throws when the build fails.
 */
export function findKernel(say: (line: string) => void): Kernel {
  const recipe = recipeHash();
  const folder = cacheFolder();
  const source = newestSource();
  const known = (existsSync(folder) ? readdirSync(folder) : []).filter((name) => name.endsWith(`-${recipe}.uml`));
  const wanted = source === undefined ? known.sort().at(-1) : `linux-${source.version}-${recipe}.uml`;
  if (wanted !== undefined && known.includes(wanted))
    return { path: join(folder, wanted), source: wanted.slice(0, -`-${recipe}.uml`.length), how: 'from the cache' };
  if (process.arch !== 'x64') return { missing: `an x86-64 machine: User-Mode-Linux does not run on ${process.arch}` };
  const lacking = Object.entries(TOOLS).flatMap(([tool, pack]) => (hasTool(tool) ? [] : [pack]));
  const packages = [...(source === undefined ? ['linux-source-6.1'] : []), ...lacking];
  if (packages.length > 0 || source === undefined || wanted === undefined)
    return { missing: `apt-get install --no-install-recommends ${packages.join(' ')}` };
  mkdirSync(folder, { recursive: true });
  const path = join(folder, wanted);
  build(source.tarball, path, say);
  return { path, source: `linux-${source.version}`, how: 'built' };
}

/** Hash of all that decides what kernel comes out of a source. */
function recipeHash(): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(RECIPE).sort()) hash.update(`${name}\0`).update(readFileSync(join(RECIPE, name)));
  return hash.digest('hex').slice(0, 16);
}

function newestSource(): { readonly tarball: string; readonly version: string } | undefined {
  const names = existsSync(SOURCES) ? readdirSync(SOURCES) : [];
  const [, series] =
    names
      .map((name) => /^linux-source-([\d.]+)\.tar\.xz$/.exec(name))
      .filter((match) => match !== null)
      .sort((a, b) => a[1]!.localeCompare(b[1]!, 'en', { numeric: true }))
      .at(-1) ?? [];
  if (series === undefined) return undefined;
  const { stdout = '' } = spawnSync('dpkg-query', ['-W', '-f', '$' + '{Version}', `linux-source-${series}`], {
    encoding: 'utf8',
  });
  return { tarball: join(SOURCES, `linux-source-${series}.tar.xz`), version: stdout.trim() || series };
}

function hasTool(tool: string): boolean {
  return spawnSync('which', [tool]).status === 0;
}

/** `kernel/build.sh` in a folder of its own beside `path`; the kernel gets its name when it is whole. */
function build(tarball: string, path: string, say: (line: string) => void): void {
  const folder = `${path}.build-${process.pid}`;
  const log = path.replace(/\.uml$/, '.log');
  mkdirSync(folder, { recursive: true });
  rmSync(log, { force: true });
  say(`building ${path} from ${tarball}, some minutes; its log is ${log}`);
  const began = performance.now();
  try {
    const run: SpawnSyncReturns<string> = spawnSync(
      'nice',
      ['-n', '10', 'sh', join(RECIPE, 'build.sh'), tarball, folder],
      {
        encoding: 'utf8',
        maxBuffer: 1 << 28,
      },
    );
    appendFileSync(log, `${run.stdout}${run.stderr}`);
    if (run.status !== 0) throw new Error(`the kernel's build failed, its log is ${log}:\n${run.stderr.slice(-2000)}`);
    copyFileSync(join(folder, 'linux.uml'), `${path}.new`);
    renameSync(`${path}.new`, path);
    say(`built in ${Math.round((performance.now() - began) / 1000)} s`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
