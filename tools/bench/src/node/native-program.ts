import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from '../result.ts';

/** A small C program of `native/` over a library of Debian's, compiled on the spot. */
export class NativeProgram {
  /** A folder of its own; gone after `close`. */
  readonly folder: string;
  readonly #program: string;

  private constructor(folder: string, program: string) {
    this.folder = folder;
    this.#program = program;
  }

  /** Compile `native/NAME.c` against the pkg-config module `library`; what is missing, in words, where that cannot be. */
  static build(name: string, library: string, packages: string): NativeProgram | string {
    const flags = spawnSync('pkg-config', ['--cflags', '--libs', library], { encoding: 'utf8' });
    if (flags.status !== 0) return `${library} is not here: install the packages ${packages} and pkg-config`;
    const folder = mkdtempSync(join(tmpdir(), 'switchhook-bench-'));
    const program = join(folder, name);
    const source = fileURLToPath(new URL(`../../native/${name}.c`, import.meta.url));
    spawnSync('gcc', ['-O2', source, '-o', program, ...flags.stdout.trim().split(/\s+/)]);
    if (existsSync(program)) return new NativeProgram(folder, program);
    rmSync(folder, { recursive: true, force: true });
    return `${name}.c cannot be compiled here: install the package gcc`;
  }

  /** The medians of the columns of numbers that it prints. */
  columns(...args: readonly string[]): readonly number[] {
    const lines = execFileSync(this.#program, args, { encoding: 'utf8' }).trim().split('\n');
    const rows = lines.map((line) => line.split(' ').map(Number));
    return rows[0]!.map((_, column) => median(rows.map((row) => row[column]!)));
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
