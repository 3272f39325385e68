import { Aliases, captionOf, detailsOf } from './aliases.ts';
import type { Ladder, LadderStep } from './ladder.ts';

const GAP = 270;
const LEFT = 110;
const TOP = 70;
const ROW = 34;
/** White around a label, so that one that is wider than its arrow stays readable where it crosses a line. */
const HALO = 'stroke="#ffffff" stroke-width="3" paint-order="stroke"';
const HUES = ['#1f77b4', '#c2410c', '#15803d', '#7c3aed', '#be185d', '#0e7490', '#a16207'];

/** The ladder as a stand-alone SVG: one colour a Call-ID, dashes for what was repeated, a cross for what was lost. */
export function ladderSvg(ladder: Ladder, title = 'SIP ladder'): string {
  const { parties, steps } = ladder;
  const calls = new Aliases('C');
  const hues = new Map<string, string>();
  const width = LEFT + Math.max(parties.length - 1, 1) * GAP + 110;
  const bottom = TOP + (steps.length + 1) * ROW;
  const out: string[] = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${bottom + 20}" width="${width}" height="${bottom + 20}" font-family="system-ui, sans-serif" font-size="12">`,
    `<title>${entities(title)}</title>`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    '<defs>',
    '<marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto-start-reverse"><path d="M0 0 8 4 0 8z" fill="context-stroke"/></marker>',
    '</defs>',
  ];
  parties.forEach((name, column) => {
    const x = LEFT + column * GAP;
    out.push(
      `<rect x="${x - 70}" y="20" width="140" height="28" rx="6" fill="#f3f4f6" stroke="#9ca3af"/>`,
      `<text x="${x}" y="39" text-anchor="middle" font-weight="600">${entities(name)}</text>`,
      `<line x1="${x}" y1="48" x2="${x}" y2="${bottom}" stroke="#d1d5db"/>`,
    );
  });
  const start = steps[0]?.atMs ?? 0;
  steps.forEach((step, row) => {
    const hue = hues.get(step.callId) ?? HUES[hues.size % HUES.length]!;
    hues.set(step.callId, hue);
    out.push(...arrow(step, parties, TOP + (row + 0.7) * ROW, hue, step.atMs - start, calls));
  });
  out.push('</svg>');
  return `${out.join('\n')}\n`;
}

function arrow(
  step: LadderStep,
  parties: readonly string[],
  y: number,
  hue: string,
  sinceMs: number,
  calls: Aliases,
): string[] {
  const call = calls.of(step.callId);
  const from = LEFT + parties.indexOf(step.from) * GAP;
  const to = LEFT + parties.indexOf(step.to) * GAP;
  const end = step.lost ? (from + to) / 2 : to;
  const middle = (from + to) / 2;
  const dash = step.again ? ' stroke-dasharray="5 4"' : '';
  const notes = [`${call} · ${step.cseq.number} ${step.cseq.method}`, ...detailsOf(step, calls)].join(' · ');
  const lines = [
    `<text x="8" y="${y + 4}" fill="#6b7280" font-size="10">${(sinceMs / 1000).toFixed(3)} s</text>`,
    `<line x1="${from}" y1="${y}" x2="${end}" y2="${y}" stroke="${hue}" stroke-width="1.5"${dash} marker-end="url(#head)"/>`,
    `<text x="${middle}" y="${y - 4}" text-anchor="middle" fill="${hue}" font-weight="600" ${HALO}>${entities(captionOf(step))}</text>`,
    `<text x="${middle}" y="${y + 14}" text-anchor="middle" fill="#6b7280" font-size="9" ${HALO}>${entities(notes)}</text>`,
  ];
  if (step.lost)
    lines.push(`<text x="${end}" y="${y + 5}" text-anchor="middle" fill="#dc2626" font-size="16">×</text>`);
  return lines;
}

function entities(text: string): string {
  return text.replace(/[&<>"\u0000-\u001f]/g, (c) => `&#${c.charCodeAt(0)};`);
}
