import { renameSync, statSync, writeFileSync } from 'node:fs';
import { describeFault, readConfiguration } from '../configuration/read.ts';
import { StartFault } from './configuration-file.ts';

/** Write the configuration anew, as a whole or not at all, and never something that the phone would refuse. */
export function rewriteConfiguration(path: string, text: string, source: string): void {
  const reading = readConfiguration(text);
  if (!reading.ok)
    throw new StartFault(
      `${reading.faults.map((fault) => describeFault(source, fault)).join('\n')}\nnothing was written`,
    );
  const draft = `${path}.new`;
  writeFileSync(draft, text, { mode: statSync(path).mode });
  renameSync(draft, path);
}
