import assert from 'node:assert/strict';
import type { EndCause } from '@switchhook/sip-core';
import { test } from 'uvu';
import { answered, attended, cancel, complete, consulting, ended, held, referred, swap } from '../test/run.ts';
import type { TransferEvent } from './door.ts';

for (const status of [488, 606, 415, 403, 491]) {
  test(`transfer.md §3: a hold refused with ${status} mutes and goes on`, () => {
    const refuse = (which: 'caller' | 'target'): TransferEvent => ({ type: 'hold-refused', leg: which, status });
    const run = attended().feed(refuse('caller'));
    assert.deepEqual(run.did, ['mute caller', 'dial-target']);
    assert.deepEqual(run.feed(answered, complete, refuse('target')).did, ['mute target', 'refer caller']);
  });
}

for (const status of [408, 481]) {
  test(`transfer.md §3: a hold answered ${status} means that leg is dead`, () => {
    const run = attended().feed({ type: 'hold-refused', leg: 'caller', status });
    assert.deepEqual(run.outcome, { name: 'failed', stage: 'caller-gone', status });
    const later = consulting().feed(complete, { type: 'hold-refused', leg: 'target', status });
    assert.deepEqual(later.outcome, { name: 'failed', stage: 'target-gone', status });
    assert.deepEqual(later.feed(cancel).did, ['resume caller']);
  });
}

test('features.md §2.2: complete while the target rings arms; the answer sends REFER at once', () => {
  const run = attended().feed(held('caller'), { type: 'target-ringing' }, complete);
  assert.equal(run.state.name, 'armed');
  assert.equal(run.feed(complete).state.name, 'armed');
  assert.deepEqual(run.feed(answered).did, ['mute target', 'refer caller']);
});

test('features.md §2.2: a busy target fails at "consult"; the caller waits and can be taken back', () => {
  const busy: EndCause = { by: 'remote', how: 'response', status: 486, phrase: 'Busy Here' };
  for (const events of [[], [complete]] as const) {
    const run = attended().feed(held('caller'), ...events, ended('target', busy));
    assert.deepEqual(run.outcome, { name: 'failed', stage: 'consult', status: 486, phrase: 'Busy Here' });
    assert.equal(run.state.name, 'caller-held');
    assert.deepEqual(run.feed(cancel).did, ['resume caller']);
  }
});

test('features.md §2.2: cancel leads back from every state before the REFER', () => {
  assert.deepEqual(attended().feed(cancel).did, ['resume caller']);
  for (const run of [
    attended().feed(held('caller')),
    attended().feed(held('caller'), complete),
    consulting(),
    consulting().feed(swap),
    consulting().feed(swap, held('target')),
    consulting().feed(complete),
  ]) {
    run.feed(cancel);
    assert.deepEqual(run.did, ['end target', 'resume caller']);
    assert.deepEqual(run.outcome, { name: 'failed', stage: 'cancelled' });
    assert.equal(run.feed({ type: 'resumed', leg: 'caller' }).state.name, 'over');
  }
});

test('transfer.md §9.16: a second press of complete changes nothing', () => {
  const run = consulting().feed(complete, complete);
  assert.deepEqual(run.did, []);
  run.feed(held('target'), complete);
  assert.deepEqual(run.did, ['already-pending']);
  assert.equal(run.refers.length, 1);
});

test('features.md §2.2: swap holds the one, then resumes the other, and back', () => {
  const run = consulting().feed(swap);
  assert.deepEqual(run.did, ['hold target']);
  assert.deepEqual(run.feed(held('target')).did, ['resume caller']);
  assert.equal(run.feed({ type: 'resumed', leg: 'caller' }).state.name, 'swapped');
  assert.deepEqual(run.feed(complete).did, ['hold caller']);
  assert.deepEqual(run.feed(held('caller')).did, ['refer caller']);
});

test('features.md §2.2: complete in mid-swap sends REFER as soon as both are held', () => {
  const run = consulting().feed(swap, complete, held('target'));
  assert.deepEqual(run.did, ['refer caller']);
  const back = consulting().feed(swap, held('target'), complete, { type: 'resumed', leg: 'caller' });
  assert.deepEqual(back.did, ['hold caller']);
});

test('transfer.md §9.4: the target gone before REFER: the caller is held and can be taken back', () => {
  for (const run of [consulting(), consulting().feed(complete)]) {
    run.feed(ended('target'));
    assert.ok(run.outcome?.name === 'failed' && run.outcome.stage === 'target-gone');
    assert.deepEqual(run.feed(swap).did, ['resume caller']);
  }
});

test('transfer.md §9.6: the caller gone: the target stays an ordinary call', () => {
  const run = consulting().feed(complete, held('target'), ended('caller'), referred(481));
  assert.ok(run.outcome?.name === 'failed' && run.outcome.stage === 'caller-gone');
  assert.deepEqual(run.did, ['resume target']);
  assert.equal(run.state.name, 'over');
  assert.equal(attended().feed(held('caller'), ended('caller')).state.name, 'over');
});

test('RFC 5589 §6.1: only the answer to the hold that was asked for sends the REFER', () => {
  const run = consulting().feed(complete, held('caller'));
  assert.equal(run.refers.length, 0);
  assert.equal(run.feed(held('target')).refers.length, 1);
});

test.run();
