import { appendFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const DAY_MS = 86_400_000;

/**
 * JSON lines in one file a day, `calls-2026-11-22.jsonl`, readable by the owner only. Files older than `keepDays` are
 * removed when a new day begins. Days are those of UTC.
 */
export class DayFiles {
  readonly #folder: string;
  readonly #name: string;
  readonly #keepDays: number;
  readonly #wall: () => number;
  #day = '';

  constructor(folder: string, name: string, keepDays: number, wall: () => number) {
    this.#folder = folder;
    this.#name = name;
    this.#keepDays = keepDays;
    this.#wall = wall;
  }

  /** Write one line. A few hundred bytes and only at the end of a call or transfer, so at once. */
  append(entry: Readonly<Record<string, unknown>>): void {
    const day = new Date(this.#wall()).toISOString().slice(0, 10);
    if (day !== this.#day) this.#turn(day);
    appendFileSync(join(this.#folder, `${this.#name}-${day}.jsonl`), `${JSON.stringify(entry)}\n`, { mode: 0o600 });
  }

  #turn(day: string): void {
    this.#day = day;
    const oldest = new Date(this.#wall() - this.#keepDays * DAY_MS).toISOString().slice(0, 10);
    const pattern = new RegExp(`^${this.#name}-(\\d{4}-\\d{2}-\\d{2})\\.jsonl$`);
    for (const file of readdirSync(this.#folder)) {
      const written = pattern.exec(file)?.[1];
      if (written !== undefined && written < oldest) rmSync(join(this.#folder, file), { force: true });
    }
  }
}
