import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What came of one requirement that was tried. */
export interface Result {
  readonly suite: string;
  /** The kernel drivers and daemons that it ran against, joined by ` + `. */
  readonly against: string;
  /** The requirement; begins with its section. */
  readonly title: string;
  readonly result: 'passed' | 'failed' | 'skipped';
  /** Why it failed or was skipped. */
  readonly why?: string;
  readonly ms: number;
}

const FILE = 'results.jsonl';

/** Add a line to the results in `folder`; whole lines, so that what a kernel wrote before it stopped can be read. */
export function writeResult(folder: string, result: Result): void {
  appendFileSync(join(folder, FILE), `${JSON.stringify(result)}\n`);
}

/** All results in `folder`, in the order in which they came. */
export function readResults(folder: string): readonly Result[] {
  const file = join(folder, FILE);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Result);
}
