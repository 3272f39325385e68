import type { TransferOutcome } from '@switchhook/transfer';

/** First line of a kept transfer: whose it is and what the times of the others mean. */
export interface JournalHead {
  readonly v: 1;
  readonly type: 'transfer';
  /** Name of the journal, unique on this machine: `2026-11-22-182001-t-1`. */
  readonly journal: string;
  readonly transferId: string;
  readonly kind: 'attended' | 'blind';
  /** What was dialled for the target. */
  readonly to: string | null;
  readonly phone: string;
  readonly software: string;
  /** Wall clock, ms since 1970, at `at: 0`. */
  readonly epochMs: number;
  /** Messages that the limits cost. */
  readonly dropped: number;
}

export type Leg = 'caller' | 'target';

/** What happened, at so many ms after the first line of the journal. */
export type JournalLine =
  | {
      readonly at: number;
      readonly type: 'message';
      readonly leg: Leg;
      /** We sent it. */
      readonly out: boolean;
      readonly from: string;
      readonly to: string;
      readonly transport: string;
      /** Octets as characters U+0000 to U+00FF, redacted. */
      readonly text: string;
    }
  /** The machine of the transfer went over into another state. */
  | { readonly at: number; readonly type: 'state'; readonly state: string }
  /** Somebody asked for something; `by` is a door: keys, headset, or control with its role. */
  | { readonly at: number; readonly type: 'asked'; readonly verb: string; readonly by: string }
  | { readonly at: number; readonly type: 'refused'; readonly verb: string; readonly text: string }
  | { readonly at: number; readonly type: 'note'; readonly word: string; readonly detail: string | null }
  | {
      readonly at: number;
      readonly type: 'outcome';
      readonly outcome: 'completed' | 'failed' | 'unknown';
      readonly evidence: string | null;
      readonly stage: string | null;
      readonly status: number | null;
      readonly text: string | null;
    };

/** A kept transfer. */
export interface Journal {
  readonly head: JournalHead;
  readonly lines: readonly JournalLine[];
}

export type JournalReading =
  | { readonly ok: true; readonly value: Journal }
  | { readonly ok: false; readonly why: string };

/** What a verdict rests on; a bridge also says after which answer the phone joined the two. */
export function detailsOf(outcome: TransferOutcome) {
  const none = { evidence: null, stage: null, status: null, text: null };
  switch (outcome.name) {
    case 'completed': {
      const { evidence } = outcome;
      if (evidence.name !== 'bridge') return { ...none, evidence: evidence.name };
      const { status, phrase } = evidence.instead;
      return { ...none, evidence: evidence.name, status: status ?? null, text: phrase ?? null };
    }
    case 'failed':
      return { ...none, stage: outcome.stage, status: outcome.status ?? null, text: outcome.phrase ?? null };
    case 'unknown':
      return { ...none, text: outcome.why };
    default:
      throw outcome satisfies never;
  }
}

/** Whether asking for `verb` may concern a transfer: what somebody dials or types in a call is never kept. */
export function isAboutTransfer(verb: string): boolean {
  return (
    verb.startsWith('transfer.') ||
    verb.startsWith('key.transfer') ||
    ['key.cancel', 'key.hold', 'key.line', 'hook.put-down', 'hook.flash', 'call.hangup', 'call.swap'].includes(verb) ||
    (verb.startsWith('headset.') && verb !== 'headset.redial')
  );
}

const END = '{"type":"end"}';

/** The journal as it is kept: one JSON object a line, closed by a line that says so. */
export function printJournal({ head, lines }: Journal): string {
  return `${[head, ...lines].map((line) => JSON.stringify(line)).join('\n')}\n${END}\n`;
}

/** Read what a disk gave back. Never throws: what is wrong is one sentence with its line. */
export function readJournal(text: string): JournalReading {
  const rows = text.split('\n');
  if (text.trim() === '') return { ok: false, why: 'it is empty' };
  const head = objectOf(rows[0]!);
  if (head === undefined || !isHead(head)) return { ok: false, why: 'line 1 is not the head of a transfer journal' };
  const lines: JournalLine[] = [];
  for (let i = 1; i < rows.length; i++) {
    const row = rows[i]!;
    if (row === END) return { ok: true, value: { head, lines } };
    if (row === '' && i === rows.length - 1) break;
    const line = objectOf(row);
    if (line === undefined || !isLine(line)) return { ok: false, why: `line ${i + 1} cannot be read` };
    lines.push(line);
  }
  return { ok: false, why: `it was cut off after line ${lines.length + 1}` };
}

type Fields = Readonly<Record<string, unknown>>;

function objectOf(row: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(row);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
}

const isText = (value: unknown): boolean => typeof value === 'string';
const isTextOrNull = (value: unknown): boolean => value === null || typeof value === 'string';
const isNumber = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value);

function isHead(value: Fields): value is Fields & JournalHead {
  return (
    value['v'] === 1 &&
    value['type'] === 'transfer' &&
    ['journal', 'transferId', 'phone', 'software'].every((name) => isText(value[name])) &&
    (value['kind'] === 'attended' || value['kind'] === 'blind') &&
    isTextOrNull(value['to']) &&
    isNumber(value['epochMs']) &&
    isNumber(value['dropped'])
  );
}

function isLine(value: Fields): value is Fields & JournalLine {
  if (!isNumber(value['at'])) return false;
  const texts = (...names: readonly string[]) => names.every((name) => isText(value[name]));
  switch (value['type']) {
    case 'message':
      return (
        texts('transport', 'text') &&
        typeof value['out'] === 'boolean' &&
        isAddress(value['from']) &&
        isAddress(value['to']) &&
        isLeg(value['leg'])
      );
    case 'state':
      return texts('state');
    case 'asked':
      return texts('verb', 'by');
    case 'refused':
      return texts('verb', 'text');
    case 'note':
      return texts('word') && isTextOrNull(value['detail']);
    case 'outcome':
      return (
        ['completed', 'failed', 'unknown'].includes(String(value['outcome'])) &&
        ['evidence', 'stage', 'text'].every((name) => isTextOrNull(value[name])) &&
        (value['status'] === null || isNumber(value['status']))
      );
    default:
      return false;
  }
}

function isLeg(value: unknown): boolean {
  return value === 'caller' || value === 'target';
}

/** `host:port`; the host may be a name where the far end told no number. */
function isAddress(value: unknown): boolean {
  const parts = typeof value === 'string' ? /^\S{1,255}:(\d{1,5})$/.exec(value) : null;
  return parts !== null && Number(parts[1]) < 65_536;
}
