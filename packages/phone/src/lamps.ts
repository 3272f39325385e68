import type { Millis } from '@switchhook/sans-io';
import { currentTransfer, inHand, isLeg, isUnderWay } from './reducer/inquiry.ts';
import type { Call, PhoneState } from './reducer/state.ts';
import { type BlfKey, messagesWait, watched } from './reducer/watched.ts';

/** Colours of the two-colour line lamp; `amber` = both. */
export type LampColour = 'green' | 'red' | 'amber';

/** One way for a lamp to shine: meaning is in the rhythm, colour only adds (phone-ux.md §4.3). */
export interface LampPattern {
  readonly name: PatternName;
  readonly colour: LampColour;
  /** On, off, on, off …, ms; repeats. Empty = steady. */
  readonly onOff: readonly number[];
}

export type PatternName =
  | 'off'
  | 'solid-green'
  | 'fast-green'
  | 'slow-green'
  | 'gap-green'
  | 'double-green'
  | 'gap-amber'
  | 'fast-red'
  | 'slow-red'
  | 'solid-red'
  | 'blip-red'
  | 'pulse-amber';

function pattern(name: PatternName, colour: LampColour, ...onOff: readonly number[]): LampPattern {
  return { name, colour, onOff };
}

/** phone-ux.md §4.3, last column. */
export const lampPatterns: Readonly<Record<PatternName, LampPattern>> = {
  off: pattern('off', 'green', 0, 1000),
  'solid-green': pattern('solid-green', 'green'),
  'fast-green': pattern('fast-green', 'green', 200, 200),
  'slow-green': pattern('slow-green', 'green', 1000, 1000),
  'gap-green': pattern('gap-green', 'green', 1800, 200),
  'double-green': pattern('double-green', 'green', 100, 100, 100, 700),
  /** The phone has joined two others and must stay on. */
  'gap-amber': pattern('gap-amber', 'amber', 1800, 200),
  'fast-red': pattern('fast-red', 'red', 200, 200),
  'slow-red': pattern('slow-red', 'red', 1000, 1000),
  'solid-red': pattern('solid-red', 'red'),
  'blip-red': pattern('blip-red', 'red', 50, 2950),
  'pulse-amber': pattern('pulse-amber', 'amber', 500, 500),
};

/** Whether a lamp with this pattern shines at `now`. One clock for all, so equal patterns blink in phase. */
export function lampLevel({ onOff }: LampPattern, now: Millis): boolean {
  if (onOff.length === 0) return true;
  let round = 0;
  for (const span of onOff) round += span;
  let at = ((now % round) + round) % round;
  for (const [i, span] of onOff.entries()) {
    if (at < span) return i % 2 === 0;
    at -= span;
  }
  return false;
}

/** When this pattern changes next after `now`; undefined = never. */
export function lampChange({ onOff, name }: LampPattern, now: Millis): Millis | undefined {
  if (onOff.length === 0 || name === 'off') return undefined;
  let round = 0;
  for (const span of onOff) round += span;
  const start = now - (((now % round) + round) % round);
  let at = start;
  for (const span of onOff) {
    at += span;
    if (at > now) return at;
  }
  return at;
}

/** Is a transfer past the person's Transfer key and before its verdict? */
export function isCompleting(state: PhoneState): boolean {
  const record = currentTransfer(state);
  return record !== undefined && record.outcome === undefined && isUnderWay(record);
}

/** Every lamp by name: `line1`…, `mute`, `dnd`, `message`, `blf1`…. */
export function lamps(state: PhoneState): Readonly<Record<string, PatternName>> {
  const all: Record<string, PatternName> = {};
  for (let line = 1; line <= state.settings.lines; line++) all[`line${line}`] = lineLamp(state, line);
  all['mute'] = state.mute ? 'solid-red' : 'off';
  all['dnd'] = state.choices.dnd ? 'solid-red' : 'off';
  all['message'] = messagesWait(state) ? 'slow-red' : 'off';
  for (const [i, key] of state.settings.blf.entries()) all[`blf${i + 1}`] = blfLamp(state, key, i + 1);
  return all;
}

function blfLamp(state: PhoneState, key: BlfKey, n: number): PatternName {
  const { state: is } = watched(state, n, key);
  switch (is) {
    case 'idle':
      return state.settings.blfIdle === 'green' ? 'solid-green' : 'off';
    case 'ringing':
      return 'fast-red';
    case 'busy':
      return 'solid-red';
    case 'held':
    case 'parked':
      return 'slow-red';
    case 'unknown':
      return 'off';
    default:
      is satisfies never;
      throw new Error('unknown state of an extension');
  }
}

function lineLamp(state: PhoneState, line: number): PatternName {
  if (state.failedLines?.includes(line)) return 'fast-red';
  const calls = state.calls.filter((call) => call.line === line);
  const record = currentTransfer(state);
  const legs = record === undefined ? [] : calls.filter((call) => isLeg(record, call.id));
  if (record !== undefined && legs.length > 0) {
    if (isCompleting(state)) return 'double-green';
    if (record.machine.name === 'unsure') return 'slow-green';
    if (record.machine.name === 'settling') return 'off';
  }
  if (calls.some((call) => call.phase.name === 'ringing' && call.replaces === undefined)) return 'fast-green';
  const hand = inHand(state);
  const rests = calls.filter(({ phase }) => ['held', 'joined', 'resuming'].includes(phase.name));
  const call =
    calls.find((each) => each.id === hand?.id) ?? rests.find((each) => each.phase.name === 'held') ?? rests[0];
  if (call !== undefined) return callLamp(call);
  if (state.prompt?.line === line) return state.prompt.tone === 'forgotten' ? 'slow-red' : 'solid-green';
  return isRegistered(state) ? 'off' : 'blip-red';
}

function callLamp(call: Call): PatternName {
  switch (call.phase.name) {
    case 'ringing':
      return 'fast-green';
    case 'held':
      return call.recalling ? 'fast-green' : 'slow-green';
    case 'holding':
      return 'slow-green';
    case 'joined':
      return call.phase.mode === 'bridge' ? 'gap-amber' : 'solid-green';
    case 'talking':
      return call.remoteHold ? 'gap-green' : 'solid-green';
    case 'dialing':
    case 'ringback':
    case 'connecting':
    case 'resuming':
      return 'solid-green';
    case 'ending':
      return 'off';
    default:
      call.phase satisfies never;
      throw new Error('unknown phase');
  }
}

/** Whether calls can come in and go out on every account that registers. */
export function isRegistered(state: PhoneState): boolean {
  return state.settings.accounts.every(
    (account) => !account.register || state.registrations[account.id]?.name === 'registered',
  );
}
