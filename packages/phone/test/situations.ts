// Situations of the telephone that several test files begin with.
import assert from 'node:assert/strict';
import { view } from '../src/index.ts';
import { type Bench, call } from './bench.ts';

export const shown = (bench: Bench) => view(bench.state, (at) => `t${at}`);
export const refused = (bench: Bench, id: string, type: 'hold-refused' | 'resume-refused' = 'hold-refused') =>
  bench.tell({ type, call: call(id), status: 488, phrase: 'No' });
export const dialledLast = (bench: Bench): string => {
  const effect = bench.effects.findLast((each) => each.type === 'dial');
  assert.ok(effect?.type === 'dial');
  return effect.call;
};

/** `a` held, `b` talking. */
export function two(bench: Bench): void {
  bench.talking('a');
  bench.ring('b', '2002');
  bench.want({ verb: 'call.answer' });
  bench.held('a');
  bench.up('b', '2002');
}

/** Transfer pressed, the caller held, the number dialled, the target ringing. */
export function calling(bench: Bench): string {
  bench.talking();
  bench.want({ verb: 'key.transfer' });
  bench.held('a');
  bench.dial('9999#');
  bench.tell({ type: 'progress', call: call(bench.target()), status: 180 });
  return bench.target();
}

/** Consulting, then back with the caller for a moment. */
export function swapped(bench: Bench): string {
  const target = bench.consulting();
  bench.want({ verb: 'key.hold' });
  bench.held(target);
  bench.resumed('a');
  return target;
}

/** Nobody has the handset: the caller is held, the phone rings, no microphone is open. */
export function ringsBack(bench: Bench, why: string): void {
  assert.equal(bench.phase('a'), 'held', why);
  assert.equal(bench.ear, undefined, why);
  assert.equal(bench.state.sounds.ringer, 'recall', why);
}
