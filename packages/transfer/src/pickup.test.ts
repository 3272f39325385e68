import assert from 'node:assert/strict';
import { token } from '@switchhook/sans-io';
import type { AccountId } from '@switchhook/sip-core';
import { test } from 'uvu';
import { pickupReplaces } from './pickup.ts';
import { decideReplaces, defaultTargetPolicy } from './target.ts';

const watched = { sipCallId: 'x@h', localTag: 'theirs', remoteTag: 'callers' };

test('RFC 5359 §2.16: the to-tag is that of whoever gets the INVITE', () => {
  assert.equal(pickupReplaces(watched, 'watched'), 'x@h;to-tag=theirs;from-tag=callers;early-only');
  assert.equal(pickupReplaces(watched, 'remote'), 'x@h;to-tag=callers;from-tag=theirs;early-only');
});

test('RFC 3891 §6.1: without both tags nothing can be picked up', () => {
  assert.equal(pickupReplaces({ ...watched, remoteTag: '' }, 'watched'), undefined);
});

test('transfer.md §8: our call rings there and a colleague picks it up: taken over while early, 486 once answered', () => {
  const account = token<'account'>('1') as AccountId;
  const party = { uri: 'sip:200@pbx.example', verified: true };
  const request = { account, trusted: true, party, referredBy: undefined, earlyOnly: true };
  const old = { account, party, trusted: true };
  assert.equal(
    decideReplaces(request, { ...old, phase: 'ringing-there' }, defaultTargetPolicy).name,
    'take-over-early',
  );
  const late = decideReplaces(request, { ...old, phase: 'answered' }, defaultTargetPolicy);
  assert.ok(late.name === 'refuse' && late.status === 486);
});

test.run();
