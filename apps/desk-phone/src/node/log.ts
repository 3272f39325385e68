import type { JournalEntry } from '@switchhook/phone/node';
import type { DestinationStream, Logger } from 'pino';
import type { Configuration } from '../configuration/schema.ts';
import { DayFiles } from './day-files.ts';

type Level = 'debug' | 'info' | 'warn' | 'error';

/** Property names whose values never reach a log, wherever they stand. */
const SECRETS = ['password', 'authorization', 'proxyAuthorization', 'digits', 'digit'];

/**
 * Everything that the process writes down: JSON lines through pino, the call log and the transfer journal. pino is
 * loaded after the phone has started; what was said before that is kept and written then.
 */
export class Log {
  readonly #calls: DayFiles;
  readonly #transfers: DayFiles;
  readonly #waiting: [Level, Readonly<Record<string, unknown>>, string][] = [];
  readonly #wall: () => number;
  #logger: Logger | undefined;
  /** A full or broken disk is said once, until it takes a line again. */
  #unwritten = false;

  constructor(folder: string, configuration: Configuration['log'], wall: () => number) {
    this.#wall = wall;
    this.#calls = new DayFiles(folder, 'calls', configuration.keepDays, wall);
    this.#transfers = new DayFiles(folder, 'transfers', configuration.keepDays, wall);
  }

  /** Load pino and write to `destination` from now on. */
  async open(level: Configuration['log']['level'], destination: DestinationStream): Promise<void> {
    const { default: pino } = await import('pino');
    const paths = SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);
    this.#logger = pino({ level, redact: { paths, censor: '[redacted]' }, base: null }, destination);
    for (const [at, values, text] of this.#waiting.splice(0)) this.#logger[at](values, text);
  }

  write(level: Level, values: Readonly<Record<string, unknown>>, text: string): void {
    if (this.#logger === undefined) this.#waiting.push([level, values, text]);
    else this.#logger[level](values, text);
  }

  /** Take one journal entry: to the log always, to the files where it belongs there. */
  take(written: JournalEntry): void {
    const entry = withoutDigits(written);
    const { type, ...values } = entry;
    this.write(levelOf(entry), redacted(values), type);
    if (entry.type === 'call') this.#append(this.#calls, { ...entry.record });
    if (belongsToTransfer(entry))
      this.#append(this.#transfers, { ts: new Date(this.#wall()).toISOString(), type, ...redacted(values) });
  }

  /** The disk may be full or gone: that ends no call. */
  #append(files: DayFiles, entry: Readonly<Record<string, unknown>>): void {
    try {
      files.append(entry);
      this.#unwritten = false;
    } catch (error) {
      if (this.#unwritten) return;
      this.#unwritten = true;
      this.write('error', {}, `calls and transfers are not written down: ${(error as Error).message}`);
    }
  }
}

/** A digit that the far end pressed may be part of a card number. */
function withoutDigits(entry: JournalEntry): JournalEntry {
  if (entry.type !== 'notice' || entry.notice.event_type !== 'dtmf') return entry;
  const { key: _, ...notice } = entry.notice;
  return { ...entry, notice };
}

function levelOf(entry: JournalEntry): Level {
  switch (entry.type) {
    case 'bug':
      return 'error';
    case 'fault':
      return 'warn';
    case 'registration':
      return entry.state.name === 'failed' ? 'warn' : 'info';
    case 'intent':
    case 'refused':
    case 'notice':
    case 'call':
    case 'quality':
      return 'info';
    case 'note':
      return 'debug';
    default:
      throw entry satisfies never;
  }
}

function belongsToTransfer(entry: JournalEntry): boolean {
  switch (entry.type) {
    case 'intent':
    case 'refused':
      return entry.verb.startsWith('transfer.') || entry.verb.startsWith('key.transfer');
    case 'notice':
      return entry.notice.transferId !== undefined;
    case 'call':
      return entry.record.transferId !== null;
    case 'note':
      return entry.from === 'phone';
    case 'registration':
    case 'quality':
    case 'fault':
    case 'bug':
      return false;
    default:
      throw entry satisfies never;
  }
}

/** Header lines with credentials in a free text, as a bug's message may hold, are cut out. */
function redacted(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const clean: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values)) {
    clean[name] =
      typeof value === 'string' ? value.replace(/((?:proxy-)?authorization\s*:)[^\r\n]*/gi, '$1 [redacted]') : value;
  }
  return clean;
}
