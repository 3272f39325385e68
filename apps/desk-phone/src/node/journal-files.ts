import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type JournalReading, readJournal } from '../journal/journal-line.ts';

/** Kept transfers on the disk; the oldest make room, also for their number of days. */
export const JOURNAL_FILES = 500;
export const JOURNAL_FOLDER_BYTES = 67_108_864;
const DAY_MS = 86_400_000;
/** Nothing that the phone wrote is longer; what is longer is not read. */
const LONGEST_FILE_BYTES = 16_777_216;
const NAME = /^transfer-((\d{4}-\d{2}-\d{2})-\d{6}-[A-Za-z0-9-]{1,64})\.jsonl$/;

/** The kept transfers of one phone: a file each, readable by the owner only, in the folder of its logs. */
export class JournalFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Keep `text` under `journal`, in one step: whoever reads sees the old one or the new one. Throws what the disk says. */
  write(journal: string, text: string): void {
    const path = this.#path(journal);
    const draft = `${path}.new`;
    try {
      writeFileSync(draft, text, { mode: 0o600 });
      renameSync(draft, path);
    } catch (error) {
      rmSync(draft, { force: true });
      throw error;
    }
  }

  /** Remove what is older than `keepDays`, and the oldest beyond the limits. `now` in ms since 1970. */
  tidy(keepDays: number, now: number): void {
    const oldest = new Date(now - keepDays * DAY_MS).toISOString().slice(0, 10);
    let bytes = 0;
    this.names().forEach((journal, index) => {
      const path = this.#path(journal);
      bytes += statSync(path, { throwIfNoEntry: false })?.size ?? 0;
      if (journal.slice(0, 10) < oldest || index >= JOURNAL_FILES || bytes > JOURNAL_FOLDER_BYTES)
        rmSync(path, { force: true });
    });
    for (const file of readdirSync(this.#folder))
      if (file.endsWith('.jsonl.new') && NAME.test(file.slice(0, -4)))
        rmSync(join(this.#folder, file), { force: true });
  }

  /** Names of the kept transfers, the newest first. Throws what the disk says. */
  names(): readonly string[] {
    const names = readdirSync(this.#folder).flatMap((file) => NAME.exec(file)?.[1] ?? []);
    return names.sort(newestFirst);
  }

  /** The whole name, `t-7` for the newest of that id, or `last`; undefined when there is none. */
  find(id: string): string | undefined {
    const names = this.names();
    return id === 'last' ? names[0] : names.find((name) => name === id || name.slice(18) === id);
  }

  read(journal: string): JournalReading {
    const path = this.#path(journal);
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (size > LONGEST_FILE_BYTES) return { ok: false, why: `it is longer than ${LONGEST_FILE_BYTES} octets` };
    try {
      return readJournal(readFileSync(path, 'utf8'));
    } catch (error) {
      return { ok: false, why: (error as NodeJS.ErrnoException).code ?? (error as Error).message };
    }
  }

  #path(journal: string): string {
    return join(this.#folder, `transfer-${journal}.jsonl`);
  }
}

/** By their time; in one second by the number of the transfer. */
function newestFirst(a: string, b: string): number {
  const [left, right] = [a.slice(0, 17), b.slice(0, 17)];
  if (left !== right) return left < right ? 1 : -1;
  return Number(b.replace(/^.*-/, '')) - Number(a.replace(/^.*-/, ''));
}
