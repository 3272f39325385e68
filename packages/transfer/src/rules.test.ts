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

test.run();
