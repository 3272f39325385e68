import assert from 'node:assert/strict';
import { test } from 'uvu';
import { defaultRules, type ProfileName, profiles, transferRules } from './rules.ts';

test('transfer.md §6: the default times', () => {
  assert.equal(defaultRules.firstNotifyMs, 5_000);
  assert.deepEqual(defaultRules.verdictMs, { attended: 32_000, blind: 180_000 });
  assert.ok(defaultRules.byeGraceMs >= 300 && defaultRules.byeGraceMs <= 500);
  assert.equal(defaultRules.targetByeMs, 4_000);
  assert.equal(defaultRules.byeEvidenceMs, 2_000);
  assert.equal(defaultRules.callerByeMs, 5_000);
});

test('RFC 3261 §17.1.2.2: the guard over REFER leaves room for timer F and a digest round', () => {
  assert.ok(defaultRules.referAnswerMs > 2 * 32_000);
});

test('a profile changes only what it names, and a wish wins over it', () => {
  for (const name of Object.keys(profiles) as ProfileName[]) {
    assert.deepEqual(transferRules(name), { ...defaultRules, ...profiles[name] });
  }
  assert.equal(transferRules('asterisk', { referToSource: 'contact' }).referToSource, 'contact');
});

test('transfer.md §11: the profiles of this round, each known by its name', () => {
  for (const name of [
    'generic',
    'asterisk',
    'freeswitch',
    '3cx',
    'kamailio',
    'opensips',
    'fritzbox',
    'teams',
    'broadworks',
    'netsapiens',
    'ozeki',
  ]) {
    assert.ok(name in profiles, name);
  }
});

test('features.md §2.4: a server that finds the dialog by its ids is not asked again with the other URI', () => {
  assert.equal(transferRules('asterisk').retryOtherForm, false);
  assert.equal(transferRules('freeswitch').retryOtherForm, false);
  assert.equal(transferRules('kamailio').retryOtherForm, true);
});

test('transfer.md §10: no profile hands the caller to a phone that only rings, and none keeps the phone from bridging', () => {
  for (const name of Object.keys(profiles) as ProfileName[]) {
    assert.equal(transferRules(name).semiAttended, 'arm', name);
    assert.equal(transferRules(name).localBridge, 'auto', name);
    assert.equal(transferRules(name).acrossAccounts, 'bridge', name);
  }
});

test.run();
