import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import { type TransferEffect, type TransferEvent, transferStep } from '../src/index.ts';
import { alphabet, timers } from './alphabet.ts';
import { edges } from './edges.ts';
import type { Breach, Start, StepFunction } from './observer.ts';
import { targetEdges, transfereeEdges } from './roles.ts';
import { ask, attended, blind, small, starts } from './starts.ts';
import { walk } from './walk.ts';

// ------------------------------------------------------------------------------------------------------ the alphabet

const door = readFileSync(new URL('../src/door.ts', import.meta.url), 'utf8');

/** The source text of one exported type. */
function declaration(name: string): string {
  const text = door.split(`export type ${name} =`)[1]?.split(/\nexport |\n\/\*\*/)[0];
  assert.ok(text, `door.ts declares ${name}`);
  return text;
}

test('the alphabet holds every event of the door and every timer, and each under its own name', () => {
  const declared = new Set([...declaration('TransferEvent').matchAll(/\btype: '([a-z-]+)'/g)].map((found) => found[1]));
  assert.deepEqual([...declared].sort(), Object.keys(alphabet).sort());
  for (const [type, letters] of Object.entries(alphabet)) {
    assert.ok(letters.length > 0, `${type} has letters`);
    for (const letter of letters) assert.equal(letter(1).type, type);
  }
  const named = [...declaration('TransferTimer').matchAll(/'([a-z-]+)'/g)].map((found) => found[1]);
  assert.deepEqual([...timers].sort(), named.sort());
});

test('the alphabet gives every field that decides two values or more', () => {
  /** Fields whose value is carried and never looked at. */
  const carried = new Set(['phrase', 'caller', 'target']);
  for (const [type, letters] of Object.entries(alphabet)) {
    const values = new Map<string, Set<string>>();
    const fields = new Set(letters.flatMap((letter) => Object.keys(letter(7))));
    for (const letter of letters) {
      const said = new Map<string, unknown>(Object.entries(letter(7)));
      for (const field of fields) {
        if (field === 'type' || carried.has(field)) continue;
        values.set(field, (values.get(field) ?? new Set()).add(JSON.stringify(said.get(field)) ?? 'undefined'));
      }
    }
    for (const [field, seen] of values) assert.ok(seen.size >= 2, `${type}.${field} takes ${[...seen]}`);
  }
});

// ---------------------------------------------------------------------------------------------------------- the walk

const names = new Set<string>();
const moves = new Set<string>();
for (const start of starts) {
  test(`DESIGN "Transfer, the heart": every promise holds in every state of: ${start.name}`, () => {
    const found = walk(start, transferStep);
    for (const name of found.names) names.add(name);
    for (const move of found.moves) moves.add(move);
    console.log(`${start.name}: ${found.states} states, ${found.edges} edges, depth ${found.depth}`);
    assert.deepEqual([...found.broken], []);
    assert.ok(found.states > 20, 'the walk went somewhere');
  });
}

test('the walks came through every state that the union names', () => {
  const source = readFileSync(new URL('../src/state.ts', import.meta.url), 'utf8').split(
    'export type TransferState',
  )[1]!;
  const declared = new Set([...source.matchAll(/\bname: '([a-z-]+)'/g)].map((match) => match[1]!));
  assert.deepEqual([...names].sort(), [...declared].sort());
});

test('the lists of edges are those that the walks went; write-edges.ts writes them anew', () => {
  assert.deepEqual(edges().transferor, [...moves].sort());
  assert.deepEqual(edges().transferee, [...transfereeEdges()].sort());
  assert.deepEqual(edges().target, [...targetEdges()].sort());
});

// ---------------------------------------------------------------------------------------------------- planted faults

type Fault = (event: TransferEvent, effects: readonly TransferEffect[]) => readonly TransferEffect[];

/** The machine with its effects changed: the state goes where it always goes. */
const changed =
  (fault: Fault): StepFunction =>
  (state, event, pair, rules) => {
    const step = transferStep(state, event, pair, rules);
    return { state: step.state, effects: fault(event, step.effects) };
  };

const without = (type: TransferEffect['type'], which: (effect: TransferEffect) => boolean = () => true): StepFunction =>
  changed((_, effects) => effects.filter((effect) => effect.type !== type || !which(effect)));

const endCaller: TransferEffect = { type: 'end', leg: 'caller' };

/** Faults that other phones have had (transfer.md §6), or that a careless change would bring. */
const planted: readonly (readonly [string, Breach, Start, StepFunction])[] = [
  [
    'BYE to the caller on the bare 202',
    'ended-caller-before-evidence',
    small,
    changed((event, effects) =>
      event.type === 'refer-answered' && event.status === 202 && effects.some((e) => e.type === 'set-timer')
        ? [...effects, endCaller]
        : effects,
    ),
  ],
  [
    'BYE to the caller on the first provisional NOTIFY',
    'ended-caller-before-evidence',
    blind,
    changed((event, effects) =>
      event.type === 'notified' && event.status === 100 && effects.length > 0 ? [...effects, endCaller] : effects,
    ),
  ],
  [
    '202 counts as success',
    'completed-without-evidence',
    small,
    (state, event, pair, rules) =>
      state.name === 'referring' && event.type === 'refer-answered' && event.status === 202
        ? transferStep(
            {
              name: 'watching',
              attempt: state.attempt,
              standing: { caller: 'up', target: 'left' },
              notifies: false,
            },
            { type: 'timer', timer: 'bye-evidence' },
            pair,
            rules,
          )
        : transferStep(state, event, pair, rules),
  ],
  [
    'a BYE with a failure Reason counts as success',
    'completed-without-evidence',
    small,
    (state, event, pair, rules) =>
      transferStep(
        state,
        event.type === 'ended' ? { ...event, cause: { by: 'remote', how: 'bye' } } : event,
        pair,
        rules,
      ),
  ],
  [
    'the target is hung up when the transfer fails',
    'ended-target-unasked',
    small,
    changed((event, effects) =>
      event.type !== 'ended' && effects.some((e) => e.type === 'outcome' && e.outcome.name === 'failed')
        ? [...effects, { type: 'end', leg: 'target' }]
        : effects,
    ),
  ],
  [
    'REFER goes out while the hold is open',
    'referred-before-hold-was-answered',
    small,
    (state, event, pair, rules) => {
      const step = transferStep(state, event, pair, rules);
      if (step.state.name !== 'holding-again') return step;
      const next = transferStep(step.state, { type: 'held', leg: 'caller' }, pair, rules);
      return { state: next.state, effects: [...step.effects, ...next.effects] };
    },
  ],
  ['no verdict timer', 'no-timer-leads-out', blind, without('set-timer', (e) => 'timer' in e && e.timer === 'verdict')],
  [
    'no guard over the answer to REFER',
    'no-timer-leads-out',
    blind,
    without('set-timer', (e) => 'timer' in e && e.timer === 'refer-answer'),
  ],
  [
    'cancel forgets to resume the caller',
    'left-on-hold',
    small,
    (state, event, pair, rules) => {
      const step = transferStep(state, event, pair, rules);
      return event.type === 'cancel' && step.state.name === 'retrieving'
        ? { state: { name: 'over' }, effects: step.effects.filter((effect) => effect.type !== 'resume') }
        : step;
    },
  ],
  [
    'cancel is ignored after a failure',
    'no-way-back',
    small,
    (state, event, pair, rules) =>
      state.name === 'restored' && event.type === 'cancel'
        ? { state, effects: [] }
        : transferStep(state, event, pair, rules),
  ],
  [
    'the outcome is given again with a late NOTIFY',
    'outcome-twice',
    blind,
    changed((_, effects) =>
      effects.map((effect) => (effect.type === 'late-verdict' ? { type: 'outcome', outcome: effect.outcome } : effect)),
    ),
  ],
  ['the outcome is never given', 'over-without-outcome', blind, without('outcome')],
  [
    'our BYE to the caller is forgotten',
    'leg-never-ended',
    blind,
    without('set-timer', (e) => 'timer' in e && e.timer === 'bye-grace'),
  ],
  ['a watch timer is left running', 'timer-left-running', blind, without('clear-timer')],
  [
    'the round is not looked at',
    'old-round-had-an-effect',
    blind,
    (state, event, pair, rules) => {
      const round = 'attempt' in state ? state.attempt.round : 1;
      return transferStep(state, 'round' in event ? { ...event, round } : event, pair, rules);
    },
  ],
  [
    'success sends BYE to a leg that has gone',
    'ended-a-dead-leg',
    small,
    changed((event, effects) =>
      event.type === 'timer' && event.timer === 'bye-evidence' && effects.some((e) => e.type === 'outcome')
        ? [...effects, { type: 'end', leg: 'target' }]
        : effects,
    ),
  ],
  [
    'the target is dialled before the caller is held',
    'dialled-before-hold-was-answered',
    { ...attended, step: { ...attended.step, effects: [...attended.step.effects, { type: 'dial-target' }] } },
    transferStep,
  ],
  [
    'a swap does not hold the leg it leaves',
    'both-legs-talk',
    small,
    changed((event, effects) => (event.type === 'swap' ? effects.filter((effect) => effect.type !== 'hold') : effects)),
  ],
  [
    'the phone joins a leg that is still held',
    'joined-before-both-were-resumed',
    small,
    (state, event, pair, rules) => {
      const step = transferStep(state, event, pair, rules);
      if (step.state.name !== 'bridging' || step.state.waits !== 'target') return step;
      const next = transferStep(step.state, { type: 'resumed', leg: 'target' }, pair, rules);
      return { state: next.state, effects: [...step.effects, ...next.effects] };
    },
  ],
  [
    'a plain refusal is bridged',
    'bridged-unasked',
    small,
    (state, event, pair, rules) =>
      transferStep(
        state,
        event.type === 'refer-answered' && event.status === 403 ? { ...event, status: 501 } : event,
        pair,
        rules,
      ),
  ],
  [
    'the phone bridges although it may only offer it',
    'bridged-unasked',
    ask,
    (state, event, pair, rules) => transferStep(state, event, pair, { ...rules, localBridge: 'auto' }),
  ],
  [
    'the bridge is forgotten',
    'failed-without-the-bridge',
    small,
    (state, event, pair, rules) => transferStep(state, event, pair, { ...rules, localBridge: 'never' }),
  ],
  [
    'one hang-up does not end the other of two that were bridged',
    'left-joined',
    small,
    (state, event, pair, rules) => {
      const step = transferStep(state, event, pair, rules);
      return state.name === 'bridged' && event.type === 'ended'
        ? { state: step.state, effects: step.effects.filter((effect) => effect.type !== 'end') }
        : step;
    },
  ],
  [
    'the verdict timer cuts off the wait after the target’s BYE',
    'unknown-despite-evidence',
    small,
    (state, event, pair, rules) =>
      state.name === 'watching' && event.type === 'timer' && event.timer === 'verdict'
        ? {
            state: { name: 'unsure', attempt: state.attempt, target: false, heard: false },
            effects: [{ type: 'outcome', outcome: { name: 'unknown', why: 'no-verdict' } }],
          }
        : transferStep(state, event, pair, rules),
  ],
  [
    'a resume that is refused is tried for ever',
    'over-out-of-reach',
    blind,
    (state, event, pair, rules) =>
      state.name === 'retrieving'
        ? { state: { ...state, tries: 1 }, effects: [] }
        : transferStep(state, event, pair, rules),
  ],
  [
    'REFER is sent twice',
    'referred-while-a-refer-was-open',
    blind,
    changed((_, effects) =>
      effects.flatMap<TransferEffect>((effect) => (effect.type === 'refer' ? [effect, effect] : [effect])),
    ),
  ],
  [
    'a leg that has gone is held',
    'touched-a-dead-leg',
    small,
    changed((event, effects) =>
      event.type === 'ended' && effects.some((e) => e.type === 'outcome')
        ? [...effects, { type: 'hold', leg: event.leg }]
        : effects,
    ),
  ],
  [
    'a second NOTIFY after unknown is announced again',
    'late-verdict-without-unknown',
    blind,
    changed((_, effects) =>
      effects.flatMap<TransferEffect>((effect) => (effect.type === 'late-verdict' ? [effect, effect] : [effect])),
    ),
  ],
  [
    'complete after the end starts something',
    'over-is-not-over',
    blind,
    (state, event, pair, rules) =>
      state.name === 'over' && event.type === 'complete'
        ? { state, effects: [{ type: 'resume', leg: 'caller' }] }
        : transferStep(state, event, pair, rules),
  ],
];

for (const [fault, breach, start, step] of planted) {
  test(`the walk finds a planted fault: ${fault}`, () => {
    const found = walk(start, step, breach);
    assert.ok(found.broken.has(breach), `expected ${breach}, found ${[...found.broken.keys()]}`);
  });
}

test('every way to break a promise has been planted', () => {
  const all = readFileSync(new URL('./observer.ts', import.meta.url), 'utf8')
    .split('export type Breach =')[1]!
    .split(';')[0]!;
  const breaches = [...all.matchAll(/'([a-z-]+)'/g)].map((found) => found[1]!);
  assert.deepEqual([...new Set(planted.map(([, breach]) => breach))].sort(), breaches.sort());
});

test.run();
