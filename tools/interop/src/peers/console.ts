import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

/** How long anything that a peer does may take on a busy machine. */
export const LIMIT_MS = 40_000;

/** A program that is typed at and read, as by somebody at a terminal. What it wrote is kept in a file. */
export class Console {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #file: string;
  readonly #watchers = new Set<() => void>();
  #said = '';

  /** Start `command` with its home in `home`. */
  constructor(
    name: string,
    home: string,
    command: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ) {
    this.name = name;
    this.#file = join(home, `${name}.console`);
    this.#child = spawn(command, args, {
      cwd: home,
      env: { PATH: process.env['PATH'] ?? '', HOME: home, LANG: 'C', ...env },
      stdio: 'pipe',
    });
    for (const stream of [this.#child.stdout!, this.#child.stderr!])
      stream.on('data', (chunk) => this.#hear(String(chunk)));
    this.#child.stdin!.on('error', () => undefined);
    this.#child.on('error', (error) => this.#hear(`${error.message}\n`));
    this.#child.on('exit', (code, signal) => this.#hear(`${name} ended: ${code ?? signal}\n`));
  }

  /** How much it has written: what comes later is behind this mark. */
  get mark(): number {
    return this.#said.length;
  }

  /** What it wrote behind `mark`. */
  since(mark: number): string {
    return this.#said.slice(mark);
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  type(line: string): void {
    appendFileSync(this.#file, `>>> ${line}\n`);
    this.#child.stdin!.write(`${line}\n`);
  }

  /** Wait until it has written something behind `mark`. */
  until(pattern: RegExp, mark = 0, limitMs = LIMIT_MS): Promise<RegExpExecArray> {
    return new Promise((done, fail) => {
      const stop = () => {
        clearTimeout(limit);
        this.#watchers.delete(look);
      };
      const look = () => {
        const found = pattern.exec(this.since(mark));
        if (found !== null) {
          stop();
          done(found);
        } else if (!this.running) {
          stop();
          fail(new Error(`${this.name} has ended and never wrote ${pattern}: ${this.since(mark).slice(-600)}`));
        }
      };
      const limit = setTimeout(() => {
        stop();
        fail(new Error(`${this.name} never wrote ${pattern}: ${this.since(mark).slice(-600)}`));
      }, limitMs);
      this.#watchers.add(look);
      look();
    });
  }

  /** Each time it writes `word` from now on. */
  whenever(word: string, act: () => void): void {
    let from = this.mark;
    this.#watchers.add(() => {
      for (let at = this.#said.indexOf(word, from); at >= 0; at = this.#said.indexOf(word, from)) {
        from = at + word.length;
        act();
      }
    });
  }

  /** Type a line, and read until `pattern` comes after it. */
  ask(line: string, pattern: RegExp, limitMs = LIMIT_MS): Promise<RegExpExecArray> {
    const mark = this.mark;
    this.type(line);
    return this.until(pattern, mark, limitMs);
  }

  /** Type a question again and again until the answer is `pattern`. */
  async askUntil(line: string, pattern: RegExp, limitMs = LIMIT_MS, everyMs = 1500): Promise<RegExpExecArray> {
    for (const end = Date.now() + limitMs; ; ) {
      const mark = this.mark;
      this.type(line);
      try {
        return await this.until(pattern, mark, everyMs);
      } catch (error) {
        if (Date.now() > end || !this.running) throw error;
      }
    }
  }

  /** End it: by its own word if it has one, else by force. */
  async close(word?: string): Promise<void> {
    if (!this.running) return;
    const gone = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
    if (word === undefined) this.#child.kill('SIGTERM');
    else this.type(word);
    const force = setTimeout(() => this.#child.kill('SIGKILL'), 3000);
    await gone;
    clearTimeout(force);
  }

  #hear(text: string): void {
    this.#said += text;
    appendFileSync(this.#file, text);
    for (const watcher of [...this.#watchers]) watcher();
  }
}
