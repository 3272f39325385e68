import assert from 'node:assert/strict';
import { test } from 'uvu';
import {
  blindPair,
  complete,
  ended,
  goal,
  held,
  joined,
  leg,
  notify,
  Run,
  referred,
  resumed,
  withoutRefer,
} from '../test/run.ts';
import type { PairFacts } from './door.ts';
import { transferRules } from './rules.ts';
import { startBlind } from './transferor.ts';

const plain: PairFacts = { caller: leg('200', '192.0.2.1'), target: leg('300', '192.0.2.2') };
const gruu: PairFacts = { caller: leg('200', '192.0.2.1', undefined, true), target: leg('300', '192.0.2.2') };
const referring = (of: PairFacts, rules = transferRules()) => joined(of, rules).feed(complete, held('target'));
/** Leg, manner and form of each REFER. */
const series = (run: Run) =>
  run.refers.map(({ leg: to, manner, referTo }) =>
    [to, manner, /@192\.0\.2/.test(referTo) ? 'contact' : 'aor'].join(' '),
  );

test('transfer.md §11: NOTIFY 481 goes through both forms and both legs, then the phone bridges', () => {
  const run = referring(plain);
  for (const round of [1, 2, 3, 4]) run.feed(referred(202, { round }), notify(481, 'terminated', { round }));
  assert.deepEqual(series(run), [
    'caller in-dialog contact',
    'caller in-dialog aor',
    'target in-dialog contact',
    'target in-dialog aor',
  ]);
  assert.equal(run.state.name, 'bridging');
  run.feed(resumed('caller'), resumed('target'));
  assert.deepEqual(run.outcome, {
    name: 'completed',
    evidence: { name: 'bridge', instead: { status: 481, phrase: '' } },
  });
});

test('transfer.md §11: NOTIFY 403 after the other form is a refusal: no other leg, no bridge', () => {
  const run = referring(plain).feed(referred(202), notify(403, 'terminated'));
  run.feed(referred(202, { round: 2 }), notify(403, 'terminated', { round: 2 }));
  assert.equal(run.refers.length, 2);
  assert.equal(run.state.name, 'restored');
});

for (const status of [405, 420, 489, 501, 513]) {
  test(`transfer.md §4: ${status} from both legs ends in the bridge`, () => {
    const run = referring(plain).feed(referred(status), referred(status, { round: 2 }));
    assert.deepEqual(series(run), ['caller in-dialog contact', 'target in-dialog contact']);
    assert.equal(run.state.name, 'bridging');
  });
}

test('transfer.md §4: 405 from the caller, and the target’s Allow lacks REFER: the bridge', () => {
  const run = referring({ ...plain, target: leg('300', '192.0.2.2', withoutRefer) }).feed(referred(405));
  assert.equal(run.refers.length, 1);
  assert.equal(run.state.name, 'bridging');
});

test('RFC 7647 §4: a peer whose Contact is a GRUU gets the REFER out of the dialog', () => {
  assert.deepEqual(series(referring(gruu)), ['caller out-of-dialog contact']);
  assert.deepEqual(series(referring(plain)), ['caller in-dialog contact']);
});

for (const status of [302, 403, 404, 405, 408, 420, 480, 481, 501, 603]) {
  test(`transfer.md §2.3: ${status} to an out-of-dialog REFER: once in the dialog`, () => {
    const run = referring(gruu).feed(referred(status));
    assert.deepEqual(series(run), ['caller out-of-dialog contact', 'caller in-dialog contact']);
    run.feed(referred(status, { round: 2 }));
    assert.ok(run.refers.slice(2).every(({ leg: to }) => to === 'target')); // never a third time to the caller
  });
}

test('transfer.md §2.3: a refusal that is about the transfer is not sent again in the dialog', () => {
  for (const status of [486, 500]) assert.equal(referring(gruu).feed(referred(status)).refers.length, 1);
});

test('RFC 7647 §4: a blind transfer goes out of the dialog too when the caller is known to have a GRUU', () => {
  const run = new Run(startBlind(blindPair, { ...goal, caller: gruu.caller }), blindPair).feed(held('caller'));
  assert.deepEqual(
    run.refers.map(({ manner }) => manner),
    ['out-of-dialog'],
  );
  assert.equal(run.feed(referred(481)).refers[1]!.manner, 'in-dialog');
  run.feed(referred(405, { round: 2 })); // no target to bridge with
  assert.deepEqual(run.did, ['resume caller']);
});

for (const status of [400, 416, 420, 421, 488, 606]) {
  test(`transfer.md §4: ${status} is tried once without Require=replaces and Refer-Sub`, () => {
    const run = referring(plain, transferRules('generic', { requireReplaces: true, referSub: false }));
    assert.equal(run.refers[0]!.withoutSubscription, true);
    run.feed(referred(status));
    assert.equal(run.refers[1]!.withoutSubscription, false);
    assert.doesNotMatch(run.refers[1]!.referTo, /Require/);
    assert.equal(run.feed(referred(status, { round: 2 })).refers.filter((each) => each.leg === 'caller').length, 2);
  });
}

test('transfer.md §4: 416 to a sips: Refer-To is tried once with sip:', () => {
  const secure: PairFacts = {
    ...plain,
    target: { ...plain.target, peer: { ...plain.target.peer, target: 'sips:300@192.0.2.2:5061' } },
  };
  const run = referring(secure).feed(referred(416));
  assert.match(run.refers[0]!.referTo, /^sips:300@/);
  assert.match(run.refers[1]!.referTo, /^sip:300@/);
  assert.equal(run.feed(referred(416, { round: 2 })).outcome?.name, 'failed');
});

test('RFC 3892 §5: 429 cannot be satisfied without a signature: a failure, and both calls are kept', () => {
  const run = referring(plain).feed(referred(429));
  assert.ok(run.outcome?.name === 'failed' && run.outcome.status === 429);
  assert.equal(run.state.name, 'restored');
});

test('RFC 4488 §4: asked without a subscription and granted: the target’s BYE alone proves it (S3)', () => {
  const run = referring(plain, transferRules('generic', { referSub: false }));
  run.feed(referred(202, { withoutSubscription: true }));
  assert.equal(run.timer('first-notify'), undefined);
  run.feed(ended('target'), { type: 'timer', timer: 'bye-evidence' });
  assert.deepEqual(run.outcome, { name: 'completed', evidence: { name: 'target-bye' } });
});

test('RFC 4488 §4: asked without a subscription and not granted: the NOTIFYs count', () => {
  const run = referring(plain, transferRules('generic', { referSub: false })).feed(referred(202));
  assert.equal(run.timer('first-notify'), 5_000);
  assert.equal(run.feed(notify(200, 'terminated')).outcome?.name, 'completed');
});

test('transfer.md §2.8: a blind transfer always asks for NOTIFYs, its only evidence', () => {
  const run = new Run(startBlind(blindPair, goal), blindPair, transferRules('generic', { referSub: false }));
  assert.equal(run.feed(held('caller')).refers[0]!.withoutSubscription, false);
});

test('RFC 5589 §7.2: a protected target gets the REFER, and the caller never learns its address', () => {
  const rules = transferRules('generic', { protectTarget: true });
  const run = referring(plain, rules);
  assert.match(run.refers[0]!.referTo, /^sip:200@192\.0\.2\.1:5062\?Replaces=200%40id/);
  run.feed(referred(501));
  assert.ok(run.refers.every((refer) => refer.leg === 'target'));
  assert.equal(run.state.name, 'bridging');
  const done = referring(plain, rules).feed(referred(202), ended('caller'), { type: 'timer', timer: 'bye-evidence' });
  assert.deepEqual(done.did, ['end target']);
  const cannot = joined({ ...plain, target: leg('300', '192.0.2.2', withoutRefer) }, rules).feed(complete);
  assert.equal(cannot.state.name, 'bridging');
});

test('transfer.md §2.1: both legs in one dialog are refused before anything is sent', () => {
  const run = joined({ caller: plain.caller, target: plain.caller });
  for (const press of [complete, { type: 'merge' }, { type: 'bridge' }] as const) {
    assert.deepEqual(run.feed(press).did, ['same-dialog']);
    assert.equal(run.state.name, 'consulting');
  }
});

test('transfer.md §9.26: both calls with the same peer, each its own dialog, are transferred', () => {
  const twice = { ...plain.caller, dialog: { ...plain.caller.dialog, sipCallId: 'second@id' } };
  const run = referring({ caller: plain.caller, target: twice });
  assert.match(run.refers[0]!.referTo, /^sip:200@192\.0\.2\.1:5062\?Replaces=second%40id/);
});

test('transfer.md §9.24: a conference is transferred like anybody, with a note', () => {
  const run = referring({ ...plain, target: { ...plain.target, peer: { ...plain.target.peer, focus: true } } });
  assert.deepEqual(
    run.last.filter((effect) => effect.type === 'note'),
    [{ type: 'note', word: 'conference', detail: 'target' }],
  );
});

test('rule retryOtherForm: without it NOTIFY 404 goes to the other leg at once', () => {
  const run = referring(plain, transferRules('asterisk')).feed(referred(202), notify(404, 'terminated'));
  assert.deepEqual(series(run), ['caller in-dialog aor', 'target in-dialog aor']);
});

test('RFC 5589 §7.5: when Contact and address of record are the same there is no other form', () => {
  const target = { ...plain.target, peer: { ...plain.target.peer, target: plain.target.addressOfRecord } };
  const run = referring({ ...plain, target }).feed(referred(202), notify(404, 'terminated'));
  assert.deepEqual(
    run.refers.map(({ leg: to }) => to),
    ['caller', 'target'],
  );
});

test('transfer.md §4: what a peer may not like is left out once a transfer, whichever leg complains', () => {
  const rules = transferRules('generic', { requireReplaces: true });
  const run = referring({ ...plain, target: leg('300', '192.0.2.2', undefined, true) }, rules);
  run.feed(referred(400), referred(405, { round: 2 }), referred(400, { round: 3 }));
  assert.deepEqual(
    run.refers.map(({ leg: to, manner }) => `${to} ${manner}`),
    ['caller in-dialog', 'caller in-dialog', 'target out-of-dialog'],
  );
  assert.ok(run.outcome?.name === 'failed' && run.outcome.status === 400);
});

test.run();
