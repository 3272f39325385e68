import { type HandEvent, Hands, type HandsOptions } from '@switchhook/desk-phone';
import { monotonicClock } from '@switchhook/sip-core/node';
import type { Hand, Step } from '../../people/hand.ts';
import { pause } from '../pause.ts';

const PRESS_MS = 80;
const BETWEEN_PRESSES_MS = 150;

/** Moves of a finger, ms after it began. */
type Moves = readonly (readonly [afterMs: number, event: HandEvent])[];

/**
 * A headset's one button, by the same way as on the desk phone: a short press answers, a double starts the transfer, a
 * triple completes it. Digits come from the keypad, as they must.
 */
export function headsetHand(runtime: HandsOptions['runtime']): Hand {
  const hands = new Hands({ runtime, clock: monotonicClock });
  return {
    name: 'headset',
    press: (step) => play(hands, step.name === 'dial' ? typing(`${step.digits}#`) : pressing(PRESSES[step.name])),
    close: async () => hands.close(),
  };
}

const PRESSES: Readonly<Record<Exclude<Step['name'], 'dial'>, number>> = {
  answer: 1,
  transfer: 2,
  complete: 3,
  'hang-up': 1,
};

function pressing(presses: number): Moves {
  return Array.from({ length: presses }, (_, i) => i * (PRESS_MS + BETWEEN_PRESSES_MS)).flatMap((downMs) => [
    [downMs, { type: 'button', edge: 'down' }] as const,
    [downMs + PRESS_MS, { type: 'button', edge: 'up' }] as const,
  ]);
}

function typing(digits: string): Moves {
  return [...digits].flatMap((key, i) => [
    [2 * i * PRESS_MS, { type: 'key', key, edge: 'down' }] as const,
    [(2 * i + 1) * PRESS_MS, { type: 'key', key, edge: 'up' }] as const,
  ]);
}

/**
 * The finger takes its time; the moves are told in one go with the times at which they were made, as a device does that
 * keeps them until it is read. A machine that stalls between two moves cannot pull a triple press apart.
 */
async function play(hands: Hands, moves: Moves): Promise<void> {
  const began = monotonicClock.now();
  await pause(moves.at(-1)?.[0] ?? 0);
  for (const [afterMs, event] of moves) hands.take(event, began + afterMs);
}
