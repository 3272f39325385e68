import { chmodSync, closeSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type KeptCommand, REMEMBER_MOST, REMEMBER_MS } from '../acknowledgements.ts';

/** So many lines, and the file is written anew with what is still to be known. */
const COMPACT_AT_LINES = 4 * REMEMBER_MOST;
const MODE = 0o600;

/**
 * The acting commands of the last ten minutes in a file of one line each (mode 0600), so that a repeated id is not carried
 * out a second time by a bridge that was restarted in between. A line is written before its command is passed on.
 */
export class CommandMemory {
  readonly #file: string;
  readonly #say: (why: string) => void;
  #descriptor: number | undefined;
  #lines = 0;
  /** What was known when this bridge began. */
  readonly kept: readonly KeptCommand[];

  /** Never throws: a folder that cannot be written is said, and the memory then lasts as long as the process. */
  constructor(folder: string, id: string, now: number, say: (why: string) => void) {
    this.#file = join(folder, `mqtt-${id}.commands`);
    this.#say = say;
    this.kept = this.#rewrite(now);
  }

  keep(command: KeptCommand): void {
    if (this.#descriptor === undefined) return;
    try {
      writeSync(this.#descriptor, `${JSON.stringify(command)}\n`);
    } catch (error) {
      this.#giveUp(error);
      return;
    }
    this.#lines += 1;
    if (this.#lines >= COMPACT_AT_LINES) this.#rewrite(command.at);
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #read(): readonly KeptCommand[] {
    let text: string;
    try {
      text = readFileSync(this.#file, 'utf8');
    } catch {
      return [];
    }
    // a line that was cut off by a power failure, or that somebody spoilt, is left out
    return text.split('\n').flatMap((line) => {
      try {
        const value = JSON.parse(line) as KeptCommand | null;
        return typeof value?.key === 'string' && typeof value.at === 'number' ? [value] : [];
      } catch {
        return [];
      }
    });
  }

  /** Keeps the last line of each command that is still to be known; these are returned. */
  #rewrite(now: number): readonly KeptCommand[] {
    this.close();
    const last = new Map(this.#read().map((command) => [command.key, command]));
    const kept = [...last.values()].filter(({ at }) => now - at < REMEMBER_MS).slice(-REMEMBER_MOST);
    try {
      mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 });
      writeFileSync(`${this.#file}.new`, kept.map((command) => `${JSON.stringify(command)}\n`).join(''), {
        mode: MODE,
      });
      chmodSync(`${this.#file}.new`, MODE); // one that was left behind keeps the mode it had
      renameSync(`${this.#file}.new`, this.#file);
      this.#descriptor = openSync(this.#file, 'a', MODE);
      this.#lines = kept.length;
    } catch (error) {
      this.#giveUp(error);
    }
    return kept;
  }

  #giveUp(error: unknown): void {
    this.close();
    const why = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    this.#say(
      `${this.#file} cannot be written (${why}): commands are remembered until this process ends only; set stateFolder`,
    );
  }
}

/** Where programs keep what they know over a restart: systemd's folder for the unit, else the user's. */
export function defaultStateFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const { STATE_DIRECTORY, XDG_STATE_HOME, HOME } = environment;
  if (STATE_DIRECTORY !== undefined && STATE_DIRECTORY !== '') return STATE_DIRECTORY.split(':')[0]!;
  return join(XDG_STATE_HOME ?? join(HOME ?? '/var/lib', '.local/state'), 'switchhook');
}
