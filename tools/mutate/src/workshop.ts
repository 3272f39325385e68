import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

/** What the tests of a stage need: files, from the root of the copy. */
export interface Stage {
  readonly name: string;
  readonly files: readonly string[];
}

/** How a stage ended. */
export type Ending = 'passed' | 'failed' | 'hung';

/** A copy of the packages in a temporary folder: what is broken there is broken nowhere else. */
export class Workshop {
  readonly folder: string;
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
    this.folder = mkdtempSync(join(tmpdir(), 'switchhook-mutate-'));
    const skipped = new Set(['dist', 'node_modules', '.results']);
    const copied = (source: string): boolean => !skipped.has(basename(source));
    for (const part of ['package.json', 'tsconfig.base.json']) cpSync(join(root, part), join(this.folder, part));
    for (const name of readdirSync(join(root, 'packages'))) {
      cpSync(join(root, 'packages', name), join(this.folder, 'packages', name), { recursive: true, filter: copied });
    }
    this.#modules();
  }

  /** The dependencies are the root's own, but our packages are those of the copy. */
  #modules(): void {
    const [from, to] = [join(this.#root, 'node_modules'), join(this.folder, 'node_modules')];
    mkdirSync(join(to, '@switchhook'), { recursive: true });
    for (const name of readdirSync(from)) {
      if (name !== '@switchhook') symlinkSync(join(from, name), join(to, name));
    }
    for (const name of readdirSync(join(this.folder, 'packages'))) {
      const { name: full } = JSON.parse(readFileSync(join(this.folder, 'packages', name, 'package.json'), 'utf8'));
      const link = join(to, full as string);
      rmSync(link, { recursive: true, force: true });
      symlinkSync(join(this.folder, 'packages', name), link);
    }
  }

  /** Text of a file of the transfer package. */
  read(file: string): string {
    return readFileSync(this.#path(file), 'utf8');
  }

  write(file: string, text: string): void {
    writeFileSync(this.#path(file), text);
  }

  /** How the tests of a stage end, and what they printed. One that takes longer than `limitMs` hangs. */
  async run(stage: Stage, limitMs: number): Promise<{ readonly ending: Ending; readonly said: string }> {
    const together = join(import.meta.dirname, 'together.mjs');
    const args = ['--conditions=@switchhook/source', '--import', 'tsx', together, ...stage.files];
    const corpus = process.env['SWITCHHOOK_CORPUS'] ?? join(this.#root, '..', 'shared', 'corpus');
    const env = { ...process.env, ...(existsSync(corpus) ? { SWITCHHOOK_CORPUS: corpus } : {}), NO_COLOR: '1' };
    return await new Promise((resolve) => {
      let said = '';
      let hung = false;
      const run = spawn(process.execPath, args, { cwd: this.folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
      const limit = setTimeout(() => {
        hung = true;
        run.kill('SIGKILL');
      }, limitMs);
      for (const stream of [run.stdout, run.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => {
          said = (said + text).slice(-20_000);
        });
      }
      run.on('close', (code) => {
        clearTimeout(limit);
        resolve({ ending: hung ? 'hung' : code === 0 ? 'passed' : 'failed', said });
      });
    });
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #path(file: string): string {
    return join(this.folder, 'packages', 'transfer', 'src', file);
  }
}
