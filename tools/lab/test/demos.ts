import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { demoOptions } from '../src/node/demo/options.ts';
import { type DemoResult, runDemo } from '../src/node/demo/run.ts';

/** Several offices at once: each waits for its people most of the time. */
const AT_ONCE = 2;
let running = 0;
let count = 0;
const queue: (() => void)[] = [];

/** Where the demos of this process leave their files; removed at its end. */
export const folder = mkdtempSync(join(tmpdir(), 'switchhook-lab-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

/** A demo's result, and the folder with its files. */
export interface PlayedDemo extends DemoResult {
  readonly files: string;
}

/** Play a demo in this process; waits for its turn. A failure is kept for whoever asks for it. */
export function demo(...args: string[]): Promise<PlayedDemo> {
  const playing = play(args);
  playing.catch(() => {});
  return playing;
}

async function play(args: readonly string[]): Promise<PlayedDemo> {
  if (running >= AT_ONCE) await new Promise<void>((go) => queue.push(go));
  running++;
  const files = join(folder, String(++count));
  try {
    const options = demoOptions(['--auto', '--talk', '1', '--out', files, ...args], false);
    return { ...(await runDemo(options, () => {})), files };
  } finally {
    running--;
    queue.shift()?.();
  }
}
