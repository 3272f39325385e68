import assert from 'node:assert/strict';
import { contactOf, type SipRequest } from '@switchhook/sip-core';
import { test } from 'uvu';
import { Network, Phone, talkToWire, Wire } from './office.ts';
import { Exchange, instanceOf } from './proxy.ts';

/** Alice has called Bob through a proxy that gives GRUUs. */
function talkByGruu() {
  const exchange = new Exchange({ gruu: true, recordRoute: true });
  const { network, proxy } = exchange;
  const alice = exchange.phone('alice', { instance: instanceOf('alice') });
  const bob = exchange.phone('bob', { instance: instanceOf('bob') });
  const { call, far } = exchange.connect(alice, bob, 'bob');
  return { exchange, network, proxy, alice, bob, call, far };
}

test('RFC 7647 §4, RFC 4538 §3: REFER goes to the GRUU in a dialog of its own, the call named as the recipient sees it', () => {
  const { network, proxy, alice, bob, call, far } = talkByGruu();
  const { dialog, peer } = alice.last('answered');
  assert.equal(peer.gruu, true);
  const refer = alice.refer(call, 'sip:carol@example.com', { outOfDialog: true });
  network.seconds(0.1);
  const [sent] = proxy.requests('REFER') as [SipRequest];
  assert.equal(sent.uri, peer.target);
  assert.notEqual(sent.headers.get('Call-ID'), dialog.sipCallId);
  assert.ok(!sent.headers.get('To')!.includes('tag='));
  assert.equal(
    sent.headers.get('Target-Dialog'),
    `${dialog.sipCallId};local-tag=${dialog.remoteTag};remote-tag=${dialog.localTag}`,
  );
  assert.equal(sent.headers.get('Require'), 'tdialog');
  assert.equal(contactOf(sent)?.uri, `sip:alice@example.com;gr=${instanceOf('alice')}`);
  const asked = bob.last('refer-requested');
  assert.deepEqual([asked.call, asked.trusted], [far, true]);
  bob.submit({ type: 'answer-refer', refer: asked.refer, status: 200 });
  network.seconds(0.1);
  bob.submit({ type: 'report-refer', refer: asked.refer, status: 200 });
  network.seconds(0.1);
  assert.deepEqual([alice.last('refer-answered').refer, alice.last('refer-answered').status], [refer, 200]);
  assert.deepEqual(
    alice.all('refer-notified').map((event) => [event.refer, event.status, event.subscription]),
    [
      [refer, 100, 'active'],
      [refer, 200, 'terminated'],
    ],
  );
  assert.ok(proxy.requests('NOTIFY').every((one) => one.headers.get('Call-ID') === sent.headers.get('Call-ID')));
  // The subscription's dialog is no call: no BYE belongs into it, and the call goes its own way.
  alice.submit({ type: 'hangup', call });
  network.seconds(120);
  assert.deepEqual(
    new Set(proxy.requests('BYE').map((one) => one.headers.get('Call-ID'))),
    new Set([dialog.sipCallId]),
  );
  alice.assertEmpty();
  bob.assertEmpty();
});

test('RFC 4538 §3: the call of an incoming dialog is named with its tags the other way round', () => {
  const { network, bob, alice, call, far } = talkByGruu();
  bob.refer(far, 'sip:carol@example.com', { outOfDialog: true });
  network.seconds(0.1);
  assert.equal(alice.last('refer-requested').call, call);
});

test('RFC 6665 §4.1.2.4: a NOTIFY before the 2xx begins the dialog, and later ones and the 2xx fit it', () => {
  const { network, proxy, alice, bob, call } = talkByGruu();
  let lost = 0;
  const refer = alice.refer(call, 'sip:carol@example.com', { outOfDialog: true });
  network.seconds(0.1);
  // The answer to REFER stays away until the REFER is sent again; the NOTIFY comes through.
  network.weather = (message, from) =>
    !(
      message?.kind === 'response' &&
      from === proxy.host &&
      message.headers.get('CSeq')?.endsWith('REFER') &&
      lost++ < 2
    );
  bob.submit({ type: 'answer-refer', refer: bob.last('refer-requested').refer, status: 202 });
  network.seconds(0.1);
  assert.equal(alice.all('refer-answered').length, 0);
  assert.deepEqual([alice.last('refer-notified').refer, alice.last('refer-notified').status], [refer, 100]);
  network.seconds(5);
  assert.equal(alice.last('refer-answered').status, 202);
  bob.submit({ type: 'report-refer', refer: bob.last('refer-requested').refer, status: 486 });
  network.seconds(0.1);
  assert.equal(alice.last('refer-notified').status, 486);
  assert.equal(proxy.responses(481).length, 0);
});

test('RFC 6665 §4.4.1: a NOTIFY of another fork, and one without From tag, get 481', () => {
  const { network, proxy, alice, bob, call } = talkByGruu();
  alice.refer(call, 'sip:carol@example.com', { outOfDialog: true });
  network.seconds(0.1);
  const [sent] = proxy.requests('REFER') as [SipRequest];
  bob.submit({ type: 'answer-refer', refer: bob.last('refer-requested').refer, status: 202 });
  network.seconds(0.1);
  const before = alice.all('refer-notified').length;
  for (const [n, from] of ['<sip:bob@example.com>;tag=other', '<sip:bob@example.com>'].entries()) {
    proxy.say(alice.host, `NOTIFY ${contactOf(sent)!.uri} SIP/2.0`, [
      `From: ${from}`,
      `To: ${sent.headers.get('From')}`,
      `Call-ID: ${sent.headers.get('Call-ID')}`,
      `CSeq: ${n + 1} NOTIFY`,
      'Event: refer',
      'Subscription-State: active',
    ]);
  }
  network.seconds(0.1);
  assert.equal(network.sent(alice.host, '481').length, 2);
  assert.equal(alice.all('refer-notified').length, before);
});

test('transfer.md §4: refusals of a REFER out of dialog are said of the REFER alone; 481 and 408 leave the call', () => {
  for (const status of [403, 404, 405, 408, 420, 480, 481, 501]) {
    const { network, proxy, alice, call } = talkByGruu();
    proxy.refuses = (request) => (request.method === 'REFER' ? status : undefined);
    alice.refer(call, 'sip:carol@example.com', { outOfDialog: true });
    network.seconds(0.1);
    assert.equal(alice.last('refer-answered').status, status);
    assert.equal(alice.all('ended').length, 0);
    // The same in dialog goes its old way.
    proxy.refuses = () => undefined;
    alice.refer(call, 'sip:carol@example.com');
    network.seconds(0.1);
    assert.equal(proxy.requests('REFER').at(-1)!.headers.get('Call-ID'), alice.last('answered').dialog.sipCallId);
    alice.submit({ type: 'hangup', call });
    network.seconds(400);
    alice.assertEmpty();
  }
});

test('transfer.md §4: 3xx tells where the REFER may be tried instead', () => {
  const { network, proxy, alice, call } = talkByGruu();
  const { onMessage } = proxy;
  proxy.onMessage = (message) => {
    if (message.kind !== 'request' || message.method !== 'REFER') return onMessage(message);
    const headers = [['Contact', '<sip:bob@example.com;gr=elsewhere>;q=0.5']] as const;
    return proxy.answer(alice.host, message, 302, { toTag: 'proxy', headers });
  };
  alice.refer(call, 'sip:carol@example.com', { outOfDialog: true });
  network.seconds(0.1);
  const { status, contact } = alice.last('refer-answered');
  assert.deepEqual([status, contact], [302, 'sip:bob@example.com;gr=elsewhere']);
});

test('RFC 7647 §4: without a GRUU nothing is sent, and 480 is told at once', () => {
  const { network, phone, wire, call } = talkToWire();
  phone.refer(call, 'sip:carol@example.com', { outOfDialog: true });
  assert.equal(phone.last('refer-answered').status, 480);
  network.seconds(1);
  assert.equal(wire.requests('REFER').length, 0);
  assert.equal(phone.all('ended').length, 0);
});

/** A phone in a call with a wire, and REFERs out of dialog from the wire. */
function referredFromOutside() {
  const { network, phone, wire, invite, call } = talkToWire();
  const id = invite.headers.get('Call-ID')!;
  const local = /tag=(.*)$/.exec(invite.headers.get('From')!)![1]!;
  let count = 0;
  const refer = (more: readonly string[], from = wire): number | undefined => {
    const name = `outside-${++count}`;
    from.say(phone.host, 'REFER sip:alice@192.0.2.1 SIP/2.0', [
      'From: <sip:bob@example.com>;tag=new',
      'To: <sip:alice@example.com>',
      `Call-ID: ${name}`,
      'CSeq: 1 REFER',
      `Contact: <sip:bob@${from.host}>`,
      'Refer-To: <sip:carol@example.com>',
      ...more,
    ]);
    network.seconds(0.1);
    const answer = from.heard.filter((one) => one.headers.get('Call-ID') === name).at(-1);
    return answer?.kind === 'response' ? answer.status : undefined;
  };
  return { network, phone, wire, call, id, local, refer };
}

test('RFC 4538 §4: who names a confirmed dialog by both tags is handed to the phone with its call, and gets NOTIFYs', () => {
  const { network, phone, wire, call, id, local, refer } = referredFromOutside();
  assert.equal(refer([`Target-Dialog: ${id};local-tag=${local};remote-tag=wire`, 'Require: tdialog']), undefined);
  assert.equal(phone.last('refer-requested').call, call);
  phone.submit({ type: 'answer-refer', refer: phone.last('refer-requested').refer, status: 200 });
  network.seconds(0.1);
  assert.equal(wire.request('NOTIFY').headers.get('Call-ID'), 'outside-1');
  assert.equal(wire.request('NOTIFY').uri, 'sip:bob@192.0.2.9');
});

test('RFC 4538 §4: swapped or guessed tags, a dialog that has ended and an early one get 403, half a value 400', () => {
  const { network, phone, call, id, local, refer, wire } = referredFromOutside();
  assert.equal(refer([`Target-Dialog: ${id};local-tag=wire;remote-tag=${local}`]), 403);
  assert.equal(refer([`Target-Dialog: ${id};local-tag=${local};remote-tag=other`]), 403);
  assert.equal(refer([`Target-Dialog: other;local-tag=${local};remote-tag=wire`]), 403);
  assert.equal(refer([`Target-Dialog: ${id};local-tag=${local}`]), 400);
  assert.equal(refer([`Target-Dialog: ${id}`]), 400);
  assert.equal(refer(['Require: tdialog, frobnicate']), 420);
  phone.dial('sip:carol@example.com');
  network.seconds(0.1);
  const second = wire.request('INVITE');
  wire.answer(phone.host, second, 180, { toTag: 'early', contact: 'sip:carol@192.0.2.9' });
  network.seconds(0.1);
  const tag = /tag=(.*)$/.exec(second.headers.get('From')!)![1]!;
  assert.equal(refer([`Target-Dialog: ${second.headers.get('Call-ID')};local-tag=${tag};remote-tag=early`]), 403);
  phone.submit({ type: 'hangup', call });
  network.seconds(0.1);
  wire.answer(phone.host, wire.request('BYE'), 200);
  network.seconds(0.1);
  assert.equal(refer([`Target-Dialog: ${id};local-tag=${local};remote-tag=wire`]), 403);
  assert.equal(phone.all('refer-requested').length, 0);
});

test("transfer.md §7.2: a REFER out of dialog that names none is a stranger's, for the phone to decide", () => {
  const { phone, refer } = referredFromOutside();
  assert.equal(refer([]), undefined);
  assert.equal(phone.last('refer-requested').call, undefined);
});

test('RFC 4538 §6: right ids from another host are not heard at all, and with strangers let in they are not trusted', () => {
  const quiet = referredFromOutside();
  const stranger = new Wire(quiet.network, '203.0.113.66');
  const target = `Target-Dialog: ${quiet.id};local-tag=${quiet.local};remote-tag=wire`;
  assert.equal(quiet.refer([target], stranger), undefined);
  assert.equal(quiet.phone.all('refer-requested').length, 0);
  const network = new Network();
  const open = new Phone(network, 'alice', '192.0.2.1', '192.0.2.9', {}, { acceptFrom: 'any' });
  const guest = new Wire(network, '203.0.113.66');
  guest.say(open.host, 'REFER sip:alice@192.0.2.1 SIP/2.0', [
    'From: <sip:bob@example.com>;tag=new',
    'To: <sip:alice@example.com>',
    'Call-ID: guest',
    'CSeq: 1 REFER',
    'Contact: <sip:bob@203.0.113.66>',
    'Refer-To: <sip:carol@example.com>',
  ]);
  network.seconds(0.1);
  assert.equal(open.last('refer-requested').trusted, false);
});

test.run();
