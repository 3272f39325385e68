import assert from 'node:assert/strict';
import { test } from 'uvu';
import { complete, facts, goal, held, joined, leg, notify, referred, withoutRefer } from '../test/run.ts';
import type { PairFacts, TransferRules } from './door.ts';
import { explain, explainBlind, type PreconditionName } from './explain.ts';
import { transferRules } from './rules.ts';

const now = { targetConfirmed: true, pending: false } as const;
const gruu: PairFacts = { ...facts, caller: leg('200', '192.0.2.1', ['INVITE', 'REFER'], true) };
const across: PairFacts = { ...facts, target: { ...facts.target, account: 'sip:7@other.example' } };
const neither: PairFacts = {
  caller: leg('200', 'a.example', withoutRefer),
  target: leg('300', 'b.example', withoutRefer),
};
const pairs: readonly PairFacts[] = [
  facts,
  gruu,
  across,
  neither,
  { caller: leg('200', '192.0.2.1', withoutRefer), target: leg('300', '10.0.0.7', ['REFER']) },
];
const wishes: readonly Partial<TransferRules>[] = [
  {},
  { referToSource: 'aor' },
  { requireReplaces: true, referSub: false },
  { protectTarget: true },
  { acrossAccounts: 'try' },
  { localBridge: 'never' },
  { retryOtherForm: false, localBridge: 'ask' },
];
const holds = (of: PairFacts, name: PreconditionName, rules = transferRules()) =>
  explain(of, rules, now).preconditions.find((each) => each.name === name)?.holds;

test('transfer.explain: what is said is what is sent, for every pair of facts and rules', () => {
  for (const pair of pairs) {
    for (const wish of wishes) {
      const rules = transferRules('generic', wish);
      const said = explain(pair, rules, now).refer;
      const sent = joined(pair, rules).feed(complete, held('target')).refers[0];
      assert.equal(said === undefined, sent === undefined, JSON.stringify(wish));
      if (said === undefined || sent === undefined) continue;
      assert.equal(said.leg, sent.leg);
      assert.equal(said.manner, sent.manner);
      assert.equal(said.referTo, sent.referTo);
      assert.equal(said.referredBy, sent.referredBy);
      assert.equal(
        said.headers.some(([name]) => name === 'Refer-Sub'),
        sent.withoutSubscription,
      );
    }
  }
});

test('transfer.explain: the tries are those that the machine goes through', () => {
  const tries = explain(facts, transferRules(), now).tries.map(({ name }) => name);
  assert.deepEqual(tries, ['refer', 'other-form', 'other-leg', 'bridge', 'restore']);
  const run = joined(facts).feed(complete, held('target'), referred(202), notify(481, 'terminated'));
  assert.equal(run.refers[1]!.leg, 'caller'); // other-form
  run.feed(referred(202, { round: 2 }), notify(481, 'terminated', { round: 2 }));
  assert.equal(run.refers[2]!.leg, 'target'); // other-leg
  assert.deepEqual(
    explain(neither, transferRules(), now).tries.map(({ name, after }) => `${name} ${after}`),
    ['bridge at once', 'restore any other refusal'],
  );
  const out = explain(gruu, transferRules(), now);
  assert.equal(out.tries[1]!.name, 'in-dialog');
  const extras = explain(facts, transferRules('generic', { referSub: false }), now);
  assert.equal(extras.tries[1]!.name, 'adapted');
});

test('RFC 4538 §3: Target-Dialog is told as the transferee sees it', () => {
  const { refer } = explain(gruu, transferRules(), now);
  assert.equal(refer?.requestTarget.kind, 'gruu');
  assert.deepEqual(refer.headers, [
    ['Target-Dialog', '200@id;local-tag=200R;remote-tag=200L'],
    ['Require', 'tdialog'],
  ]);
});

test('transfer.explain: each precondition says whether it holds, and undefined when the far end never said', () => {
  assert.equal(holds(facts, 'refer-allowed'), undefined);
  assert.equal(holds(gruu, 'refer-allowed'), true);
  assert.equal(holds(neither, 'refer-allowed'), false);
  assert.equal(holds(facts, 'replaces-supported'), undefined);
  assert.equal(holds({ caller: facts.caller, target: facts.caller }, 'not-the-same-dialog'), false);
  assert.equal(holds(across, 'accounts-equal'), false);
  assert.equal(holds(gruu, 'gruu'), true);
  assert.equal(holds(facts, 'bridge-allowed', transferRules('generic', { localBridge: 'ask' })), false);
  const untagged = { ...facts, target: { ...facts.target, dialog: { ...facts.target.dialog, remoteTag: '' } } };
  assert.equal(holds(untagged, 'tags-known'), false);
});

test('transfer.explain: nothing is sent while a REFER is out, and for one dialog with itself', () => {
  assert.equal(explain(facts, transferRules(), { ...now, pending: true }).refer, undefined);
  const same = explain({ caller: facts.caller, target: facts.caller }, transferRules(), now);
  assert.equal(same.refer, undefined);
  assert.deepEqual(
    same.tries.map(({ name }) => name),
    ['restore'],
  );
});

test('transfer.explain: a blind transfer', () => {
  const { refer, tries } = explainBlind({ ...goal, caller: gruu.caller }, { pending: false });
  assert.equal(refer?.referTo, goal.referTo);
  assert.equal(refer.manner, 'out-of-dialog');
  assert.deepEqual(
    tries.map(({ name }) => name),
    ['refer', 'in-dialog', 'restore'],
  );
  assert.equal(explainBlind(goal, { pending: false }).refer, undefined); // the caller has not been answered
});

test.run();
