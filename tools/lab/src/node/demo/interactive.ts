import process from 'node:process';
import { drawScreen, Hands, readKeys } from '@switchhook/desk-phone';
import { ladderText, seenBy } from '@switchhook/ladder';
import { lampLevel, lampPatterns, type PatternName } from '@switchhook/phone';
import { monotonicClock } from '@switchhook/sip-core/node';
import { pause } from '../pause.ts';
import type { RealOffice } from '../real-office.ts';
import { outcomesOf, type Played, shownIn, specialistAnswers } from './play.ts';

const REDRAW_MS = 150;
const PHONE_WIDTH = 62;
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

/** The demo with a person at the keys: the telephone at the left, its ladder growing at the right. Ends with `q`. */
export async function playByHand(office: RealOffice): Promise<Played> {
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
  const phone = drawScreen(office.phones.receptionist.runtime.snapshot(), {
    name: 'reception 1000',
    nowMs,
    lamp: (pattern) => {
      const known = Object.hasOwn(lampPatterns, pattern) ? lampPatterns[pattern as PatternName] : undefined;
      return known === undefined || known.name === 'off' || !lampLevel(known, nowMs) ? 'off' : known.colour;
    },
    colour: false,
    width: PHONE_WIDTH - 2,
    refusal,
    notes: [],
  });
  const left = [...phone, '', ...HELP];
  const rows = Math.max((process.stdout.rows ?? 40) - 1, 10);
  const columns = Math.max((process.stdout.columns ?? 120) - PHONE_WIDTH, 0);
  const [head = '', ...steps] = ladderText(seenBy(office.ladder(), 'receptionist')).trimEnd().split('\n');
  const right = [head, ...steps.slice(-(rows - 1))];
  const height = Math.min(Math.max(left.length, right.length), rows);
  const lines: string[] = [];
  for (let i = 0; i < height; i++)
    lines.push(`${(left[i] ?? '').padEnd(PHONE_WIDTH)}${(right[i] ?? '').slice(0, columns)}`);
  return lines.join('\r\n');
}
