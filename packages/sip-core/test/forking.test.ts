import assert from 'node:assert/strict';
import { test } from 'uvu';
import { Network, Phone, Wire } from './office.ts';

const ANSWER = { contentType: 'application/sdp', body: 'answer' } as const;

function setup(): { network: Network; phone: Phone; wire: Wire } {
  const network = new Network();
  return {
    network,
    phone: new Phone(network, 'alice', '192.0.2.1', '192.0.2.9'),
    wire: new Wire(network, '192.0.2.9'),
  };
}

test('RFC 3261 §13.2.2.4: of several 2xx the first is kept, every one acknowledged, the losers get BYE', () => {
  const { network, phone, wire } = setup();
  const call = phone.dial('sip:bob@example.com');
  network.seconds(0.1);
  const invite = wire.request('INVITE');
  for (const fork of ['one', 'two', 'three']) {
    wire.answer(phone.host, invite, 180, { toTag: fork, contact: `sip:${fork}@192.0.2.9` });
  }
  network.seconds(0.1);
  assert.deepEqual(
    phone.all('progress').map(({ dialog }) => dialog?.remoteTag),
    ['one', 'two', 'three'],
  );
  assert.equal(phone.agent.census().dialogs, 3);
  wire.onMessage = (message) => {
    if (message.kind === 'request' && message.method === 'BYE') wire.answer(phone.host, message, 200);
  };
  for (const fork of ['two', 'one', 'four']) {
    wire.answer(phone.host, invite, 200, { toTag: fork, contact: `sip:${fork}@192.0.2.9`, ...ANSWER });
    network.seconds(0.1);
  }
  // The winner's and a loser's 2xx come again.
  for (const fork of ['two', 'one']) {
    wire.answer(phone.host, invite, 200, { toTag: fork, contact: `sip:${fork}@192.0.2.9`, ...ANSWER });
  }
  network.seconds(1);
  assert.equal(phone.all('answered').length, 1);
  assert.equal(phone.last('answered').dialog.remoteTag, 'two');
  const tags = (method: string): (string | undefined)[] =>
    wire.requests(method).map((one) => /tag=(.*)$/.exec(one.headers.get('To') ?? '')?.[1]);
  assert.deepEqual(tags('ACK'), ['two', 'one', 'four', 'two', 'one']);
  assert.deepEqual(tags('BYE'), ['one', 'four']);
  assert.equal(phone.all('ended').length, 0);
  phone.submit({ type: 'hangup', call });
  network.seconds(120);
  phone.assertEmpty();
});

test('RFC 3261 §12.1: a 1xx without To tag or Contact makes no dialog, early media is told all the same', () => {
  const { network, phone, wire } = setup();
  phone.dial('sip:bob@example.com');
  network.seconds(0.1);
  wire.answer(phone.host, wire.request('INVITE'), 183, { contentType: 'application/sdp', body: 'early' });
  network.seconds(0.1);
  const { status, body, dialog } = phone.last('progress');
  assert.deepEqual([status, body, dialog], [183, 'early', undefined]);
});

test('RFC 6337 §3.1: a 2xx without description after an early answer keeps that answer', () => {
  const { network, phone, wire } = setup();
  phone.dial('sip:bob@example.com');
  network.seconds(0.1);
  const invite = wire.request('INVITE');
  wire.answer(phone.host, invite, 183, {
    toTag: 'a',
    contact: 'sip:b@192.0.2.9',
    contentType: 'application/sdp',
    body: 'early',
  });
  wire.answer(phone.host, invite, 200, { toTag: 'a', contact: 'sip:b@192.0.2.9' });
  network.seconds(0.1);
  assert.equal(phone.last('answered').body, 'early');
});

test('RFC 3261 §12.3: a refusal ends all early dialogs of the call', () => {
  const { network, phone, wire } = setup();
  phone.dial('sip:bob@example.com');
  network.seconds(0.1);
  const invite = wire.request('INVITE');
  wire.answer(phone.host, invite, 180, { toTag: 'one', contact: 'sip:b@192.0.2.9' });
  wire.answer(phone.host, invite, 180, { toTag: 'two', contact: 'sip:b@192.0.2.9' });
  wire.answer(phone.host, invite, 603, 'two');
  network.seconds(0.1);
  assert.equal(phone.last('ended').cause.status, 603);
  assert.equal(phone.agent.census().dialogs, 0);
  network.seconds(120);
  phone.assertEmpty();
});

test.run();
