import assert from 'node:assert/strict';
import { test } from 'uvu';
import { cancel, complete, ended, held, leg, pair, Run, referred, referring, rings, watching } from '../test/run.ts';
import type { LegFacts, PairFacts } from './door.ts';
import { transferRules } from './rules.ts';
import { startJoin } from './transferor.ts';

for (const [status, why] of [
  [480, 'refer'],
  [481, 'refer'],
  [486, 'refer'],
  [404, 'refer'],
  [429, 'refer'],
  [500, 'refer'],
  [503, 'refer'],
  [302, 'refer'],
  [401, 'refer'],
] as const) {
  test(`transfer.md §4: ${status} to REFER is a failure`, () => {
    const run = referring().feed(referred(status));
    assert.ok(run.outcome?.name === 'failed' && run.outcome.stage === why && run.outcome.status === status);
    assert.equal(run.refers.length, 1);
  });
}

test('transfer.md §4: 408 to REFER leaves it open whether it arrived', () => {
  const run = referring().feed(referred(408));
  assert.deepEqual(run.outcome, { name: 'unknown', why: 'refer-unanswered' });
});

test('transfer.md §4: 491 is waited out three times, 2.1 to 4.0 s each, then it is a failure', () => {
  const run = referring();
  for (const round of [1, 2, 3]) {
    run.feed(referred(491, { round }));
    assert.equal(run.state.name, 'backing-off');
    const wait = run.timer('retry')!;
    assert.ok(wait >= 2_100 && wait <= 4_000);
    run.feed(rings('retry'));
    assert.equal(run.refers.at(-1)!.round, round + 1);
  }
  assert.equal(run.feed(referred(491, { round: 4 })).outcome?.name, 'failed');
});

test('transfer.md §4: 503 is tried once more when Retry-After is 5 s or less', () => {
  const run = referring().feed(referred(503, { retryAfterMs: 5_000 }));
  assert.equal(run.timer('retry'), 5_000);
  run.feed(rings('retry'), referred(503, { round: 2, retryAfterMs: 1_000 }));
  assert.equal(run.outcome?.name, 'failed');
  assert.equal(referring().feed(referred(503, { retryAfterMs: 6_000 })).outcome?.name, 'failed');
});

test('transfer.md §4: cancel while a retry waits leads back to the caller', () => {
  const run = referring().feed(referred(491), cancel);
  assert.deepEqual(run.did, ['end target', 'resume caller']);
  assert.deepEqual(run.outcome, { name: 'failed', stage: 'cancelled' });
});

for (const status of [400, 416, 420, 421, 488, 606]) {
  test(`transfer.md §4: ${status} drops Require=replaces once`, () => {
    const run = referring(transferRules('generic', { requireReplaces: true })).feed(referred(status));
    assert.match(run.refers[0]!.referTo, /Require=replaces/);
    assert.doesNotMatch(run.refers[1]!.referTo, /Require/);
    run.feed(referred(status, { round: 2 }));
    // 420 that comes again means that the far end cannot: the other leg is next.
    if (status === 420) assert.deepEqual(run.did, ['refer target']);
    else assert.equal(run.outcome?.name, 'failed');
  });
}

for (const status of [405, 489, 501]) {
  test(`transfer.md §4: ${status} sends the REFER to the other leg, with the first dialog in Replaces`, () => {
    const run = referring().feed(referred(status));
    assert.deepEqual(run.did, ['refer target']);
    assert.match(
      run.refers[1]!.referTo,
      /^sip:200@192.0.2.1:5062\?Replaces=200%40id%3Bto-tag%3D200R%3Bfrom-tag%3D200L$/,
    );
    run.feed(referred(202, { round: 2 }), ended('caller'), rings('bye-evidence'));
    assert.equal(run.outcome?.name, 'completed');
    assert.deepEqual(run.did, ['end target']);
  });
}

test('transfer.md §2.2: the leg whose Allow has REFER gets it; when both lack it and nobody may bridge, a 405 is final', () => {
  const none = ['INVITE', 'BYE'];
  const with2 = (caller: readonly string[], target: readonly string[]): PairFacts => ({
    caller: leg('200', 'h1.example', caller),
    target: leg('300', 'h2.example', target),
  });
  const run = new Run(startJoin(pair, with2(none, [...none, 'REFER']), 'target'), pair).feed(complete, held('target'));
  assert.equal(run.refers[0]!.leg, 'target');
  const never = transferRules('generic', { localBridge: 'never' });
  const both = new Run(startJoin(pair, with2(none, none), 'target'), pair, never).feed(
    complete,
    held('target'),
    referred(405),
  );
  assert.equal(both.outcome?.name, 'failed');
  assert.equal(both.refers.length, 1);
});

test('transfer.md §2.4: form of the URI: GRUU, own server and public Contacts go out; private ones need the AOR', () => {
  const form = (target: LegFacts, rules = transferRules()) =>
    new Run(startJoin(pair, { caller: leg('200', '192.0.2.1'), target }, 'target'), pair, rules)
      .feed(complete, held('target'))
      .refers[0]!.referTo.split('?')[0];
  assert.equal(form(leg('300', '10.0.0.7')), 'sip:300@pbx.example');
  assert.equal(form(leg('300', '10.0.0.7', undefined, true)), 'sip:300@10.0.0.7:5062');
  assert.equal(form(leg('300', '203.0.113.4')), 'sip:300@203.0.113.4:5062');
  assert.equal(form(leg('300', 'pbx.example')), 'sip:300@pbx.example:5062');
  assert.equal(form(leg('300', 'abc.invalid')), 'sip:300@pbx.example');
  assert.equal(form(leg('300', '[fd00::1]')), 'sip:300@pbx.example');
  assert.equal(form(leg('300', '203.0.113.4'), transferRules('asterisk')), 'sip:300@pbx.example');
  assert.equal(form(leg('300', '10.0.0.7'), transferRules('kamailio')), 'sip:300@10.0.0.7:5062');
});

test('RFC 3515 §2.4.4: a REFER that is out cannot be cancelled, and says so', () => {
  assert.deepEqual(referring().feed(cancel).did, ['accepted-cannot-cancel']);
  assert.deepEqual(watching().feed(cancel).did, ['accepted-cannot-cancel']);
});

test('transfer.md §6 F3: a REFER is guarded for longer than two transactions, and its silence is unknown', () => {
  const run = referring();
  assert.equal(run.timer('refer-answer'), 70_000);
  assert.deepEqual(run.feed(rings('refer-answer')).outcome, { name: 'unknown', why: 'refer-unanswered' });
});

test('RFC 4320 §4.1: a provisional answer to REFER is no answer', () => {
  const run = referring().feed(referred(100));
  assert.deepEqual(run.last, []);
  assert.equal(run.state.name, 'referring');
});

test('transfer.md §9.17: an answer to an earlier REFER is no news', () => {
  const run = referring().feed(referred(501), referred(202));
  assert.deepEqual(run.last, []);
  assert.equal(run.state.name, 'referring');
  assert.equal(run.feed(referred(202, { round: 2 })).state.name, 'watching');
});

test.run();
