import assert from 'node:assert/strict';
import { Deadlines, type Millis } from '@switchhook/sans-io';
import { test } from 'uvu';
import {
  startBlind,
  startJoin,
  type TransferEvent,
  type TransferorStep,
  type TransferPair,
  type TransferRules,
  type TransferTimer,
  transferRules,
  transferStep,
} from '../src/index.ts';
import { answered, attendedPair, blindPair, facts, notified } from './alphabet.ts';

/** What happened when, in short words. */
type Line = readonly [Millis, string];

/**
 * A transfer in virtual time: `script` says what arrives when; legs answer holds and resumes at once. Returns all that
 * was done about legs and outcomes, with its moment.
 */
function timeline(
  start: TransferorStep,
  pair: TransferPair,
  script: readonly (readonly [Millis, TransferEvent])[],
  rules: TransferRules = transferRules(),
): { readonly lines: readonly Line[]; readonly left: number; readonly name: string } {
  const timers = new Deadlines<TransferTimer>();
  const lines: Line[] = [];
  const coming = [...script];
  let { state } = start;

  const take = ({ state: next, effects }: TransferorStep, now: Millis): void => {
    state = next;
    for (const effect of effects) {
      switch (effect.type) {
        case 'set-timer':
          timers.set(effect.timer, now + effect.afterMs);
          break;
        case 'clear-timer':
          timers.clear(effect.timer);
          break;
        case 'outcome':
        case 'late-verdict':
          lines.push([now, `${effect.type} ${effect.outcome.name}`]);
          break;
        case 'end':
        case 'refer':
          lines.push([now, `${effect.type} ${effect.leg}`]);
          break;
        case 'hold':
          take(transferStep(state, { type: 'held', leg: effect.leg }, pair, rules), now);
          break;
        case 'resume':
          lines.push([now, `resume ${effect.leg}`]);
          take(transferStep(state, { type: 'resumed', leg: effect.leg }, pair, rules), now);
          break;
        default:
          break;
      }
    }
  };

  take(start, 0);
  for (;;) {
    const at = Math.min(coming[0]?.[0] ?? Number.POSITIVE_INFINITY, timers.next ?? Number.POSITIVE_INFINITY);
    if (!Number.isFinite(at)) return { lines, left: timers.size, name: state.name };
    if (coming[0]?.[0] === at) take(transferStep(state, coming.shift()![1], pair, rules), at);
    else for (const timer of timers.due(at)) take(transferStep(state, { type: 'timer', timer }, pair, rules), at);
  }
}

const join = () => startJoin(attendedPair, facts, 'target');
const complete = [0, { type: 'complete' }] as const;
const bye = (leg: 'caller' | 'target'): TransferEvent => ({ type: 'ended', leg, cause: { by: 'remote', how: 'bye' } });

test('transfer.md §6: NOTIFY 200, then our BYE to the caller after 400 ms and to the target after 4 s', () => {
  const run = timeline(join(), attendedPair, [
    complete,
    [100, answered(1, 202)],
    [300, notified(1, 200, 'terminated')],
  ]);
  assert.deepEqual(run.lines, [
    [0, 'refer caller'],
    [300, 'outcome completed'],
    [700, 'end caller'],
    [4_300, 'end target'],
  ]);
  assert.equal(run.name, 'over');
  assert.equal(run.left, 0);
});

test('transfer.md §6 F3: silence after the 2xx is unknown after 32 s, and nothing else happens by itself', () => {
  const run = timeline(join(), attendedPair, [complete, [1_000, answered(1, 200)]]);
  assert.deepEqual(run.lines, [
    [0, 'refer caller'],
    [33_000, 'outcome unknown'],
  ]);
  assert.equal(run.name, 'unsure');
  assert.equal(run.left, 0);
});

test('transfer.md §6 F3: provisional NOTIFYs do not move the 32 s', () => {
  const chatter = [1, 8, 15, 22, 29].map((second) => [second * 1_000, notified(1, 180, 'active', 60_000)] as const);
  const run = timeline(join(), attendedPair, [complete, [0, answered(1, 200)], ...chatter]);
  assert.deepEqual(run.lines.at(-1), [32_000, 'outcome unknown']);
});

test('transfer.md §6: the end of the subscription and 10 s come before the verdict time', () => {
  const run = timeline(join(), attendedPair, [
    complete,
    [0, answered(1, 200)],
    [1_000, notified(1, 100, 'active', 5_000)],
  ]);
  assert.deepEqual(run.lines.at(-1), [16_000, 'outcome unknown']);
});

test('transfer.md §6 S2: the target’s BYE in the last second before the verdict still has its 2 s', () => {
  const run = timeline(join(), attendedPair, [complete, [0, answered(1, 202)], [31_500, bye('target')]]);
  assert.deepEqual(run.lines.slice(1), [
    [33_500, 'outcome completed'],
    [33_500, 'end caller'],
  ]);
});

test('transfer.md §6 S4: the target’s BYE within 5 s of the caller’s completes', () => {
  const script = [complete, [0, answered(1, 202)], [280, bye('caller')]] as const;
  const late = timeline(join(), attendedPair, script);
  assert.deepEqual(late.lines.slice(1), [
    [5_280, 'outcome unknown'],
    [5_280, 'resume target'],
  ]);
  const both = timeline(join(), attendedPair, [...script, [5_200, bye('target')]]);
  assert.deepEqual(both.lines.slice(1), [[5_200, 'outcome completed']]);
  assert.equal(both.left, 0);
});

test('a user agent that never answers the REFER cannot keep the caller: unknown after the guard', () => {
  const run = timeline(join(), attendedPair, [complete]);
  assert.deepEqual(run.lines.at(-1), [70_000, 'outcome unknown']);
});

test('transfer.md §4: three 491 and then acceptance', () => {
  const run = timeline(join(), attendedPair, [
    complete,
    [100, answered(1, 491)],
    [2_300, answered(2, 491)],
    [6_400, answered(3, 491)],
    [9_500, answered(4, 202)],
    [9_900, notified(4, 200, 'terminated')],
  ]);
  assert.deepEqual(run.lines.slice(0, 5), [
    [0, 'refer caller'],
    [2_200, 'refer caller'],
    [6_250, 'refer caller'],
    [9_420, 'refer caller'],
    [9_900, 'outcome completed'],
  ]);
});

test('RFC 5589 §5: a blind transfer waits 180 s; a NOTIFY after that is still believed', () => {
  const goal = { referTo: 'sip:300@h', referredBy: 'sip:100@h' };
  const run = timeline(startBlind(blindPair, goal), blindPair, [
    [0, answered(1, 202)],
    [200_000, notified(1, 200, 'terminated')],
  ]);
  assert.deepEqual(run.lines, [
    [0, 'refer caller'],
    [180_000, 'outcome unknown'],
    [200_000, 'late-verdict completed'],
    [200_400, 'end caller'],
  ]);
  assert.equal(run.name, 'over');
});

test.run();
