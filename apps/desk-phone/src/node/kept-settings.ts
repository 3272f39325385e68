import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

type Value = string | number | boolean;

/** Settings that a person changed at the phone, kept over a restart in `kept.json` of the state folder. */
export class KeptSettings {
  readonly #path: string;
  readonly #values: Map<string, Value>;

  constructor(folder: string) {
    this.#path = join(folder, 'kept.json');
    this.#values = new Map(Object.entries(readValues(this.#path)));
  }

  /** All that is kept. */
  get all(): Readonly<Record<string, Value>> {
    return Object.fromEntries(this.#values);
  }

  get(key: string): Value | undefined {
    return this.#values.get(key);
  }

  /**
   * Keep it now: written beside and moved into place, so that a power cut leaves the old or the new file. Says why when
   * the disk does not take it: the setting holds until the restart then.
   */
  set(key: string, value: Value): string | undefined {
    this.#values.set(key, value);
    const beside = `${this.#path}.new`;
    try {
      writeFileSync(beside, `${JSON.stringify(Object.fromEntries(this.#values))}\n`, { mode: 0o600 });
      renameSync(beside, this.#path);
      return undefined;
    } catch (error) {
      return `${this.#path} cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`;
    }
  }
}

/** What the file holds; a file that is missing or damaged holds nothing. */
function readValues(path: string): Record<string, Value> {
  try {
    const content: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof content !== 'object' || content === null || Array.isArray(content)) return {};
    const plain = (value: unknown): value is Value => ['string', 'number', 'boolean'].includes(typeof value);
    return Object.fromEntries(Object.entries(content).filter((entry): entry is [string, Value] => plain(entry[1])));
  } catch {
    return {};
  }
}
