import assert from 'node:assert/strict';
import { test } from 'uvu';
import {
  bridge,
  cancel,
  complete,
  consulting,
  ended,
  facts,
  held,
  joined,
  leg,
  merge,
  notify,
  Run,
  referred,
  referring,
  resumed,
  resumeRefused,
  rings,
  swap,
  watching,
  withoutRefer,
} from '../test/run.ts';
import type { PairFacts } from './door.ts';
import { transferRules } from './rules.ts';
import { startJoin } from './transferor.ts';

const incapable: PairFacts = {
  caller: leg('200', '192.0.2.1', withoutRefer),
  target: leg('300', '192.0.2.2', withoutRefer),
};
/** REFER answered 501 by both legs: the phone is about to bridge. */
const bridging = (rules = transferRules()) => referring(rules).feed(referred(501), referred(501, { round: 2 }));
const bridged = (rules = transferRules()) => bridging(rules).feed(resumed('caller'), resumed('target'));

test('transfer.md §10: both legs answer 501: both are resumed, then joined, and that is the outcome with its reason', () => {
  const run = bridging();
  assert.equal(run.state.name, 'bridging');
  assert.deepEqual(
    run.last.find((effect) => effect.type === 'resume'),
    { type: 'resume', leg: 'caller', joining: true },
  );
  assert.equal(run.outcome, undefined);
  assert.deepEqual(run.feed(resumed('caller')).did, ['resume target']);
  assert.deepEqual(run.feed(resumed('target')).did, ['bridge']);
  assert.deepEqual(run.outcome, {
    name: 'completed',
    evidence: { name: 'bridge', instead: { status: 501, phrase: '' } },
  });
  assert.equal(run.state.name, 'bridged');
});

for (const which of ['caller', 'target'] as const) {
  test(`transfer.md §10: the ${which} hangs up a bridged call: the other is ended`, () => {
    const run = bridged().feed(ended(which));
    assert.deepEqual(run.did, [which === 'caller' ? 'end target' : 'end caller']);
    assert.equal(run.state.name, 'over');
  });
}

test('transfer.md §2.2: both Allows lack REFER: complete bridges without one', () => {
  const run = joined(incapable).feed(complete);
  assert.equal(run.state.name, 'bridging');
  run.feed(resumed('caller'), resumed('target'));
  assert.deepEqual(run.outcome, { name: 'completed', evidence: { name: 'bridge', instead: {} } });
  assert.equal(run.refers.length, 0);
});

for (const status of [403, 480, 486, 500, 603]) {
  test(`transfer.md §4: a plain ${status} restores; the bridge is offered and not taken`, () => {
    const run = referring().feed(referred(status));
    assert.equal(run.state.name, 'restored');
    assert.equal(run.outcome?.name, 'failed');
    run.feed(resumed('target'), bridge);
    assert.deepEqual(run.last, [{ type: 'start-again', facts, talking: 'target', press: 'bridge' }]);
    const again = joined(facts).feed(bridge, resumed('caller'), resumed('target'));
    assert.deepEqual(again.outcome, { name: 'completed', evidence: { name: 'bridge', instead: {} } });
  });
}

test('rule localBridge: ask restores although the peers cannot, and bridges on the person’s word', () => {
  const ask = transferRules('generic', { localBridge: 'ask' });
  const run = bridging(ask);
  assert.ok(run.outcome?.name === 'failed' && run.outcome.status === 501);
  assert.deepEqual(run.feed(resumed('target'), bridge).did, ['start-again']);
});

test('rule localBridge: never refuses the press in every state that has two legs', () => {
  const never = transferRules('generic', { localBridge: 'never' });
  for (const run of [
    consulting(never),
    consulting(never).feed(swap, held('target'), resumed('caller')),
    consulting(never).feed(merge, resumed('caller'), resumed('target')),
    bridging(never).feed(resumed('target')),
    watching(never).feed(rings('verdict')),
  ]) {
    assert.deepEqual(run.feed(bridge).did, ['bridge-not-allowed'], run.state.name);
  }
});

test('the bridge may be asked for while consulting, after swap, and after unknown', () => {
  assert.equal(consulting().feed(bridge).state.name, 'bridging');
  assert.equal(consulting().feed(swap, held('target'), resumed('caller'), bridge).state.name, 'bridging');
  const unsure = watching().feed(rings('verdict'), bridge);
  assert.deepEqual(unsure.did, ['start-again']);
});

for (const which of ['caller', 'target'] as const) {
  const other = which === 'caller' ? 'target' : 'caller';
  test(`a resume of the ${which} refused while bridging is a failure, and the person talks with the ${other}`, () => {
    const run = bridging();
    if (which === 'target') run.feed(resumed('caller'));
    run.feed(resumeRefused(which, 488));
    assert.deepEqual(run.outcome, { name: 'failed', stage: 'bridge', status: 488 });
    assert.deepEqual(run.did, [`resume ${other}`]);
    assert.ok(run.state.name === 'restored' && run.state.talking === other);
  });

  test(`RFC 3261 §12.2.1.2: 481 to the ${which}’s resume while bridging: its leg is gone, the ${other} is back`, () => {
    const run = bridging();
    if (which === 'target') run.feed(resumed('caller'));
    run.feed(resumeRefused(which, 481));
    assert.deepEqual(run.outcome, { name: 'failed', stage: `${which}-gone`, status: 481 });
    assert.deepEqual(run.did, [`resume ${other}`]);
  });

  test(`the ${which} hangs up while bridging: the ${other} is back with the person`, () => {
    const run = bridging().feed(ended(which));
    assert.ok(run.outcome?.name === 'failed' && run.outcome.stage === `${which}-gone`);
    assert.deepEqual(run.did, [`resume ${other}`]);
  });
}

test('features.md §2.2: cancel while bridging leads back to the caller', () => {
  const run = bridging().feed(cancel);
  assert.deepEqual(run.did, ['end target', 'resume caller']);
  assert.deepEqual(run.outcome, { name: 'failed', stage: 'cancelled' });
});

test('a bridged call: merge brings the person in, complete lets them go, and each counts once', () => {
  const run = bridged();
  assert.deepEqual(run.feed(bridge).did, ['already-pending']);
  assert.deepEqual(run.feed(merge).did, ['merge']);
  assert.deepEqual(run.feed(merge).did, ['already-pending']);
  assert.deepEqual(run.feed(complete).did, ['bridge']);
  assert.deepEqual(run.feed(merge, ended('target')).did, ['unjoin']);
  assert.equal(run.state.name, 'over'); // the caller talks with the person, who had come in
  assert.equal(run.outcome?.name, 'completed');
});

test('a bridged call: cancel gives the caller back and ends the target', () => {
  const run = bridged().feed(cancel);
  assert.deepEqual(run.did, ['unjoin', 'end target', 'resume caller']);
  assert.equal(run.feed(resumed('caller')).state.name, 'over');
});

test('a late NOTIFY or a late answer changes nothing in a bridged call', () => {
  const run = bridged().feed(notify(481, 'terminated', { round: 2 }), referred(202, { round: 2 }), rings('verdict'));
  assert.deepEqual(run.last, []);
  assert.equal(run.state.name, 'bridged');
});

test('transfer.md §10: accounts with different next hops: bridged at once, unless the account says try', () => {
  const two: PairFacts = {
    caller: { ...facts.caller, nextHop: 'pbx-1.example:5060' },
    target: { ...facts.target, account: 'sip:7@other.example', nextHop: 'pbx-2.example:5060' },
  };
  assert.equal(joined(two).feed(complete).state.name, 'bridging');
  const attempt = joined(two, transferRules('generic', { acrossAccounts: 'try' })).feed(complete, held('target'));
  assert.match(attempt.refers[0]!.referTo, /^sip:300@pbx\.example\?Replaces=/); // AOR: the Contact is the other server's
  assert.equal(attempt.refers[0]!.referredBy, 'sip:100@pbx.example'); // account 1, never account 2
  assert.equal(attempt.feed(referred(202), notify(404, 'terminated')).state.name, 'bridging'); // once, and no more
  const sameServer: PairFacts = { caller: two.caller, target: { ...two.target, nextHop: 'PBX-1.example:5060' } };
  assert.equal(joined(sameServer).feed(complete).state.name, 'holding-target');
  const refuses = new Run(
    startJoin(attempt.pair, two, 'target'),
    attempt.pair,
    transferRules('generic', { localBridge: 'never' }),
  );
  assert.equal(refuses.feed(complete, held('target')).refers.length, 1); // nobody may bridge: REFER is all there is
});

test.run();
