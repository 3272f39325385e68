import assert from 'node:assert/strict';
import { contactOf, type SipRequest } from '@switchhook/sip-core';
import { test } from 'uvu';
import { Exchange, instanceOf } from './proxy.ts';

const NAMED = { instance: instanceOf('alice') };
const GRUU = `sip:alice@example.com;gr=${NAMED.instance}`;

test('RFC 5627 §4.1: REGISTER names the instance and asks for a GRUU, and goes on binding the real address', () => {
  const { network, proxy, ...exchange } = withPhone({ gruu: true });
  const [register] = proxy.requests('REGISTER') as [SipRequest];
  const contact = contactOf(register);
  assert.equal(contact?.params.get('+sip.instance'), `<${NAMED.instance}>`);
  assert.equal(contact?.params.has('reg-id'), false);
  assert.match(contact!.uri, /^sip:[0-9a-f]{16}@192\.0\.2\.1:5060$/);
  assert.ok(register.headers.list('Supported').includes('gruu'));
  const { state } = exchange.alice.last('registration');
  assert.equal(state.name === 'registered' && state.contact, GRUU);
  network.seconds(300);
  assert.equal(contactOf(proxy.requests('REGISTER').at(-1)!)?.uri, contact!.uri);
});

test('RFC 5627 §4.4: the public GRUU is the Contact of dialogs, and the far end sees that it is one', () => {
  const { network, proxy, alice, bob, connect } = withPhone({ gruu: true, recordRoute: true });
  const { call, far } = connect(alice, bob, 'bob');
  assert.equal(contactOf(proxy.seen('INVITE')[0]!)?.uri, GRUU);
  const { peer } = bob.last('incoming');
  assert.deepEqual([peer.gruu, peer.target], [true, GRUU]);
  assert.deepEqual(peer.supported?.includes('gruu'), true);
  bob.submit({ type: 'hangup', call: far });
  network.seconds(1);
  assert.equal(alice.last('ended').call, call);
  // Called at its GRUU it rings, whoever else has the same address of record.
  bob.dial(GRUU);
  network.seconds(0.1);
  assert.equal(alice.last('incoming').to, GRUU);
});

test('RFC 5627 §4.2: without an instance, without pub-gruu, or with one that is none, the plain Contact stays', () => {
  const plain = withPhone({ gruu: true }, {});
  const state = plain.alice.last('registration').state;
  assert.match(state.name === 'registered' ? state.contact : '', /192\.0\.2\.1/);
  assert.ok(!plain.proxy.requests('REGISTER')[0]!.headers.list('Supported').includes('gruu'));
  const refused = withPhone({ gruu: false });
  refused.connect(refused.alice, refused.bob, 'bob');
  assert.equal(refused.bob.last('incoming').peer.gruu, false);
});

test('RFC 5627 §4.2: a registrar that gives no GRUU any more takes it back', () => {
  const { network, proxy, alice } = withPhone({ gruu: true });
  const { onMessage } = proxy;
  proxy.onMessage = (message) => {
    if (message.kind === 'request' && message.method === 'REGISTER') message.headers.set('Supported', 'path');
    onMessage(message);
  };
  network.seconds(300);
  const { state } = alice.last('registration');
  assert.match(state.name === 'registered' ? state.contact : '', /192\.0\.2\.1/);
});

test('transfer.md §9: our own GRUU in a NOTIFY moves no target', () => {
  const { network, proxy, alice, bob, connect } = withPhone({ gruu: true, recordRoute: true });
  const { call } = connect(alice, bob, 'bob');
  const before = alice.last('answered').peer.target;
  alice.refer(call, 'sip:carol@example.com');
  network.seconds(0.1);
  bob.submit({ type: 'answer-refer', refer: bob.last('refer-requested').refer, status: 202 });
  const { onMessage } = proxy;
  proxy.onMessage = (message) => {
    if (message.kind === 'request' && message.method === 'NOTIFY') message.headers.set('Contact', `<${GRUU}>`);
    onMessage(message);
  };
  network.seconds(0.1);
  assert.ok(alice.all('note').some(({ word }) => word === 'own-contact'));
  alice.submit({ type: 'hangup', call });
  network.seconds(0.1);
  assert.equal(proxy.seen('BYE')[0]!.uri, before);
});

function withPhone(rules: { gruu: boolean; recordRoute?: boolean }, named: { instance?: string } = NAMED) {
  const exchange = new Exchange(rules);
  const alice = exchange.phone('alice', named);
  const bob = exchange.phone('bob');
  const connect: Exchange['connect'] = (from, to, user) => exchange.connect(from, to, user);
  return { network: exchange.network, proxy: exchange.proxy, alice, bob, connect };
}

test.run();
