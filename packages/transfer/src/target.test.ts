import assert from 'node:assert/strict';
import { token } from '@switchhook/sans-io';
import type { AccountId } from '@switchhook/sip-core';
import { test } from 'uvu';
import { carryOver, decideReplaces, type ReplacedCall, type ReplacesRequest, type TargetPolicy } from './target.ts';

const account = token<'account'>('1') as AccountId;
const old: ReplacedCall = {
  account,
  phase: 'answered',
  party: { uri: 'sip:100@pbx.example', verified: true },
  trusted: true,
};
const request: ReplacesRequest = {
  account,
  trusted: true,
  party: { uri: 'sip:200@pbx.example', verified: true },
  referredBy: undefined,
  earlyOnly: false,
};
const strict: TargetPolicy = { unproven: 'reject', replaceRinging: false };
const decide = (
  changes: Partial<ReplacesRequest>,
  call: Partial<ReplacedCall> = {},
  policy: Partial<TargetPolicy> = {},
) => {
  const decision = decideReplaces({ ...request, ...changes }, { ...old, ...call }, { ...strict, ...policy });
  return decision.name === 'refuse' ? decision.status : decision.name;
};

test('RFC 3891 §3: through the trusted flow of the account that owns the call it is taken over without ringing', () => {
  assert.equal(decide({}), 'take-over');
});

test('RFC 3891 §3: a call that has ended is not brought back: 603', () => {
  assert.equal(decide({}, { phase: 'ended' }), 603);
});

test('RFC 3891 §5: knowing the ids entitles nobody', () => {
  assert.equal(decide({ trusted: false }), 403);
  assert.equal(decide({ trusted: false }, {}, { unproven: 'ask' }), 'ask');
  assert.equal(decide({ account: token<'account'>('2') as AccountId }), 403);
});

test('RFC 3891 §5: a Referred-By without the trusted flow is only text', () => {
  assert.equal(decide({ trusted: false, referredBy: '<sip:100@pbx.example>' }), 403);
  const other = { account: token<'account'>('2') as AccountId };
  assert.equal(decide({ ...other, referredBy: '<sip:100@PBX.example;x=y>' }), 'take-over');
  assert.equal(decide({ ...other, referredBy: '<sip:101@pbx.example>' }), 403);
});

test('RFC 3891 §3: the replaced party itself may move its call, when somebody vouches for it', () => {
  const party = { uri: 'sip:100@pbx.example;transport=tcp', verified: true };
  assert.equal(decide({ trusted: false, party }), 'take-over');
  assert.equal(decide({ trusted: false, party: { ...party, verified: false } }), 403);
});

test('RFC 3891 §3: early-only and answered: 486', () => {
  assert.equal(decide({ earlyOnly: true }), 486);
});

test('RFC 3891 §3: an early dialog that we started is taken over and the old one cancelled', () => {
  assert.equal(decide({ earlyOnly: true }, { phase: 'ringing-there' }), 'take-over-early');
});

test('RFC 3891 §3: an early dialog that we did not start rings on: 481, or with the new caller behind a PBX', () => {
  assert.equal(decide({}, { phase: 'ringing-here' }), 481);
  assert.equal(decide({}, { phase: 'ringing-here' }, { replaceRinging: true }), 'keep-ringing');
  assert.equal(decide({ trusted: false }, { phase: 'ringing-here' }, { replaceRinging: true, unproven: 'ask' }), 403);
});

test('transfer.md §8.7: mute, volume and our hold carry over, a hold by the party that has left does not', () => {
  assert.deepEqual(carryOver({ muted: true, volume: 7, heldByUs: true, heldByPeer: true }), {
    muted: true,
    volume: 7,
    heldByUs: true,
    heldByPeer: false,
  });
});

test.run();
