import { captionOf, type Ladder, ladderText, seenBy } from '@switchhook/ladder';

/** What the telephone needs to show its keys; wider where there is room, so that a whole line fits. */
const PHONE = { least: 62, most: 80 } as const;
/** Arrows with what each message says. */
const LADDER = 64;
/** Only arrows and captions. */
const NARROW = 14;

/** How many columns the telephone gets on a terminal of that width. */
export function phoneWidth(columns: number): number {
  return Math.min(Math.max(PHONE.least, columns - LADDER), PHONE.most, columns);
}

/**
 * The demo's screen: telephone and help at the left, the ladder as the receptionist sees it at the right. Where that is too
 * narrow for arrows, each message is a word with its direction; where there is no room at all, those stand below. It never
 * has more lines or columns than the terminal, and what is cut off is the help and the old messages, never the telephone.
 */
export function screen(
  phone: readonly string[],
  help: readonly string[],
  ladder: Ladder,
  size: { readonly rows: number; readonly columns: number },
): string[] {
  const { rows, columns } = size;
  const width = phoneWidth(columns);
  const left = [...phone, '', ...help].slice(0, rows).map((line) => line.slice(0, columns));
  const room = columns - width;
  if (room < NARROW) {
    const below = words(ladder, rows - left.length - 1).map((line) => line.slice(0, columns));
    return below.length === 0 ? left : [...left, '', ...below];
  }
  const right = room < LADDER / 2 ? words(ladder, rows) : arrows(ladder, rows);
  const height = Math.max(left.length, right.length);
  return Array.from({ length: height }, (_, row) =>
    `${(left[row] ?? '').padEnd(width)}${(right[row] ?? '').slice(0, room)}`.trimEnd(),
  );
}

function arrows(ladder: Ladder, rows: number): string[] {
  const [head = '', ...steps] = ladderText(seenBy(ladder, 'receptionist')).trimEnd().split('\n');
  return rows < 2 ? [] : [head, ...steps.slice(1 - rows)];
}

function words(ladder: Ladder, rows: number): string[] {
  const { steps } = seenBy(ladder, 'receptionist');
  if (rows < 1) return [];
  return steps.slice(-rows).map((step) => `${step.from === 'receptionist' ? '->' : '<-'} ${captionOf(step)}`);
}
