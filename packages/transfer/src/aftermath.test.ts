import assert from 'node:assert/strict';
import { test } from 'uvu';
import {
  cancel,
  complete,
  consulting,
  facts,
  held,
  notify,
  pair,
  Run,
  referred,
  referring,
  rings,
  swap,
  watching,
} from '../test/run.ts';
import type { TransferEvent } from './door.ts';
import { startJoin } from './transferor.ts';

test('transfer.md §9.1: a refused REFER keeps both; the person talks with the target again', () => {
  const run = referring().feed(referred(403));
  assert.deepEqual(run.outcome, { name: 'failed', stage: 'refer', status: 403, phrase: '' });
  assert.deepEqual(run.did, ['resume target']);
  assert.equal(run.state.name, 'restored');
  assert.deepEqual(run.feed({ type: 'resumed', leg: 'target' }, swap).did, ['hold target', 'resume caller']);
  assert.deepEqual(run.feed(cancel).did, ['end target', 'resume caller']);
  assert.equal(run.feed({ type: 'resumed', leg: 'caller' }).state.name, 'over');
});

test('phone-ux.md §4.2: Transfer after a failure starts a new transfer over the same two calls', () => {
  const run = referring().feed(referred(603), complete);
  assert.deepEqual(run.last, [{ type: 'start-again', facts, talking: 'target', press: 'complete' }]);
  const again = new Run(startJoin(pair, facts, 'target'), pair).feed(complete, held('target'));
  assert.equal(again.state.name, 'referring');
});

test('transfer.md §6: a NOTIFY after unknown is believed while nobody has touched the calls', () => {
  const run = watching().feed(rings('verdict'), notify(200, 'terminated'));
  assert.deepEqual(run.outcome, { name: 'unknown', why: 'no-verdict' });
  assert.ok(run.last.some((effect) => effect.type === 'late-verdict' && effect.outcome.name === 'completed'));
  assert.deepEqual(run.feed(rings('bye-grace')).did, ['end caller']);
  const touched = watching().feed(rings('verdict'), cancel, notify(200, 'terminated'));
  assert.deepEqual(touched.did, []);
});

test('transfer.md §6: a late failure after unknown brings the target back', () => {
  const run = watching().feed(rings('verdict'), notify(486, 'terminated'));
  assert.deepEqual(run.did, ['late-verdict', 'resume target']);
});

test('a refused resume is tried three times, then the caller waits for the person', () => {
  const refused: TransferEvent = { type: 'resume-refused', leg: 'caller', status: 500 };
  const run = consulting().feed(cancel, refused, rings('retry'), refused, rings('retry'));
  assert.deepEqual(run.did, ['resume caller']);
  assert.equal(run.feed(refused).state.name, 'caller-held');
  assert.deepEqual(run.feed(cancel).did, ['resume caller']);
});

test('transfer.md §6: exactly one BYE a dialog, however often a timer rings', () => {
  const run = watching().feed(notify(200, 'terminated'), rings('bye-grace'), rings('bye-grace'));
  assert.deepEqual(run.did, []);
  run.feed(rings('target-bye'), rings('target-bye'));
  assert.equal(run.effects.filter((effect) => effect.type === 'end').length, 2);
});

test.run();
