import assert from 'node:assert/strict';
import { token } from '@switchhook/sans-io';
import { SeededRandom } from '@switchhook/sans-io/testing';
import { test } from 'uvu';
import { Seat } from '../user-agent/seat.ts';
import { Dialog } from './dialog.ts';
import { DialogBook } from './dialog-book.ts';

const random = new SeededRandom(1);
const account = {
  id: token<'account'>('a'),
  user: 'a',
  domain: 'example.com',
  transport: 'udp',
  server: { host: '192.0.2.9', port: 5060 },
  register: false,
} as const;
const seat = new Seat(account, {
  accounts: [account],
  local: { udp: { host: '192.0.2.1', port: 5060 } },
  crypto: { bytes: (count) => random.bytes(count), hash: () => '' },
});

function dialog(sipCallId: string, localTag: string, remoteTag: string): Dialog {
  return new Dialog({
    seat,
    identity: { sipCallId, localTag, remoteTag },
    localAddress: '<sip:a@example.com>',
    remoteAddress: '<sip:b@example.com>',
    routes: [],
    target: 'sip:b@192.0.2.9',
    localCSeq: 1,
    remoteCSeq: undefined,
    ownsCallId: true,
    flow: { transport: 'udp', host: '192.0.2.9', port: 5060 },
  });
}

test('RFC 3261 §12: a dialog is found by all three ids, octet by octet', () => {
  const book = new DialogBook();
  const one = dialog('c', 'l', 'r');
  book.hold(one, 'invite');
  assert.equal(book.find('c', 'l', 'r'), one);
  for (const [sipCallId, localTag, remoteTag] of [
    ['C', 'l', 'r'],
    ['c', 'L', 'r'],
    ['c', 'r', 'l'],
    ['c', 'l', ''],
  ] as const) {
    assert.equal(book.find(sipCallId, localTag, remoteTag), undefined);
  }
});

test('RFC 5057 §4.1: a dialog lives until its last usage is released', () => {
  const book = new DialogBook();
  const one = dialog('c', 'l', 'r');
  book.hold(one, 'invite');
  book.hold(one, 'refer');
  assert.equal(book.release(one, 'invite'), false);
  assert.equal(book.size, 1);
  assert.equal(book.release(one, 'refer'), true);
  assert.equal(book.size, 0);
});

test('RFC 3891 §3: from-tag 0 also matches an absent tag; an ended dialog is known as such', () => {
  const book = new DialogBook();
  const old = dialog('c', 'l', '');
  book.hold(old, 'invite');
  assert.deepEqual(book.match('c', 'l', '0'), { name: 'dialog', dialog: old });
  book.bury(old);
  book.release(old, 'invite');
  assert.deepEqual(book.match('c', 'l', '0'), { name: 'ended' });
  book.forget(old.identity);
  assert.deepEqual(book.match('c', 'l', '0'), { name: 'none' });
});

test('RFC 3261 §12.2.2: CSeq order', () => {
  const one = dialog('c', 'l', 'r');
  assert.deepEqual(
    [5, 5, 4, 9].map((cseq) => one.receive(cseq, 'INFO')),
    ['next', 'repeated', 'lower', 'next'],
  );
});

test.run();
