import assert from 'node:assert/strict';
import type { EndCause } from '@switchhook/sip-core';
import { test } from 'uvu';
import {
  answered,
  attended,
  cancel,
  complete,
  ended,
  facts,
  goal,
  held,
  merge,
  notify,
  referred,
  rings,
} from '../test/run.ts';
import type { TransferEvent } from './door.ts';
import { transferRules } from './rules.ts';

const ringing: TransferEvent = { type: 'target-ringing', facts };
const completeWithGoal: TransferEvent = { type: 'complete', blind: goal };
const cancelledCall: EndCause = { by: 'local', how: 'cancel', status: 487 };
const early = transferRules('generic', { semiAttended: 'early' });
const calling = (rules = transferRules()) => attended(rules).feed(held('caller'), ringing);

test('transfer.md §10 (c): complete a second time while armed gives the target up, then refers without Replaces', () => {
  const run = calling().feed(complete, complete);
  assert.deepEqual(run.did, ['end target']);
  assert.equal(run.state.name, 'degrading');
  assert.equal(run.refers.length, 0); // not before the target's call has ended
  run.feed(ended('target', cancelledCall));
  assert.equal(run.refers[0]!.referTo, 'sip:300@pbx.example');
  run.feed(referred(202), notify(200, 'terminated'), rings('bye-grace'));
  assert.deepEqual(run.did, ['end caller']);
  assert.equal(run.state.name, 'over');
});

test('transfer.md §10 (c): the number that was dialled may come with the press, before anything rings', () => {
  const run = attended().feed(held('caller'), completeWithGoal, complete, ended('target', cancelledCall));
  assert.equal(run.refers[0]!.referTo, goal.referTo);
});

test('transfer.md §9.16: without a number a second press while armed counts once', () => {
  const run = attended().feed(held('caller'), { type: 'target-ringing' }, complete, complete);
  assert.deepEqual(run.did, []);
  assert.equal(run.state.name, 'armed');
});

test('transfer.md §9.15: the target answers although it was being given up: on as attended', () => {
  const run = calling().feed(complete, complete, answered);
  assert.deepEqual(run.did, ['mute target', 'refer caller']);
  assert.match(run.refers[0]!.referTo, /Replaces=/);
});

test('transfer.md §10 (c): a blind REFER that fails after degrading gives the caller back', () => {
  const run = calling().feed(
    complete,
    complete,
    ended('target', cancelledCall),
    referred(202),
    notify(486, 'terminated'),
  );
  assert.ok(run.outcome?.name === 'failed' && run.outcome.status === 486);
  assert.deepEqual(run.did, ['resume caller']);
});

test('features.md §2.2: cancel while the target is given up ends it once and brings the caller back', () => {
  assert.deepEqual(calling().feed(complete, complete, cancel).did, ['resume caller']);
});

test('the caller hangs up while the target is given up: over, and nothing is sent', () => {
  const run = calling().feed(complete, complete, ended('caller'));
  assert.equal(run.state.name, 'over');
  assert.equal(run.refers.length, 0);
});

test('rule semiAttended: blind gives the target up at the first press', () => {
  const run = calling(transferRules('generic', { semiAttended: 'blind' })).feed(complete);
  assert.deepEqual(run.did, ['end target']);
  const unknown = attended(transferRules('generic', { semiAttended: 'blind' })).feed(held('caller'), complete);
  assert.equal(unknown.state.name, 'armed'); // it is not known whom it would be
});

test('rule semiAttended: early sends REFER with Replaces of the early dialog, and waits 180 s', () => {
  const run = calling(early).feed(complete);
  assert.match(run.refers[0]!.referTo, /Replaces=300%40id%3Bto-tag%3D300R%3Bfrom-tag%3D300L$/);
  run.feed(referred(202));
  assert.equal(run.timer('verdict'), 180_000);
  run.feed(notify(200, 'terminated'), rings('bye-grace'));
  assert.deepEqual(run.did, ['end caller']);
  assert.deepEqual(run.feed(rings('target-bye')).did, ['end target']); // CANCEL of what still rings
});

test('RFC 3891 §4: an early REFER that is refused falls back to waiting for the answer, without an outcome', () => {
  for (const refusal of [[referred(481)], [referred(202), notify(481, 'terminated')]]) {
    const run = calling(early).feed(complete, ...refusal);
    assert.equal(run.state.name, 'armed');
    assert.equal(run.outcome, undefined);
    run.feed(answered);
    assert.deepEqual(run.did, ['mute target', 'refer caller']);
    assert.equal(run.refers[1]!.round, 2);
  }
});

test('an early REFER that is refused after the target has answered goes on as attended', () => {
  const run = calling(early).feed(complete, answered);
  assert.deepEqual(run.did, ['mute target']);
  run.feed(referred(481));
  assert.deepEqual(run.did, ['mute target', 'refer caller']);
  assert.equal(run.refers[1]!.round, 2);
});

test('transfer.md §9.13: with forked early dialogs none is named: armed', () => {
  const another: TransferEvent = {
    type: 'target-ringing',
    facts: { ...facts, target: { ...facts.target, dialog: { ...facts.target.dialog, remoteTag: 'fork' } } },
  };
  const run = calling(early).feed(another, complete);
  assert.equal(run.state.name, 'armed');
  assert.equal(run.refers.length, 0);
});

test('an early REFER without a verdict is unknown; the person cannot talk with who has not answered', () => {
  const run = calling(early).feed(complete, referred(202), rings('verdict'));
  assert.deepEqual(run.outcome, { name: 'unknown', why: 'no-verdict' });
  for (const press of [complete, merge, { type: 'swap' }] as const)
    assert.deepEqual(run.feed(press).did, ['not-answered']);
  assert.deepEqual(run.feed(answered).did, ['mute target']);
  assert.deepEqual(run.feed(complete).did, ['start-again']);
});

test('features.md §2.2: cancel after an unknown early REFER ends the target and brings the caller back', () => {
  const run = calling(early).feed(complete, referred(408), cancel);
  assert.deepEqual(run.did, ['end target', 'resume caller']);
});

test('transfer.md §3: only the answer to the caller’s own hold lets the target be dialled', () => {
  const run = attended().feed(held('target'));
  assert.deepEqual(run.last, []);
  assert.equal(run.state.name, 'holding');
});

test('a late failure after an unknown early REFER is said once, and a NOTIFY after it is not believed', () => {
  const run = calling(early).feed(complete, referred(202), rings('verdict'), notify(404, 'terminated'));
  assert.deepEqual(run.did, ['late-verdict']);
  assert.deepEqual(run.feed(notify(200, 'terminated')).last, []);
  assert.equal(run.state.name, 'unsure');
});

test.run();
