import assert from 'node:assert/strict';
import { test } from 'uvu';
import {
  answered,
  attended,
  blind,
  blindPair,
  complete,
  consulting,
  ended,
  goal,
  held,
  notify,
  pair,
  referred,
  rings,
} from '../test/run.ts';
import { transferRules } from './rules.ts';
import { startAttended, startBlind } from './transferor.ts';

test('RFC 5589 §7.3: hold, dial, talk, hold, REFER to the caller with Replaces of the target', () => {
  const run = attended();
  assert.deepEqual(run.did, ['hold caller']);
  assert.deepEqual(run.feed(held('caller')).did, ['dial-target']);
  run.feed({ type: 'target-ringing' }, answered);
  assert.equal(run.state.name, 'consulting');
  assert.deepEqual(run.feed(complete).did, ['hold target']);
  assert.deepEqual(run.feed(held('target')).did, ['refer caller']);
  assert.deepEqual(run.refers, [
    {
      type: 'refer',
      leg: 'caller',
      round: 1,
      referTo: 'sip:300@192.0.2.2:5062?Replaces=300%40id%3Bto-tag%3D300R%3Bfrom-tag%3D300L',
      referredBy: 'sip:100@pbx.example',
      manner: 'in-dialog',
      withoutSubscription: false,
    },
  ]);
});

test('RFC 5589 §5: blind: hold, REFER without Replaces, watch for 180 s', () => {
  const run = blind();
  assert.deepEqual(run.refers, [
    { type: 'refer', leg: 'caller', round: 1, ...goal, manner: 'in-dialog', withoutSubscription: false },
  ]);
  run.feed(referred(202));
  assert.equal(run.timer('verdict'), 180_000);
  run.feed(notify(180), notify(200, 'terminated'), rings('bye-grace'));
  assert.deepEqual(run.did, ['end caller']);
  assert.equal(run.state.name, 'over');
});

test('RFC 5589 §5: a blind transfer that fails gives the caller back', () => {
  for (const run of [blind().feed(referred(603)), blind().feed(referred(202), notify(486, 'terminated'))]) {
    assert.equal(run.outcome?.name, 'failed');
    assert.deepEqual(run.did, ['resume caller']);
    assert.equal(run.feed({ type: 'resumed', leg: 'caller' }).state.name, 'over');
  }
});

test('transfer.md §6: the caller’s BYE in a blind transfer proves success only where the PBX is known for it', () => {
  const run = blind().feed(referred(202), ended('caller'), rings('caller-bye'));
  assert.deepEqual(run.outcome, { name: 'unknown', why: 'caller-left' });
  const sure = blind(transferRules('netsapiens')).feed(referred(202), ended('caller'), rings('caller-bye'));
  assert.deepEqual(sure.outcome, { name: 'completed', evidence: { name: 'caller-bye' } });
});

test('transfer.md §1: the seed trace: 202, NOTIFY 100, the target’s BYE, and no final NOTIFY', () => {
  const run = consulting(transferRules('ozeki')).feed(complete, held('target'), referred(202));
  assert.match(run.refers[0]!.referTo, /^sip:300@pbx\.example\?Replaces=300%40id%3Bto-tag%3D300R%3Bfrom-tag%3D300L$/);
  run.feed(notify(100, 'active', { expiresMs: 200_000 }), ended('target'), rings('bye-evidence'));
  assert.deepEqual(run.outcome, { name: 'completed', evidence: { name: 'target-bye' } });
  assert.deepEqual(run.did, ['end caller']);
});

test('transfer.md §2.1: the caller’s own call as target is our bug and throws', () => {
  assert.throws(() => startAttended({ ...pair, target: pair.caller }), /same call/);
  assert.throws(() => startAttended(blindPair));
  assert.throws(() => startBlind(pair, goal));
});

test.run();
