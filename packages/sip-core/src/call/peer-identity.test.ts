import assert from 'node:assert/strict';
import { test } from 'uvu';
import { requestOf, responseTo } from '../message/build.ts';
import { nameAddr } from '../message/name-addr.ts';
import { PeerIdentity } from './peer-identity.ts';

const BOB = { uri: 'sip:bob@example.com', verified: false };
const BOSS = { uri: 'sip:1@example.com', display: 'Boss', verified: true };
const VOUCHED: [string, string] = ['P-Asserted-Identity', '"Boss" <sip:1@example.com>'];

function update(uri: string, display?: string, ...headers: [string, string][]) {
  const from = nameAddr(uri, display, [['tag', 'x']]);
  return requestOf({ method: 'UPDATE', uri: 'sip:a@b', from, to: 'sip:a@b', callId: 'x', cseq: 1, headers });
}

test('RFC 3325 §9: what our own server asserts counts, what anybody else asserts does not', () => {
  const identity = new PeerIdentity(BOB, '<sip:bob@example.com>');
  assert.deepEqual(identity.read(update('sip:bob@example.com', undefined, VOUCHED), false), BOB);
  assert.deepEqual(identity.read(update('sip:bob@example.com', undefined, VOUCHED), true), BOSS);
  const rpid: [string, string] = ['Remote-Party-ID', '"Two" <sip:2@example.com>;privacy=off'];
  assert.deepEqual(identity.read(update('sip:bob@example.com', undefined, rpid), false), BOSS);
  assert.deepEqual(identity.read(update('sip:bob@example.com', undefined, rpid), true), {
    uri: 'sip:2@example.com',
    display: 'Two',
    verified: true,
  });
});

test('RFC 4916 §4: a From that says what it said before takes nothing back that was asserted; a new one does, unverified', () => {
  const identity = new PeerIdentity(BOSS, '"Bob" <sip:bob@example.com>');
  assert.deepEqual(identity.read(update('sip:bob@example.com', 'Bob'), true), BOSS);
  assert.deepEqual(identity.read(update('sip:BOB@example.com'.replace('BOB', 'bob'), 'Somebody Else'), false), BOSS);
  const carol = { uri: 'sip:carol@example.com', display: 'Carol', verified: false };
  assert.deepEqual(identity.read(update('sip:carol@example.com', 'Carol'), true), carol);
  assert.deepEqual(identity.read(update('sip:carol@example.com'), true), carol);
});

test('RFC 4916 §4: a name that comes later to the same unverified address is shown', () => {
  const identity = new PeerIdentity(BOB, '<sip:bob@example.com>');
  assert.deepEqual(identity.read(update('sip:bob@example.com', 'Bob'), false), { ...BOB, display: 'Bob' });
  assert.deepEqual(identity.read(update('sip:bob@example.com'), false), { ...BOB, display: 'Bob' });
});

test('RFC 3261 §8.2.6.2: To of a response is our own word and no news', () => {
  const identity = new PeerIdentity(BOB, '<sip:bob@example.com>');
  const ok = (...headers: [string, string][]) => responseTo(update('sip:x@y', 'X'), 200, undefined, { headers });
  assert.deepEqual(identity.read(ok(), true), BOB);
  assert.deepEqual(identity.read(ok(VOUCHED), false), BOB);
  assert.deepEqual(identity.read(ok(VOUCHED), true), BOSS);
});

test('a From that cannot be read, and an address that cannot, change nobody', () => {
  const identity = new PeerIdentity(BOB, 'nonsense <<');
  const odd = update('sip:bob@example.com');
  odd.headers.set('From', '<<>>');
  assert.deepEqual(identity.read(odd, false), BOB);
});

test.run();
