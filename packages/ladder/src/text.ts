import type { Millis } from '@switchhook/sans-io';
import { Aliases, captionOf, detailsOf } from './aliases.ts';
import type { Ladder, LadderStep } from './ladder.ts';

const GAP = 25;
const MARGIN = 9;

/** Something that happened between the messages, told by whoever recorded them. */
export interface Mark {
  readonly atMs: Millis;
  /** The step before which it stands; the number of steps = after them all. */
  readonly before: number;
  readonly text: string;
}

/**
 * The ladder as text: seconds since its first message, a column a party, what each message says at the right; `marks`
 * stand on lines of their own.
 */
export function ladderText(ladder: Ladder, marks: readonly Mark[] = []): string {
  const { parties, steps } = ladder;
  if (steps.length === 0) return '(no SIP messages)\n';
  const calls = new Aliases('C');
  const start = steps[0]!.atMs;
  const width = MARGIN + (parties.length - 1) * GAP + 2;
  const lines: string[] = [headOf(parties)];
  const sayBefore = (index: number): void => {
    for (const { atMs, before, text } of marks)
      if (before === index) lines.push(`${secondsOf(atMs - start)}= ${oneLine(text)}`);
  };
  for (const [index, step] of steps.entries()) {
    sayBefore(index);
    const call = calls.of(step.callId);
    const notes = [
      `${call} ${step.cseq.number} ${step.cseq.method}`,
      ...detailsOf(step, calls),
      ...(step.again ? ['(again)'] : []),
      ...(step.lost ? ['(lost)'] : []),
    ];
    lines.push(oneLine(`${arrowOf(step, parties, step.atMs - start).padEnd(width)} ${notes.join(' · ')}`));
  }
  sayBefore(steps.length);
  return `${lines.join('\n')}\n`;
}

function secondsOf(ms: Millis): string {
  return (ms / 1000)
    .toFixed(3)
    .padStart(MARGIN - 2)
    .padEnd(MARGIN);
}

/** What the network wrote stays on its line and cannot steer a terminal. */
function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, ' ');
}

function headOf(parties: readonly string[]): string {
  let head = ' '.repeat(MARGIN);
  parties.forEach((name, column) => {
    const at = Math.max(head.trimEnd().length + (column === 0 ? 0 : 1), MARGIN + column * GAP - (name.length >> 1));
    head = head.padEnd(at) + name;
  });
  return head;
}

function arrowOf(step: LadderStep, parties: readonly string[], sinceMs: number): string {
  const cells = [...secondsOf(sinceMs)];
  for (let column = 0; column < parties.length; column++) put(cells, MARGIN + column * GAP, '|');
  const from = MARGIN + parties.indexOf(step.from) * GAP;
  const to = MARGIN + parties.indexOf(step.to) * GAP;
  const left = Math.min(from, to) + 1;
  const room = Math.max(Math.abs(from - to) - 1, 0);
  const shaft = (step.again ? '·' : '-').repeat(room);
  const caption = ` ${captionOf(step).slice(0, Math.max(room - 6, 0))} `;
  const inset = Math.max(Math.floor((room - caption.length) / 2), 0);
  put(cells, left, shaft.slice(0, inset) + caption + shaft.slice(inset + caption.length));
  const head = step.lost ? 'x' : to > from ? '>' : '<';
  put(cells, to > from ? to - 1 : to + 1, head);
  return cells.join('');
}

function put(cells: string[], at: number, text: string): void {
  while (cells.length < at) cells.push(' ');
  for (let i = 0; i < text.length; i++) cells[at + i] = text[i]!;
}
