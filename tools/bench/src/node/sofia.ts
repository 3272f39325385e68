import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from '../result.ts';

const SOURCE = fileURLToPath(new URL('../../native/sofia-parse.c', import.meta.url));
const ROUND_MS = 60;
const ROUNDS = 4;

/** CPU microseconds of sofia-sip for one message. */
export interface SofiaTimes {
  readonly parse: number;
  readonly print: number;
}

/** A small C program over sofia-sip, compiled on the spot. */
export class Sofia {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Compile; what is missing, in words, where that cannot be. */
  static build(): Sofia | string {
    const flags = spawnSync('pkg-config', ['--cflags', '--libs', 'sofia-sip-ua'], { encoding: 'utf8' });
    if (flags.status !== 0) return 'sofia-sip is not here: install the packages libsofia-sip-ua-dev and pkg-config';
    const folder = mkdtempSync(join(tmpdir(), 'switchhook-bench-'));
    const program = join(folder, 'sofia-parse');
    spawnSync('gcc', ['-O2', SOURCE, '-o', program, ...flags.stdout.trim().split(/\s+/)]);
    if (existsSync(program)) return new Sofia(folder);
    rmSync(folder, { recursive: true, force: true });
    return 'sofia-parse.c cannot be compiled here: install the package gcc';
  }

  /** Medians of a few rounds. */
  measure(message: Uint8Array): SofiaTimes {
    const file = join(this.#folder, 'message');
    writeFileSync(file, message);
    const args = [file, String(ROUND_MS), String(ROUNDS)];
    const lines = execFileSync(join(this.#folder, 'sofia-parse'), args, { encoding: 'utf8' }).trim().split('\n');
    const columns = lines.map((line) => line.split(' ').map(Number));
    return { parse: median(columns.map(([parse]) => parse!)), print: median(columns.map(([, print]) => print!)) };
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
