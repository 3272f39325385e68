import { readFileSync } from 'node:fs';
import process from 'node:process';
import { parseArgs } from 'node:util';
import type { HeadsetDevice } from '@switchhook/bt-headset';
import { withHeadset } from '../configuration/write-headset.ts';
import { defaultConfigurationPath, readConfigurationFile, StartFault } from './configuration-file.ts';
import { rewriteConfiguration } from './rewrite-configuration.ts';
import { type Ask, listen } from './setup-command.ts';

const LOOK_MS = 12_000;

/** What a pairing can do, as `Pairing` of bt-headset does it. */
export interface Pairs {
  readonly found: readonly HeadsetDevice[];
  pair(headset: HeadsetDevice): Promise<string | undefined>;
}

/** `switchhook setup headset`: looks for headsets, pairs the one that is chosen, writes it into the configuration. */
export async function setupHeadsetCommand(words: readonly string[]): Promise<number> {
  let path: string;
  let lookMs: number;
  try {
    const options = { config: { type: 'string' }, seconds: { type: 'string' } } as const;
    const { values } = parseArgs({ args: [...words], options, strict: true });
    path = values.config ?? defaultConfigurationPath();
    lookMs = values.seconds === undefined ? LOOK_MS : Number(values.seconds) * 1000;
    if (!(lookMs > 0 && lookMs <= 120_000)) throw new Error('--seconds: 1 to 120');
  } catch (error) {
    return complain((error as Error).message, 2);
  }
  const person = listen(process.stdin, process.stdout);
  try {
    readConfigurationFile(path);
    const { Pairing } = await import('@switchhook/bt-headset/node');
    const pairing = await Pairing.open();
    try {
      process.stdout.write(`Hold the headset's pairing key until its light blinks. Looking for ${lookMs / 1000} s …\n`);
      await new Promise((resolve) => setTimeout(resolve, lookMs));
      const headset = await choose(pairing, person.ask, (line) => process.stdout.write(`${line}\n`));
      const notYet = await pairing.pair(headset);
      rewriteConfiguration(path, withHeadset(readFileSync(path, 'utf8'), headset.address), 'the headset');
      const connected = notYet === undefined ? 'connected' : `it connects once the phone runs (${notYet})`;
      process.stdout.write(`Paired ${headset.name}, ${connected}. Written: ${path}\nNow: switchhook doctor\n`);
      return 0;
    } finally {
      await pairing.close();
    }
  } catch (error) {
    // Faults of the file and of the person, and what BlueZ refuses; anything else is a bug of ours.
    if (error instanceof StartFault || (error as Error).name === 'BusError')
      return complain((error as Error).message, 1);
    throw error;
  } finally {
    person.close();
  }
}

/** Which of those that were found. */
export async function choose(pairing: Pairs, ask: Ask, say: (line: string) => void): Promise<HeadsetDevice> {
  const { found } = pairing;
  if (found.length === 0)
    throw new StartFault('no headset was found: is it in pairing mode, near, and not connected to another phone?');
  found.forEach(({ name, address, paired, rssi }, i) => {
    say(`  ${i + 1}  ${name}  ${address}${rssi === undefined ? '' : `  ${rssi} dBm`}${paired ? '  paired' : ''}`);
  });
  for (let tries = 0; tries < 3; tries++) {
    const chosen = found[Number(await ask('Which one', found.length === 1 ? '1' : '')) - 1];
    if (chosen !== undefined) return chosen;
  }
  throw new StartFault(`no answer to: Which one (1 to ${found.length})`);
}

function complain(message: string, code: number): number {
  for (const line of message.split('\n')) process.stderr.write(`switchhook setup headset: ${line}\n`);
  return code;
}
