import { fault, type Parsed, parsed } from '@switchhook/sans-io';
import { isUriText } from '../message/uri.ts';

/** How many messages of one kind wait. */
export interface MessageCounts {
  readonly new: number;
  readonly old: number;
  /** Urgent ones are among `new` and `old` already. */
  readonly urgentNew: number;
  readonly urgentOld: number;
}

/** What waits in a mailbox (RFC 3842 §5.2). */
export interface MessageSummary {
  readonly waiting: boolean;
  /** URI of the mailbox. */
  readonly account?: string;
  /** By kind, lower-case: `voice-message`, `fax-message`, …; a kind that is not there was not told. */
  readonly counts: ReadonlyMap<string, MessageCounts>;
}

export type MessageSummaryFault = 'too-long' | 'line' | 'status' | 'count';

export const MESSAGE_SUMMARY = 'application/simple-message-summary';

/** Characters of a body, and lines that are read. */
const LONGEST = 16_384;
const MOST_LINES = 128;
/** More than anybody has: what a display has room for. */
const MOST_MESSAGES = 99_999;

const KINDS = new Set(['voice-message', 'fax-message', 'pager-message', 'multimedia-message', 'text-message', 'none']);

/**
 * Read an application/simple-message-summary body. Lines end by CRLF or LF, names have any case, blanks stand where they
 * like, unknown fields are passed over; what follows the first empty line describes single messages and is not read.
 */
export function parseMessageSummary(body: string): Parsed<MessageSummary, MessageSummaryFault> {
  if (body.length > LONGEST) return fault('too-long', LONGEST);
  let waiting: boolean | undefined;
  let account: string | undefined;
  const counts = new Map<string, MessageCounts>();
  let at = 0;
  for (let lines = 0; at < body.length; lines++) {
    if (lines >= MOST_LINES) return fault('too-long', at);
    const found = body.indexOf('\n', at);
    const end = found < 0 ? body.length : found;
    const line = body.slice(at, end).trim();
    // Empty lines before the first field are nobody's wish, and happen.
    if (line === '' && waiting !== undefined) break;
    const colon = line.indexOf(':');
    if (line !== '') {
      if (colon < 1) return fault('line', at);
      const name = line.slice(0, colon).trim().toLowerCase();
      const value = line.slice(colon + 1).trim();
      if (name === 'messages-waiting') {
        const word = value.toLowerCase();
        if (word !== 'yes' && word !== 'no') return fault('status', at);
        waiting = word === 'yes';
      } else if (name === 'message-account') account = isUriText(value) ? value : undefined;
      else if (KINDS.has(name)) {
        const read = readCounts(value);
        if (read === undefined) return fault('count', at);
        counts.set(name, read);
      }
    }
    at = end + 1;
  }
  if (waiting === undefined) return fault('status', 0);
  return parsed({ waiting, ...(account === undefined ? {} : { account }), counts });
}

/** `4/8 (1/2)`: new/old, and the urgent ones among them. */
function readCounts(value: string): MessageCounts | undefined {
  const read = /^(\d{1,9})\s*\/\s*(\d{1,9})(?:\s*\(\s*(\d{1,9})\s*\/\s*(\d{1,9})\s*\))?$/.exec(value);
  if (read === null) return undefined;
  const [fresh, old, urgentNew, urgentOld] = [1, 2, 3, 4].map((i) => Math.min(Number(read[i] ?? 0), MOST_MESSAGES));
  return { new: fresh!, old: old!, urgentNew: urgentNew!, urgentOld: urgentOld! };
}
