import { type LampColour, lampPatterns, type PatternName } from '@switchhook/phone';

/** A lamp's contact changed at `at`, ms. */
export interface Glimpse {
  readonly at: number;
  readonly lit: boolean;
}

/** The two contacts of a two-colour lamp; both lit = amber. */
export interface TwoColours {
  readonly green: readonly Glimpse[];
  readonly red: readonly Glimpse[];
}

/** How far a span may be from the table's, by time or by ratio: the machine that drives the lamp is busy, and so is the one that looks. */
const TOLERANCE_MS = 60;
const TOLERANCE_RATIO = 1.35;
/** The share of spans that must fit. */
const ENOUGH = 0.7;

interface Span {
  readonly lit: boolean;
  readonly ms: number;
}

/** Which pattern of phone-ux.md §4.3 the lamp showed from `from` to `to`; else what was seen instead, in words. */
export function patternSeen({ green, red }: TwoColours, from: number, to: number): PatternName | string {
  const greens = spansOf(green, from, to);
  const reds = spansOf(red, from, to);
  const shone = (spans: readonly Span[]) => spans.some(({ lit }) => lit);
  if (!shone(greens) && !shone(reds)) return 'off';
  const colour: LampColour = shone(greens) ? (shone(reds) ? 'amber' : 'green') : 'red';
  const spans = colour === 'red' ? reds : greens;
  const found = Object.values(lampPatterns).find(
    (pattern) => pattern.name !== 'off' && pattern.colour === colour && fits(spans, pattern.onOff),
  );
  return found?.name ?? `${colour} ${spans.map(({ lit, ms }) => `${lit ? 'on' : 'off'} ${Math.round(ms)}`).join(', ')}`;
}

/** The spans of one level between two changes that lie in the window; one span of the whole window when nothing changed. */
function spansOf(glimpses: readonly Glimpse[], from: number, to: number): readonly Span[] {
  const before = glimpses.findLast(({ at }) => at <= from);
  const changes = glimpses.filter(({ at }) => at > from && at <= to);
  if (changes.length === 0) return [{ lit: before?.lit ?? false, ms: to - from }];
  return changes.slice(1).map(({ at, lit }, i) => ({ lit: !lit, ms: at - changes[i]!.at }));
}

/** Whether the spans are a stretch of the rhythm, wherever in it they began. */
function fits(spans: readonly Span[], onOff: readonly number[]): boolean {
  if (onOff.length === 0) return spans.length === 1 && spans[0]!.lit && spans[0]!.ms > 1000;
  if (spans.length < 2) return false;
  return onOff.some((_, start) => {
    if (spans[0]!.lit !== (start % 2 === 0)) return false;
    const good = spans.filter(({ ms }, i) => isNear(ms, onOff[(start + i) % onOff.length]!));
    return good.length / spans.length >= ENOUGH;
  });
}

function isNear(ms: number, wanted: number): boolean {
  return Math.abs(ms - wanted) <= TOLERANCE_MS || Math.max(ms / wanted, wanted / ms) <= TOLERANCE_RATIO;
}
