import { spawnSync } from 'node:child_process';
import { type Result, writeResult } from '../results.ts';

/** Tries one requirement against a driver; what it throws is its failure. Resolves to whether it held. */
export type Check = (title: string, against: string, run: () => void | Promise<void>) => Promise<boolean>;

/** A suite that runs in a boot of its own. */
export interface Suite {
  readonly name: string;
  /** How long the boot may take on a busy machine. */
  readonly limitS: number;
  /** Commands of the host that it calls, and the Debian package of each; where one is missing the suite is skipped. */
  readonly commands: Readonly<Record<string, string>>;
  /** `folder` can be written and is brought out. */
  run(check: Check, folder: string): Promise<void>;
}

/** Debian packages that must be installed before the suite can run. */
export function lacking({ commands }: Suite): readonly string[] {
  const search = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin:/usr/libexec/bluetooth` };
  const absent = Object.entries(commands).filter(
    ([command]) => spawnSync('which', [command], { env: search }).status !== 0,
  );
  return [...new Set(absent.map(([, pack]) => pack))];
}

/** Run a suite here, inside the kernel, and write what came of it to `folder`. Resolves to the exit code. */
export async function runSuite(suite: Suite, folder: string): Promise<number> {
  const results: Result[] = [];
  const put = (result: Omit<Result, 'suite'>): void => {
    const whole = { suite: suite.name, ...result };
    results.push(whole);
    writeResult(folder, whole);
  };
  const check: Check = async (title, against, run) => {
    const began = performance.now();
    const ms = () => Math.round(performance.now() - began);
    try {
      await run();
      put({ against, title, result: 'passed', ms: ms() });
      return true;
    } catch (error) {
      const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
      put({ against, title, result: 'failed', why, ms: ms() });
      return false;
    }
  };
  try {
    await suite.run(check, folder);
  } catch (error) {
    put({
      against: '-',
      title: 'the suite runs to its end',
      result: 'failed',
      why: String((error as Error).stack),
      ms: 0,
    });
  }
  return results.length > 0 && results.every(({ result }) => result !== 'failed') ? 0 : 1;
}
