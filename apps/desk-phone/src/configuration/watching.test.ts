import assert from 'node:assert/strict';
import { test } from 'uvu';
import { accountOf, settingsOf } from './phone-settings.ts';
import { readConfiguration } from './read.ts';

function configured(more: string, rest = '') {
  const read = readConfiguration(`accounts: [{ id: a, user: 1, domain: b.test${more} }]\n${rest}`);
  if (!read.ok) throw new Error(JSON.stringify(read));
  return read.configuration;
}

function account(more: string, rest = '') {
  const configuration = configured(more, rest);
  const [first] = settingsOf(configuration).accounts;
  const unasked = accountOf(configuration.accounts[0]!, { host: '192.0.2.1', port: 5060 }, undefined).unasked;
  return { ...first!, unasked };
}

test('RFC 3842 §3: nobody lights the lamp unless it is configured: by a mailbox, or by mwi', () => {
  assert.deepEqual([account('').mwi, account('').unasked], ['off', []]);
  const { mwi, mailbox, unasked } = account(', mailbox: "*97"');
  assert.deepEqual([mwi, mailbox, unasked], ['subscribe', '*97', []]);
  assert.deepEqual(account(', mwi: both').unasked, ['message-summary']);
  assert.deepEqual(account(', mwi: unsolicited, mailbox: 5').unasked, ['message-summary']);
  assert.equal(account(', mwi: off, mailbox: 5').mwi, 'off');
});

test('features §1.5: calls are picked up as the exchange knows it, and otherwise from the caller', () => {
  assert.deepEqual(account('').pickup, { name: 'caller' });
  assert.deepEqual(account(', pickup: exchange').pickup, { name: 'exchange' });
  assert.deepEqual(account(', pickup: "*8"').pickup, { name: 'code', code: '*8' });
  assert.deepEqual(account(', profile: freeswitch').pickup, { name: 'code', code: '**' });
  assert.deepEqual(account('', 'transfer: { profile: 3cx }').pickup, { name: 'code', code: '*20*' });
  assert.deepEqual(account(', profile: kamailio', 'transfer: { profile: asterisk }').pickup, { name: 'caller' });
  assert.ok(!readConfiguration('accounts: [{ id: a, user: 1, domain: b.test, pickup: now }]').ok);
});

test('phone-ux §4.1: the busy lamp field in its order, with its labels', () => {
  const { blf, blfIdle, blfTransfer } = settingsOf(
    configured('', 'blf: [{ target: 214, label: Workshop }, { target: 701, kind: park, account: a }]\nblfIdle: green'),
  );
  assert.deepEqual(blf, [
    { target: '214', label: 'Workshop', kind: 'line' },
    { target: '701', label: '701', kind: 'park', account: 'a' },
  ]);
  assert.deepEqual([blfIdle, blfTransfer], ['green', 'attended']);
});

test('configuration: a BLF key of an account that is not there, or of nobody, is refused', () => {
  const text = (blf: string) =>
    JSON.stringify(readConfiguration(`accounts: [{ id: a, user: 1, domain: b.test }]\nblf: ${blf}`));
  assert.match(text('[{ target: 2, account: shop }]'), /the id of an account \(a\)/);
  assert.match(text('[{ target: "<>" }]'), /a number or a SIP address/);
  assert.match(text(`[${'{ target: 1 },'.repeat(17)}]`), /at most 16 keys/);
});

test.run();
