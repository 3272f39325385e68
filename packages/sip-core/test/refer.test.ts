import assert from 'node:assert/strict';
import { parseSubscriptionState, type SipRequest } from '@switchhook/sip-core';
import { test } from 'uvu';
import { inDialog, talk, talkToWire } from './office.ts';

const SIPFRAG = 'Content-Type: message/sipfrag;version=2.0';

test('RFC 3515 §2.4: REFER, 202, NOTIFY 100, 180 and the last with terminated;reason=noresource', () => {
  const { network, alice, bob, aliceCall, bobCall } = talk();
  const refer = alice.refer(aliceCall, 'sip:carol@example.com?Replaces=x%3Bto-tag%3Da%3Bfrom-tag%3Db');
  network.seconds(0.1);
  const asked = bob.last('refer-requested');
  assert.equal(asked.call, bobCall);
  assert.equal(asked.referTo, '<sip:carol@example.com?Replaces=x%3Bto-tag%3Da%3Bfrom-tag%3Db>');
  assert.equal(asked.referredBy, '<sip:boss@example.com>');
  assert.equal(asked.trusted, true);
  bob.submit({ type: 'answer-refer', refer: asked.refer, status: 202 });
  network.seconds(1);
  assert.deepEqual(alice.last('refer-answered'), {
    type: 'refer-answered',
    refer,
    status: 202,
    phrase: 'Accepted',
    withoutSubscription: false,
  });
  bob.submit({ type: 'report-refer', refer: asked.refer, status: 180 });
  bob.submit({ type: 'report-refer', refer: asked.refer, status: 180 });
  network.seconds(1);
  bob.submit({ type: 'report-refer', refer: asked.refer, status: 200 });
  network.seconds(1);
  assert.deepEqual(
    alice.all('refer-notified').map(({ status, subscription }) => [status, subscription]),
    [
      [100, 'active'],
      [180, 'active'],
      [200, 'terminated'],
    ],
  );
  const notifies = network.sent('192.0.2.2', 'NOTIFY') as SipRequest[];
  assert.equal(notifies.length, 3);
  assert.equal(notifies[0]?.headers.get('Event'), 'refer');
  assert.equal(notifies[2]?.headers.read('Subscription-State', parseSubscriptionState)?.reason, 'noresource');
  alice.submit({ type: 'hangup', call: aliceCall });
  network.seconds(120);
  alice.assertEmpty();
  bob.assertEmpty();
});

test('RFC 3515 §2.4.6: NOTIFYs of the second REFER of a dialog carry its CSeq as id', () => {
  const { network, alice, bob, aliceCall } = talk();
  for (const round of [1, 2]) {
    alice.refer(aliceCall, `sip:carol${round}@example.com`);
    network.seconds(0.1);
    bob.submit({ type: 'answer-refer', refer: bob.last('refer-requested').refer, status: 202 });
    network.seconds(1);
  }
  const [first, second] = network.sent('192.0.2.2', 'NOTIFY') as SipRequest[];
  const cseq = (network.sent('192.0.2.1', 'REFER') as SipRequest[])[1]?.headers.get('CSeq')?.split(' ')[0];
  assert.equal(first?.headers.get('Event'), 'refer');
  assert.equal(second?.headers.get('Event'), `refer;id=${cseq}`);
  const [one, two] = alice.all('refer-notified');
  assert.notEqual(one?.refer, two?.refer);
});

test('RFC 5057 §4.1: the subscription outlives BYE: NOTIFYs after it are answered 200 and told', () => {
  const { network, alice, bob, aliceCall } = talk();
  const refer = alice.refer(aliceCall, 'sip:carol@example.com');
  network.seconds(0.1);
  const asked = bob.last('refer-requested').refer;
  bob.submit({ type: 'answer-refer', refer: asked, status: 202 });
  network.seconds(1);
  alice.submit({ type: 'hangup', call: aliceCall });
  network.seconds(1);
  assert.equal(bob.all('ended').length, 1);
  bob.submit({ type: 'report-refer', refer: asked, status: 200 });
  network.seconds(1);
  const last = alice.last('refer-notified');
  assert.deepEqual([last.refer, last.status, last.subscription], [refer, 200, 'terminated']);
  assert.equal(network.sent('192.0.2.1', '481').length, 0);
  network.seconds(120);
  alice.assertEmpty();
  bob.assertEmpty();
});

test('RFC 6665 §4.1.2.4: a NOTIFY before the 2xx of its REFER is taken', () => {
  const { network, phone, wire, invite, call } = talkToWire();
  phone.refer(call, 'sip:carol@example.com');
  network.seconds(0.1);
  const refer = wire.request('REFER');
  const notify = (cseq: number, state: string, body: string): void =>
    wire.say(
      phone.host,
      'NOTIFY sip:a@192.0.2.1 SIP/2.0',
      [...inDialog(invite, 'wire', cseq, 'NOTIFY'), 'Event: refer', `Subscription-State: ${state}`, SIPFRAG],
      body,
    );
  notify(1, 'active;expires=60', 'SIP/2.0 100 Trying');
  network.seconds(0.1);
  assert.equal(phone.last('refer-notified').status, 100);
  wire.answer(phone.host, refer, 200, { contact: 'sip:bob@192.0.2.9' });
  network.seconds(0.1);
  assert.equal(phone.last('refer-answered').status, 200);
  // Some end every NOTIFY with `terminated`: only one with a verdict is the last.
  notify(2, 'terminated', 'SIP/2.0 180 Ringing');
  notify(3, 'terminated;reason=noresource', 'SIP/2.0 200 OK\r\n');
  notify(4, 'terminated;reason=noresource', 'SIP/2.0 200 OK\r\n');
  network.seconds(0.1);
  assert.deepEqual(
    phone.all('refer-notified').map(({ status }) => status),
    [100, 180, 200],
  );
  assert.equal(wire.responses(200).length, 4);
});

test('RFC 3515 §2.4.6: ids of no REFER get 481, other packages 489, an empty body 200', () => {
  const { network, phone, wire, invite, call } = talkToWire();
  phone.refer(call, 'sip:carol@example.com');
  network.seconds(0.1);
  wire.answer(phone.host, wire.request('REFER'), 202);
  const notify = (cseq: number, event: string): void =>
    wire.say(phone.host, 'NOTIFY sip:a@192.0.2.1 SIP/2.0', [
      ...inDialog(invite, 'wire', cseq, 'NOTIFY'),
      `Event: ${event}`,
      'Subscription-State: active',
    ]);
  notify(1, 'refer;id=77777');
  notify(2, 'presence');
  notify(3, 'refer');
  network.seconds(0.1);
  assert.deepEqual(
    wire.heard.filter((one) => one.kind === 'response').map((one) => one.status),
    [481, 489, 200],
  );
  assert.equal(phone.last('refer-notified').status, undefined);
});

test('transfer.md §4: refusals of REFER are told and leave the call; 481 ends it', () => {
  for (const [status, ends] of [
    [403, false],
    [603, false],
    [405, false],
    [481, true],
  ] as const) {
    const { network, phone, wire, call } = talkToWire();
    phone.refer(call, 'sip:carol@example.com');
    network.seconds(0.1);
    wire.answer(phone.host, wire.request('REFER'), status);
    network.seconds(0.1);
    assert.equal(phone.last('refer-answered').status, status);
    assert.equal(phone.all('ended').length === 1, ends);
    assert.equal(phone.agent.census().subscriptions, 0);
  }
});

test('RFC 6665 §4.1.2.4: a NOTIFY proves acceptance when the answer to REFER never comes', () => {
  const { network, phone, wire, invite, call } = talkToWire();
  phone.refer(call, 'sip:carol@example.com');
  network.seconds(1);
  wire.say(
    phone.host,
    'NOTIFY sip:a@192.0.2.1 SIP/2.0',
    [...inDialog(invite, 'wire', 1, 'NOTIFY'), 'Event: refer', 'Subscription-State: active;expires=60', SIPFRAG],
    'SIP/2.0 100 Trying',
  );
  network.seconds(40);
  assert.equal(phone.last('refer-answered').status, 202);
  assert.equal(phone.all('ended').length, 0);
});

test('a REFER on a call that has gone is told as 481 at once', () => {
  const { network, alice, aliceCall } = talk();
  alice.submit({ type: 'hangup', call: aliceCall });
  network.seconds(1);
  alice.refer(aliceCall, 'sip:carol@example.com');
  assert.equal(alice.last('refer-answered').status, 481);
});

test('RFC 4488 §4: Refer-Sub: false on both sides leaves the subscription out', () => {
  const { network, alice, bob, aliceCall } = talk();
  alice.refer(aliceCall, 'sip:carol@example.com', { withoutSubscription: true });
  network.seconds(0.1);
  const { refer } = bob.last('refer-requested');
  bob.submit({ type: 'answer-refer', refer, status: 202 });
  bob.submit({ type: 'report-refer', refer, status: 200 });
  network.seconds(1);
  assert.equal(alice.last('refer-answered').withoutSubscription, true);
  assert.equal(network.sent('192.0.2.2', 'NOTIFY').length, 0);
  assert.equal(alice.agent.census().subscriptions + bob.agent.census().subscriptions, 0);
});

test('RFC 3515 §2.4.2: a REFER without exactly one Refer-To gets 400', () => {
  const { network, phone, wire, invite } = talkToWire();
  const refer = (cseq: number, more: string[]): void =>
    wire.say(phone.host, 'REFER sip:a@192.0.2.1 SIP/2.0', [
      ...inDialog(invite, 'wire', cseq, 'REFER'),
      'Contact: <sip:bob@192.0.2.9>',
      ...more,
    ]);
  refer(1, []);
  refer(2, ['Refer-To: <sip:a@b>, <sip:c@d>']);
  network.seconds(0.1);
  assert.equal(wire.responses(400).length, 2);
  refer(3, ['Refer-To: <sip:a@b>', 'Require: unheard-of']);
  network.seconds(0.1);
  assert.equal(wire.responses(420).length, 1);
  assert.equal(phone.all('refer-requested').length, 0);
});

test('transfer.md §9: a REFER that crosses our BYE gets 481', () => {
  const { network, phone, wire, invite, call } = talkToWire();
  phone.submit({ type: 'hangup', call });
  wire.say(phone.host, 'REFER sip:a@192.0.2.1 SIP/2.0', [
    ...inDialog(invite, 'wire', 1, 'REFER'),
    'Contact: <sip:bob@192.0.2.9>',
    'Refer-To: <sip:carol@example.com>',
  ]);
  network.seconds(0.1);
  assert.equal(wire.responses(481).length, 1);
  assert.equal(phone.all('refer-requested').length, 0);
});

test('transfer.md §1: the seed NOTIFY, with our own Contact, no id, no line end and no version, is taken', () => {
  const { network, phone, wire, invite, call } = talkToWire();
  const refer = phone.refer(call, 'sip:9999@192.0.2.9?Replaces=x%3Bto-tag%3Da%3Bfrom-tag%3Db');
  network.seconds(0.1);
  wire.answer(phone.host, wire.request('REFER'), 202, { headers: [['Expires', '200']] });
  const own = invite.headers.get('Contact');
  wire.say(
    phone.host,
    'NOTIFY sip:a@192.0.2.1 SIP/2.0',
    [
      ...inDialog(invite, 'wire', 3, 'NOTIFY'),
      `Contact: ${own}`,
      'Event: refer',
      'Subscription-State: active;expires=200',
      'Content-Type: message/sipfrag',
    ],
    'SIP/2.0 100 Trying',
  );
  network.seconds(0.1);
  assert.deepEqual(phone.last('refer-notified'), {
    type: 'refer-notified',
    refer,
    status: 100,
    phrase: 'Trying',
    subscription: 'active',
    expiresS: 200,
  });
  phone.submit({ type: 'hangup', call });
  network.seconds(0.1);
  assert.equal(wire.request('BYE').uri, 'sip:bob@192.0.2.9');
});

test('transfer.md §9: the Contact of a NOTIFY moves the target only on its own host or to where it came from', () => {
  for (const [contact, target] of [
    ['sip:bob@192.0.2.9:5062', 'sip:bob@192.0.2.9:5062'],
    ['sip:bob@203.0.113.66', 'sip:bob@192.0.2.9'],
  ] as const) {
    const { network, phone, wire, invite, call } = talkToWire();
    phone.refer(call, 'sip:carol@example.com');
    network.seconds(0.1);
    wire.answer(phone.host, wire.request('REFER'), 202);
    wire.say(
      phone.host,
      'NOTIFY sip:a@192.0.2.1 SIP/2.0',
      [
        ...inDialog(invite, 'wire', 1, 'NOTIFY'),
        `Contact: <${contact}>`,
        'Event: refer',
        'Subscription-State: active;expires=60',
        SIPFRAG,
      ],
      'SIP/2.0 100 Trying',
    );
    network.seconds(0.1);
    phone.submit({ type: 'hangup', call });
    network.seconds(0.1);
    assert.equal(wire.request('BYE').uri, target);
  }
});

test('transfer.md §5: one NOTIFY is open at a time, and what is outrun by the verdict is left out', () => {
  const { network, phone, wire, invite } = talkToWire();
  wire.say(phone.host, 'REFER sip:a@192.0.2.1 SIP/2.0', [
    ...inDialog(invite, 'wire', 1, 'REFER'),
    'Contact: <sip:bob@192.0.2.9>',
    'Refer-To: <sip:carol@example.com>',
  ]);
  network.seconds(0.1);
  const { refer } = phone.last('refer-requested');
  phone.submit({ type: 'answer-refer', refer, status: 202 });
  for (const status of [180, 183, 486]) phone.submit({ type: 'report-refer', refer, status });
  network.seconds(2);
  const numbers = (): Set<string | undefined> => new Set(wire.requests('NOTIFY').map((one) => one.headers.get('CSeq')));
  assert.equal(numbers().size, 1);
  wire.answer(phone.host, wire.request('NOTIFY'), 200);
  network.seconds(0.1);
  assert.equal(numbers().size, 2);
  assert.match(new TextDecoder().decode(wire.request('NOTIFY').body), /^SIP\/2\.0 486 Busy Here\r\n$/);
});

test('RFC 3515 §2.4.4: a NOTIFY refused with 481 ends the subscription and nothing else', () => {
  const { network, phone, wire, invite, call } = talkToWire();
  wire.onMessage = (message) => {
    if (message.kind === 'request' && message.method === 'NOTIFY') wire.answer(phone.host, message, 481);
  };
  wire.say(phone.host, 'REFER sip:a@192.0.2.1 SIP/2.0', [
    ...inDialog(invite, 'wire', 1, 'REFER'),
    'Contact: <sip:bob@192.0.2.9>',
    'Refer-To: <sip:carol@example.com>',
  ]);
  network.seconds(0.1);
  const { refer } = phone.last('refer-requested');
  phone.submit({ type: 'answer-refer', refer, status: 202 });
  network.seconds(0.1);
  phone.submit({ type: 'report-refer', refer, status: 200 });
  network.seconds(1);
  assert.equal(wire.requests('NOTIFY').length, 1);
  assert.equal(phone.agent.census().subscriptions, 0);
  assert.equal(phone.all('ended').length, 0);
  phone.submit({ type: 'hangup', call });
});

test('transfer.md §5: a subscription whose time is up ends with terminated;reason=timeout', () => {
  const { network, alice, bob, aliceCall } = talk();
  alice.refer(aliceCall, 'sip:carol@example.com');
  network.seconds(0.1);
  bob.submit({ type: 'answer-refer', refer: bob.last('refer-requested').refer, status: 202 });
  network.seconds(185);
  const last = (network.sent('192.0.2.2', 'NOTIFY') as SipRequest[]).at(-1);
  assert.equal(last?.headers.get('Subscription-State'), 'terminated;reason=timeout');
  network.seconds(300);
  assert.equal(alice.agent.census().subscriptions + bob.agent.census().subscriptions, 0);
});

test.run();
