import { existsSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import type { JournalRequest } from '../ctl/arguments.ts';
import { EXIT } from '../ctl/outcome.ts';
import { listLine, showJournal, verdictOf } from '../journal/show.ts';
import { defaultConfigurationPath, readConfigurationFile, StartFault } from './configuration-file.ts';
import { JournalFiles } from './journal-files.ts';
import { stateFolder } from './state-folder.ts';

/** `switchhook ctl transfer.list` and `transfer.export`: read what the phone kept, also when it does not run. */
export function journalCommand(request: JournalRequest, json: boolean): number {
  let folder: string;
  try {
    folder = folderOf(request);
  } catch (error) {
    if (error instanceof StartFault)
      return complain(`${error.message.split('\n')[0]} (or name the folder of its logs with --folder)`, EXIT.usage);
    throw error;
  }
  const files = new JournalFiles(folder);
  try {
    return request.name === 'list' ? list(files, json) : give(files, request, folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return complain(cannotRead(folder, code), EXIT.failed);
  }
}

/** Where the phone of this configuration keeps its journals. */
function folderOf({ config, folder }: JournalRequest): string {
  if (folder !== undefined) return folder;
  const path = config ?? defaultConfigurationPath();
  if (config === undefined && !existsSync(path)) return stateFolder(undefined);
  return stateFolder(readConfigurationFile(path).configuration.log.folder);
}

function list(files: JournalFiles, json: boolean): number {
  const shown = [];
  for (const name of files.names()) {
    const reading = files.read(name);
    if (!reading.ok) complain(damaged(name, reading.why), EXIT.failed);
    else if (!json) print(listLine(reading.value));
    else {
      const { head } = reading.value;
      const verdict = verdictOf(reading.value);
      shown.push({
        ...head,
        outcome: verdict?.outcome ?? null,
        evidence: verdict?.evidence ?? null,
        status: verdict?.status ?? null,
      });
    }
  }
  if (json) print(JSON.stringify(shown));
  else if (files.names().length === 0) print('no transfer is kept');
  return EXIT.done;
}

function give(files: JournalFiles, request: JournalRequest & { readonly name: 'export' }, folder: string): number {
  const { id, form, out } = request;
  const name = files.find(id);
  if (name === undefined)
    return complain(`no transfer ${id} is kept in ${folder}: switchhook ctl transfer.list names them`, EXIT.failed);
  const reading = files.read(name);
  if (!reading.ok) return complain(damaged(name, reading.why), EXIT.failed);
  const shown = showJournal(reading.value, form);
  if (out !== undefined) {
    try {
      writeFileSync(out, shown, { mode: 0o600 });
    } catch (error) {
      return complain(`${out} cannot be written (${(error as NodeJS.ErrnoException).code})`, EXIT.failed);
    }
    return EXIT.done;
  }
  if (typeof shown !== 'string' && process.stdout.isTTY === true)
    return complain('a capture is no text: give --out FILE', EXIT.usage);
  process.stdout.write(shown);
  return EXIT.done;
}

function damaged(name: string, why: string): string {
  return `the journal ${name} is damaged: ${why}`;
}

function cannotRead(folder: string, code: string): string {
  if (code === 'ENOENT')
    return `there is no folder ${folder}: name the phone's configuration with --config, or the folder of its logs with --folder`;
  if (code === 'EACCES' || code === 'EPERM')
    return `${folder} may be read by the user of the phone only: run this as that user`;
  return `${folder} cannot be read (${code})`;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function complain(message: string, code: number): number {
  process.stderr.write(`switchhook ctl: ${message}\n`);
  return code;
}
