import type { Hand, Step } from '@switchhook/lab';
import { lampPatterns } from '@switchhook/phone';
import type { Wiring } from '../devices/wiring.ts';
import { pause } from '../guest/until.ts';
import { patternSeen } from '../lamp-rhythm.ts';

/** What the two line lamps showed at a moment of the story. */
export interface Seen {
  readonly when: string;
  readonly line1: string;
  readonly line2: string;
}

/** A person looks for so long before going on: the slowest rhythm that a call has goes round in 2 s. */
const LOOK_MS = 4600;
/** What a lamp does in the first moment after a change is no rhythm yet. */
const SETTLE_MS = 300;

/** Who sees no rhythm, because the machine stood still for a moment, looks again. */
const LOOKS = 3;

/** What the lamps of both lines show from now on, looked at until each shows a rhythm of the table. */
export async function lookAt(wiring: Wiring, when: string): Promise<Seen> {
  await pause(SETTLE_MS);
  let seen = await look(wiring, when, LOOK_MS);
  for (let looks = 1; looks < LOOKS && ![seen.line1, seen.line2].every(isPattern); looks++)
    seen = await look(wiring, when, LOOK_MS);
  return seen;
}

function isPattern(name: string): boolean {
  return Object.hasOwn(lampPatterns, name);
}

async function look(wiring: Wiring, when: string, lookMs: number): Promise<Seen> {
  const from = performance.timeOrigin + performance.now();
  await pause(lookMs);
  const to = performance.timeOrigin + performance.now();
  const of = (colour: string, line: number) => wiring.edges.filter(({ lamp }) => lamp === `lamp.line${line}.${colour}`);
  const pattern = (line: number) => patternSeen({ green: of('green', line), red: of('red', line) }, from, to);
  return { when, line1: pattern(1), line2: pattern(2) };
}

/** A hand that looks at the lamps before each step, and after the last while the transfer is under way. */
export function looking(hand: Hand, wiring: Wiring, seen: Seen[], underWayMs: number): Hand {
  const before: Readonly<Record<Step['name'], string>> = {
    answer: 'a call rings',
    transfer: 'the caller talks',
    dial: 'the caller is held',
    complete: 'the specialist talks',
    'hang-up': 'before hanging up',
  };
  return {
    name: hand.name,
    close: () => hand.close(),
    press: async (step) => {
      seen.push(await lookAt(wiring, before[step.name]));
      await hand.press(step);
      if (step.name !== 'complete') return;
      await pause(SETTLE_MS);
      seen.push(await look(wiring, 'the transfer is under way', underWayMs));
    },
  };
}
