import { isIP } from 'node:net';
import { type Datagram, ladderOf, ladderSvg, ladderText, type Mark, pcap } from '@switchhook/ladder';
import type { Form } from '../ctl/arguments.ts';
import type { Journal, JournalLine } from './journal-line.ts';

/** How our own side is called in drawings. */
const US = 'phone';

/** A kept transfer in one of its forms; `pcap` is octets, the others are text. */
export function showJournal(journal: Journal, form: Form): string | Uint8Array {
  switch (form) {
    case 'ladder':
      return `${titleOf(journal)}\n\n${ladderText(ladder(journal), marksOf(journal))}`;
    case 'svg':
      return ladderSvg(ladder(journal), titleOf(journal));
    case 'json':
      return `${JSON.stringify(asJson(journal), null, 2)}\n`;
    case 'pcap':
      return pcap(datagramsOf(journal).map(numbered), journal.head.epochMs);
    default:
      throw form satisfies never;
  }
}

/** One line of `transfer.list`. */
export function listLine(journal: Journal): string {
  const { head } = journal;
  const verdict = verdictOf(journal);
  const messages = journal.lines.filter((line) => line.type === 'message').length;
  const to = head.to === null ? '' : ` to ${plain(head.to)}`;
  return `${head.journal}  ${head.kind}${to}: ${verdict === undefined ? 'no verdict' : sentence(verdict)}, ${messages} messages`;
}

type Verdict = JournalLine & { readonly type: 'outcome' };

/** The verdict; the last one where an unknown was cleared up later. */
export function verdictOf(journal: Journal): Verdict | undefined {
  return journal.lines.findLast((line): line is Verdict => line.type === 'outcome');
}

function titleOf(journal: Journal): string {
  const { head } = journal;
  const verdict = verdictOf(journal);
  const parts = [
    `transfer ${head.transferId} (${head.kind}${head.to === null ? '' : `, to ${plain(head.to)}`}) at ${new Date(head.epochMs).toISOString()}`,
    verdict === undefined ? 'no verdict' : sentence(verdict),
    ...(head.dropped === 0 ? [] : [`${head.dropped} messages beyond the limit are missing`]),
  ];
  return parts.join('; ');
}

function sentence({ outcome, evidence, stage, status, text }: Verdict): string {
  const answer = [status === null ? '' : String(status), text === null ? '' : plain(text)];
  const words = outcome === 'completed' ? [`proof: ${evidence ?? 'none'}`] : [stage === null ? '' : `at ${stage}`];
  if (outcome === 'completed' && status !== null) words.push('instead of');
  const detail = [...words, ...answer].filter((word) => word !== '').join(' ');
  return detail === '' ? outcome : `${outcome} (${detail})`;
}

function ladder(journal: Journal) {
  const datagrams = datagramsOf(journal);
  const ours: Record<string, string> = {};
  for (const line of journal.lines) if (line.type === 'message') ours[line.out ? line.from : line.to] = US;
  const remotes = journal.lines.flatMap((line) => (line.type === 'message' ? [line.out ? line.to : line.from] : []));
  return ladderOf(datagrams, ours, [US, ...new Set(remotes)]);
}

function marksOf(journal: Journal): Mark[] {
  const marks: Mark[] = [];
  let before = 0;
  for (const line of journal.lines) {
    const text = markOf(line);
    if (line.type === 'message') before += 1;
    else if (text !== undefined) marks.push({ atMs: line.at, before, text });
  }
  return marks;
}

function markOf(line: JournalLine): string | undefined {
  switch (line.type) {
    case 'message':
      return undefined;
    case 'state':
      return line.state;
    case 'asked':
      return `${line.verb} by ${line.by}`;
    case 'refused':
      return `${line.verb} refused: ${line.text}`;
    case 'note':
      // the states say it already
      if (/^(transfer|transferee|target)-step$/.test(line.word)) return undefined;
      return `note: ${line.word}${line.detail === null ? '' : ` ${line.detail}`}`;
    case 'outcome':
      return sentence(line).toUpperCase();
    default:
      throw line satisfies never;
  }
}

function asJson(journal: Journal) {
  const { epochMs } = journal.head;
  return {
    ...journal.head,
    lines: journal.lines.map(({ at, ...line }) => ({ ts: new Date(epochMs + at).toISOString(), at, ...line })),
  };
}

function datagramsOf(journal: Journal): Datagram[] {
  return journal.lines.flatMap((line) =>
    line.type === 'message'
      ? [{ atMs: line.at, from: line.from, to: line.to, bytes: Uint8Array.from(line.text, (c) => c.charCodeAt(0)) }]
      : [],
  );
}

/** A capture has numbers only: a name stands there as 0.0.0.0. */
function numbered(datagram: Datagram): Datagram {
  return { ...datagram, from: number(datagram.from), to: number(datagram.to) };
}

function number(address: string): string {
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon).replace(/^\[|\]$/g, '');
  return isIP(host) === 0 ? `0.0.0.0${address.slice(colon)}` : address;
}

/** On one line, and nothing that would steer a terminal. */
function plain(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, ' ');
}
