import process from 'node:process';
import { parseArgs } from 'node:util';
import { type Finding, findingLine, findingsExit } from '../doctor/finding.ts';
import {
  defaultConfigurationPath,
  type LoadedConfiguration,
  loadConfiguration,
  StartFault,
} from './configuration-file.ts';
import type { Check, CheckContext } from './doctor/check.ts';
import { CHECKS } from './doctor/checks.ts';
import { watchKeypads } from './doctor/watch.ts';

/** `switchhook doctor`: looks at each part of this phone and says what is wrong and what helps. 0 = nothing is, 1 = something, 2 = usage. */
export async function doctorCommand(words: readonly string[]): Promise<number> {
  let options: { config?: string; bridge?: string; json?: boolean; watch?: boolean };
  try {
    options = parseArgs({
      args: [...words],
      options: {
        config: { type: 'string' },
        bridge: { type: 'string' },
        json: { type: 'boolean' },
        watch: { type: 'boolean' },
      },
      strict: true,
    }).values;
  } catch (error) {
    process.stderr.write(`switchhook doctor: ${(error as Error).message}\n`);
    return 2;
  }
  const { findings, loaded } = readTheConfiguration(options.config ?? defaultConfigurationPath());
  if (options.watch === true) return watch(loaded, findings);
  const all = [...findings, ...(await examine(CHECKS, { loaded, bridge: options.bridge }))];
  if (options.json === true) process.stdout.write(`${JSON.stringify({ findings: all })}\n`);
  else for (const finding of all) process.stdout.write(`${findingLine(finding)}\n`);
  return findingsExit(all);
}

/** What the checks find, one after the other: two that open the same device would be in each other's way. */
export async function examine(checks: readonly Check[], context: CheckContext): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const check of checks) findings.push(...(await check(context)));
  return findings;
}

function readTheConfiguration(path: string): { findings: Finding[]; loaded: LoadedConfiguration | undefined } {
  const part = 'configuration';
  try {
    const loaded = loadConfiguration(path);
    const warnings = loaded.warnings.map((text) => ({ part, verdict: 'warning', text }) as const);
    return { findings: [{ part, verdict: 'ok', text: path }, ...warnings], loaded };
  } catch (error) {
    if (!(error instanceof StartFault)) throw error;
    const lines = error.message.split('\n');
    return { findings: lines.map((text) => ({ part, verdict: 'fault', text })), loaded: undefined };
  }
}

/** Until somebody says stop. */
async function watch(loaded: LoadedConfiguration | undefined, findings: readonly Finding[]): Promise<number> {
  if (loaded === undefined) {
    for (const finding of findings) process.stdout.write(`${findingLine(finding)}\n`);
    return 1;
  }
  const stop = watchKeypads(loaded.configuration, (line) => process.stdout.write(`${line}\n`));
  if (stop === undefined) {
    process.stderr.write('switchhook doctor: the configuration has no keypad: write one with switchhook setup keys\n');
    return 1;
  }
  // The watched files keep the process alive, and where there is none yet this does.
  const alive = setInterval(() => {}, 60_000);
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
    process.stdout.once('error', () => resolve());
  });
  clearInterval(alive);
  stop();
  return 0;
}
