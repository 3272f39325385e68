import { monotonicClock } from '@switchhook/sip-core/node';
import { addressOf } from '../journal/sip-tap.ts';
import { TransferRecorder } from '../journal/transfer-recorder.ts';
import { VERSION } from '../version.ts';
import type { LoadedConfiguration } from './configuration-file.ts';
import { JournalFiles } from './journal-files.ts';
import type { Log } from './log.ts';

/** The recorder of transfers over its files in `folder`. A disk that takes nothing costs the journal, and is said once. */
export function openRecorder(
  { configuration }: LoadedConfiguration,
  log: Log,
  folder: string,
  local: Readonly<Record<string, { readonly host: string; readonly port: number }>>,
  say: (line: string) => void,
): TransferRecorder {
  const files = new JournalFiles(folder);
  const { keepDays } = configuration.log;
  let unkept = false;
  const attempt = (act: () => void): void => {
    try {
      act();
      unkept = false;
    } catch (error) {
      if (!unkept) say(`transfers are not kept for transfer.export: ${(error as Error).message}`);
      unkept = true;
    }
  };
  let tidied = '';
  attempt(() => files.tidy(keepDays, Date.now()));
  return new TransferRecorder({
    clock: monotonicClock,
    wall: Date.now,
    local: Object.fromEntries(Object.entries(local).map(([name, at]) => [name, addressOf(at)])),
    phone: configuration.name,
    software: `switchhook/${VERSION}`,
    keep: (journal, text) =>
      attempt(() => {
        files.write(journal, text);
        if (journal !== tidied) files.tidy(keepDays, Date.now());
        tidied = journal;
      }),
    broken: (bug) => {
      const message = bug instanceof Error ? bug.message : String(bug);
      log.write('error', { stack: bug instanceof Error ? bug.stack : undefined }, `transfer journal: ${message}`);
    },
  });
}
