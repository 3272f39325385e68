import assert from 'node:assert/strict';
import { test } from 'uvu';
import {
  bye,
  cancel,
  complete,
  consulting,
  ended,
  held,
  notify,
  referred,
  referring,
  rings,
  watching,
} from '../test/run.ts';
import { transferRules } from './rules.ts';

test('transfer.md §6 S1: NOTIFY 2xx completes; the caller gets BYE after the grace, the target after 4 s', () => {
  const run = watching().feed(notify(100), notify(200, 'terminated'));
  assert.deepEqual(run.outcome, { name: 'completed', evidence: { name: 'notify', status: 200 } });
  assert.deepEqual(run.did, []);
  assert.equal(run.timer('bye-grace'), 400);
  assert.equal(run.timer('target-bye'), 4_000);
  assert.deepEqual(run.feed(rings('bye-grace')).did, ['end caller']);
  assert.deepEqual(run.feed(rings('target-bye')).did, ['end target']);
  assert.equal(run.state.name, 'over');
});

test('transfer.md §6: a leg that the far side ends gets no second BYE from us', () => {
  const run = watching().feed(notify(200), ended('target'), ended('caller'));
  assert.equal(run.state.name, 'over');
  assert.ok(!run.effects.some((effect) => effect.type === 'end'));
});

test('RFC 7647 §5: 200 and 202 both accept, and neither is success', () => {
  for (const status of [200, 202, 299]) {
    const run = referring().feed(referred(status));
    assert.equal(run.state.name, 'watching');
    assert.equal(run.outcome, undefined);
    assert.equal(run.timer('verdict'), 32_000);
    assert.equal(run.timer('first-notify'), 5_000);
  }
});

test('transfer.md §6 S2: the target’s BYE completes after 2 s without contradiction', () => {
  const run = watching().feed(ended('target'));
  assert.equal(run.outcome, undefined);
  assert.equal(run.timer('bye-evidence'), 2_000);
  assert.deepEqual(run.feed(rings('bye-evidence')).did, ['end caller']);
  assert.deepEqual(run.outcome, { name: 'completed', evidence: { name: 'target-bye' } });
  assert.equal(run.state.name, 'over');
});

test('transfer.md §6 S2: while NOTIFYs come, the target’s BYE may have been by hand: it waits longer than the caller’s INVITE can', () => {
  for (const run of [watching().feed(notify(100), ended('target')), watching().feed(ended('target'), notify(100))]) {
    assert.equal(run.outcome, undefined);
    assert.equal(run.timer('bye-evidence'), 40_000);
    assert.deepEqual(run.did, [], 'the caller is held');
    assert.equal(run.feed(notify(481, 'terminated')).outcome?.name, 'failed');
    assert.equal(run.state.name, 'caller-held');
    assert.deepEqual(run.feed(cancel).did, ['resume caller']);
  }
  const silent = watching().feed(notify(100), ended('target'), rings('bye-evidence'));
  assert.deepEqual(
    [silent.outcome, silent.did],
    [{ name: 'completed', evidence: { name: 'target-bye' } }, ['end caller']],
  );
});

test('transfer.md §6 S2: a subscription that ends without a verdict has nothing more to say: 2 s again', () => {
  const run = watching().feed(notify(100), ended('target'), notify(undefined, 'terminated'));
  assert.equal(run.timer('bye-evidence'), 2_000);
  assert.deepEqual(run.feed(rings('bye-evidence')).did, ['end caller']);
});

test('transfer.md §6 S2: NOTIFY 180 after the target’s BYE: it is called anew, and its BYE proves nothing', () => {
  const run = watching().feed(notify(100), ended('target'), notify(180));
  assert.equal(run.timer('verdict'), 180_000);
  assert.deepEqual(run.feed(rings('bye-evidence')).did, []);
  run.feed(rings('verdict'));
  assert.deepEqual([run.outcome, run.state.name], [{ name: 'unknown', why: 'no-verdict' }, 'unsure']);
  const joined = watching().feed(notify(100), ended('target'), notify(180), notify(200, 'terminated'));
  assert.equal(joined.outcome?.name, 'completed');
});

test('transfer.md §6: an exchange that says nothing after 100 is believed after two seconds where its profile says so', () => {
  const run = watching(transferRules('ozeki')).feed(notify(100), ended('target'));
  assert.equal(run.timer('bye-evidence'), 2_000);
});

test('transfer.md §6 S2: a NOTIFY that contradicts the target’s BYE wins, and the caller stays', () => {
  const run = watching().feed(ended('target'), notify(481, 'terminated'));
  assert.deepEqual(run.outcome, { name: 'failed', stage: 'notify', status: 481, phrase: '' });
  assert.equal(run.state.name, 'caller-held');
});

for (const [title, cause] of [
  ['Q.850 17', { ...bye, reason: { protocol: 'Q.850', cause: 17 } }],
  ['SIP 486', { ...bye, reason: { protocol: 'SIP', cause: 486 } }],
  ['a hang-up of ours', { by: 'local', how: 'bye' }],
  ['a broken dialog', { by: 'network', how: 'timeout', status: 408 }],
] as const) {
  test(`transfer.md §6 S2: the target’s end with ${title} proves nothing`, () => {
    const run = watching().feed(ended('target', cause), rings('bye-evidence'));
    assert.equal(run.state.name, 'watching');
    run.feed(rings('verdict'));
    assert.deepEqual(run.outcome, { name: 'unknown', why: 'no-verdict' });
    assert.deepEqual(run.feed(cancel).did, ['resume caller']);
  });
}

for (const reason of [undefined, { protocol: 'Q.850', cause: 16 }, { protocol: 'sip', cause: 200 }]) {
  test(`transfer.md §6 S2: the target’s BYE with Reason ${reason?.protocol ?? 'none'} counts`, () => {
    const run = watching().feed(ended('target', reason ? { ...bye, reason } : bye), rings('bye-evidence'));
    assert.equal(run.outcome?.name, 'completed');
  });
}

test('transfer.md §6 S3: without a subscription the target’s BYE alone decides', () => {
  const run = referring().feed(referred(200, { withoutSubscription: true }));
  assert.equal(run.timer('first-notify'), undefined);
  assert.equal(run.feed(ended('target'), rings('bye-evidence')).outcome?.name, 'completed');
});

test('transfer.md §6 S4: both BYEs complete at once, in either order', () => {
  for (const order of [
    ['caller', 'target'],
    ['target', 'caller'],
  ] as const) {
    const run = watching().feed(...order.map((which) => ended(which)));
    assert.deepEqual(run.outcome, { name: 'completed', evidence: { name: 'both-byes' } });
    assert.equal(run.state.name, 'over');
  }
});

test('transfer.md §6 S4: the caller’s BYE alone leaves an unknown after 5 s, and the target talks again', () => {
  const run = watching().feed(ended('caller'));
  assert.equal(run.timer('caller-bye'), 5_000);
  assert.deepEqual(run.feed(rings('caller-bye')).did, ['resume target']);
  assert.deepEqual(run.outcome, { name: 'unknown', why: 'caller-left' });
});

test('transfer.md §6 F3: no verdict is unknown; both legs are kept and nobody is hung up', () => {
  const run = watching().feed(rings('first-notify'), rings('verdict'));
  assert.deepEqual(run.outcome, { name: 'unknown', why: 'no-verdict' });
  assert.equal(run.state.name, 'unsure');
  assert.ok(!run.effects.some((effect) => effect.type === 'end'));
});

test('transfer.md §6: a verdict is never awaited longer than the subscription’s end and 10 s', () => {
  const run = watching().feed(notify(100, 'active', { expiresMs: 15_000 }));
  assert.equal(run.timer('subscription-end'), 25_000);
  assert.equal(run.feed(rings('subscription-end')).outcome?.name, 'unknown');
});

test('transfer.md §5: terminated with 100 or without a body is no verdict', () => {
  for (const status of [undefined, 100]) {
    const run = watching().feed(notify(status, 'terminated'));
    assert.equal(run.outcome, undefined);
    assert.equal(run.timer('subscription-end'), 10_000);
    assert.equal(run.feed(ended('target'), rings('bye-evidence')).outcome?.name, 'completed');
  }
});

test('RFC 6665 §4.1.2.4: a NOTIFY before the 2xx proves acceptance, and the 408 after it is no news', () => {
  const run = referring().feed(notify(100));
  assert.equal(run.state.name, 'watching');
  assert.equal(run.feed(referred(408)).state.name, 'watching');
  assert.equal(run.feed(notify(200)).outcome?.name, 'completed');
});

test('transfer.md §6: a NOTIFY that overtakes the 2xx says more than the BYEs before it', () => {
  const run = referring().feed(ended('target'), ended('caller'), notify(404, 'terminated'));
  assert.equal(run.outcome?.name, 'failed');
});

for (const status of [403, 404, 408, 480, 481, 604]) {
  test(`RFC 5589 §7.5: NOTIFY ${status} is tried once more with the other form of the URI`, () => {
    const run = watching().feed(notify(status, 'terminated'));
    assert.equal(run.state.name, 'referring');
    assert.match(run.refers[1]!.referTo, /^sip:300@pbx\.example\?Replaces=/);
    // The old subscription's late NOTIFYs have the old round.
    run.feed(notify(200), referred(202, { round: 2 }), notify(status, 'terminated', { round: 2 }));
    if (status === 404 || status === 481) return; // the other leg is next: tries.test.ts
    assert.ok(run.outcome?.name === 'failed' && run.outcome.stage === 'notify' && run.outcome.status === status);
    assert.deepEqual(run.did, ['resume target']);
  });
}

test('transfer.md §6 F1: NOTIFY 486 fails at once and keeps both', () => {
  const run = watching().feed(notify(486, 'terminated'));
  assert.deepEqual(run.outcome, { name: 'failed', stage: 'notify', status: 486, phrase: '' });
  assert.equal(run.refers.length, 1);
  assert.equal(run.state.name, 'restored');
});

test('transfer.md §9.23: any sipfrag 2xx is success, whatever the subscription says', () => {
  for (const status of [200, 202, 299]) {
    for (const subscription of ['active', 'pending', 'terminated'] as const) {
      assert.equal(watching().feed(notify(status, subscription)).outcome?.name, 'completed');
    }
  }
});

test('transfer.md §6 S2: the wait after the target’s BYE takes the place of every longer one', () => {
  const cleared = watching()
    .feed(ended('target'))
    .last.flatMap((effect) => (effect.type === 'clear-timer' ? [effect.timer] : []));
  for (const timer of ['verdict', 'subscription-end', 'first-notify'] as const)
    assert.ok(cleared.includes(timer), timer);
});

test('transfer.md §6 S2: the end of the subscription does not cut off the wait after the target’s BYE', () => {
  const run = watching().feed(ended('target'), notify(100, 'terminated'));
  assert.equal(run.timer('subscription-end'), undefined);
});

test('transfer.md §9.17: a NOTIFY of an earlier REFER is no news', () => {
  const run = watching().feed(notify(404, 'terminated'), referred(202, { round: 2 }), notify(200, 'terminated'));
  assert.deepEqual(run.last, []);
  assert.equal(run.outcome, undefined);
});

test('transfer.md §6 F1: every final status from 300 on is a failure', () => {
  for (const status of [300, 302, 699])
    assert.equal(watching().feed(notify(status, 'terminated')).outcome?.name, 'failed');
});

test('transfer.md §6 S4: the caller’s BYE alone never proves an attended transfer, on no PBX', () => {
  const run = consulting(transferRules('netsapiens')).feed(complete, held('target'), referred(202));
  run.feed(ended('caller'), rings('caller-bye'));
  assert.deepEqual(run.outcome, { name: 'unknown', why: 'caller-left' });
});

test('a verdict clears every timer that watched the REFER', () => {
  const cleared = watching()
    .feed(notify(200, 'terminated'))
    .last.flatMap((effect) => (effect.type === 'clear-timer' ? [effect.timer] : []));
  assert.deepEqual(cleared.sort(), [
    'bye-evidence',
    'caller-bye',
    'first-notify',
    'refer-answer',
    'retry',
    'subscription-end',
    'verdict',
  ]);
});

test.run();
