import process from 'node:process';
import { drawScreen, Hands, readKeys } from '@switchhook/desk-phone';
import { lampLevel, lampPatterns, type PatternName } from '@switchhook/phone';
import { monotonicClock } from '@switchhook/sip-core/node';
import { pause } from '../pause.ts';
import type { RealOffice } from '../real-office.ts';
import type { RealPhone } from '../real-phone.ts';
import { phoneWidth, screen } from './layout.ts';
import { outcomesOf, type Played, shownIn, specialistAnswers } from './play.ts';

const REDRAW_MS = 150;
const ENTER = '\x1b[?1049h\x1b[?25l';
const LEAVE = '\x1b[?25h\x1b[?1049l';
const HELP: readonly string[] = [
  'Caller 1001 rings. The specialist is 9999.',
  '',
  '  space     answer',
  '  t         Transfer: the caller hears music',
  '  9999#     dial the specialist, who answers',
  '  t         Transfer again: caller and specialist talk',
  '',
  '  c back to the caller   q leave the demo',
];

/** The demo with a person at the keys: the telephone at the left, its ladder growing at the right. Ends with `q` or Ctrl-C. */
export async function playByHand(office: RealOffice<RealPhone>): Promise<Played> {
  const { runtime } = office.phones.receptionist;
  const answering = specialistAnswers(office);
  const outcomes = outcomesOf(office);
  let refusal: string | undefined;
  let left = false;
  const hands = new Hands({ runtime, clock: monotonicClock });
  hands.onOutcome = (outcome) => {
    if (outcome.name === 'failed') refusal = outcome.error.message;
  };
  const typed = (chunk: Buffer): void => {
    refusal = undefined;
    for (const press of readKeys(chunk.toString('utf8'), runtime.snapshot().hook, monotonicClock.now())) {
      if (press.type === 'quit') left = true;
      else hands.take(press.event, press.at);
    }
  };
  process.stdin.setRawMode(true);
  process.stdin.on('data', typed);
  process.stdin.resume();
  process.stdout.write(ENTER);
  let drawn = '';
  try {
    await pause(800);
    office.phones.caller.runtime.submit(
      { verb: 'call.dial', to: '1000' },
      { door: 'control', client: 'caller', role: 'local' },
    );
    while (!left) {
      const text = picture(office, refusal);
      if (text !== drawn) process.stdout.write(`\x1b[H\x1b[2J${text}`);
      drawn = text;
      await pause(REDRAW_MS);
    }
  } finally {
    answering();
    outcomes.stop();
    hands.close();
    process.stdin.off('data', typed);
    process.stdin.setRawMode(false);
    process.stdin.pause();
    process.stdout.write(LEAVE);
  }
  const last = outcomes.all.at(-1);
  return {
    outcome: { name: last?.name ?? 'none', evidence: last?.evidence },
    receptionistIdle: runtime.idle,
    shows: shownIn(office),
  };
}

function picture(office: RealOffice, refusal: string | undefined): string {
  const nowMs = Date.now();
  const { rows = 24, columns = 80 } = process.stdout;
  const phone = drawScreen(office.phones.receptionist.runtime.snapshot(), {
    name: 'reception 1000',
    nowMs,
    lamp: (pattern) => {
      const known = Object.hasOwn(lampPatterns, pattern) ? lampPatterns[pattern as PatternName] : undefined;
      return known === undefined || known.name === 'off' || !lampLevel(known, nowMs) ? 'off' : known.colour;
    },
    colour: false,
    width: phoneWidth(columns) - 2,
    refusal,
    notes: [],
  });
  return screen(phone, HELP, office.ladder(), { rows, columns }).join('\r\n');
}
