import assert from 'node:assert/strict';
import type { SipRequest } from '@switchhook/sip-core';
import { test } from 'uvu';
import { inDialog, talk, talkToWire } from './office.ts';

const SIPFRAG = 'Content-Type: message/sipfrag;version=2.0';

/** A NOTIFY of the wire in its dialog with the phone. */
function notify(
  talkingTo: ReturnType<typeof talkToWire>,
  cseq: number,
  status: string,
  state = 'terminated;reason=noresource',
  event = 'refer',
): void {
  const { phone, wire, invite } = talkingTo;
  const fields = [...inDialog(invite, 'wire', cseq, 'NOTIFY'), `Event: ${event}`, `Subscription-State: ${state}`];
  wire.say(phone.host, 'NOTIFY sip:a@192.0.2.1 SIP/2.0', [...fields, SIPFRAG], `SIP/2.0 ${status}\r\n`);
}

test('RFC 5057 §4.1: a NOTIFY that its own BYE has overtaken is answered 200 and told', () => {
  const office = talkToWire();
  const { network, phone, wire, invite, call } = office;
  phone.refer(call, 'sip:carol@example.com');
  network.seconds(0.1);
  wire.answer(phone.host, wire.request('REFER'), 202);
  network.seconds(0.1);
  notify(office, 1, '100 Trying', 'active;expires=60');
  network.seconds(0.1);
  // Sent 19 us apart, NOTIFY first; the network turns them round.
  wire.say(phone.host, 'BYE sip:a@192.0.2.1 SIP/2.0', inDialog(invite, 'wire', 3, 'BYE'));
  network.seconds(0.1);
  notify(office, 2, '200 OK');
  network.seconds(0.1);
  assert.deepEqual(
    phone.all('refer-notified').map(({ status }) => status),
    [100, 200],
  );
  assert.equal(wire.responses(500).length, 0);
  // An older one than the last NOTIFY is out of order all the same.
  notify(office, 1, '503 Service Unavailable');
  network.seconds(0.1);
  assert.equal(wire.responses(500).length + wire.responses(482).length, 1);
  network.seconds(300);
  phone.assertEmpty();
});

test('RFC 6665 §4.2.2: a NOTIFY refused with 500 because a later request overtook it is sent again', () => {
  for (const later of ['hangup', 'offer'] as const) {
    const { network, alice, bob, aliceCall, bobCall } = talk();
    alice.onEvent = (event) => {
      if (event.type === 'offered')
        alice.submit({ type: 'answer-offer', call: event.call, offer: event.offer, body: 'yes' });
    };
    const refer = alice.refer(aliceCall, 'sip:carol@example.com');
    network.seconds(0.1);
    const asked = bob.last('refer-requested').refer;
    bob.submit({ type: 'answer-refer', refer: asked, status: 202 });
    network.seconds(1);
    let lost = 0;
    network.weather = (message) => !(message?.kind === 'request' && message.method === 'NOTIFY' && lost++ === 0);
    bob.submit({ type: 'report-refer', refer: asked, status: 486 });
    bob.submit(
      later === 'hangup' ? { type: 'hangup', call: bobCall } : { type: 'offer', call: bobCall, body: 'resume' },
    );
    network.seconds(20);
    const last = alice.last('refer-notified');
    assert.deepEqual([last.refer, last.status, last.subscription], [refer, 486, 'terminated'], later);
    alice.submit({ type: 'hangup', call: aliceCall });
    network.seconds(300);
    alice.assertEmpty();
    bob.assertEmpty();
  }
});

test('RFC 6665 §4.2.2: a NOTIFY that is refused with 500 for ever is given up', () => {
  const { network, phone, wire, invite } = talkToWire();
  wire.say(phone.host, 'REFER sip:a@192.0.2.1 SIP/2.0', [
    ...inDialog(invite, 'wire', 1, 'REFER'),
    'Contact: <sip:bob@192.0.2.9>',
    'Refer-To: <sip:carol@example.com>',
  ]);
  network.seconds(0.1);
  wire.onMessage = (message) => {
    if (message.kind === 'request' && message.method === 'NOTIFY') wire.answer(phone.host, message, 500);
  };
  phone.submit({ type: 'answer-refer', refer: phone.last('refer-requested').refer, status: 202 });
  network.seconds(100);
  assert.equal(phone.agent.census().subscriptions, 0);
  assert.ok(wire.requests('NOTIFY').length <= 4);
});

test('DESIGN, transfer: a REFER that nobody answers is told as 408 and leaves the caller alone', () => {
  for (const status of [undefined, 408]) {
    const office = talkToWire();
    const { network, phone, wire, call } = office;
    const refer = phone.refer(call, 'sip:carol@example.com');
    network.seconds(0.1);
    if (status !== undefined) wire.answer(phone.host, wire.request('REFER'), status);
    network.seconds(33);
    assert.equal(phone.last('refer-answered').status, 408);
    assert.equal(phone.all('ended').length, 0);
    assert.equal(wire.requests('BYE').length, 0);
    // It had arrived all the same.
    notify(office, 1, '200 OK');
    network.seconds(0.1);
    assert.deepEqual([phone.last('refer-notified').refer, phone.last('refer-notified').status], [refer, 200]);
    phone.submit({ type: 'hangup', call });
    network.seconds(300);
    phone.assertEmpty();
  }
});

test('transfer.md §9: after a verdict with `active`, NOTIFYs without id belong to the second REFER', () => {
  const office = talkToWire();
  const { network, phone, wire, call } = office;
  const refers = [1, 2].map((round) => {
    const refer = phone.refer(call, `sip:carol${round}@example.com`);
    network.seconds(0.1);
    wire.answer(phone.host, wire.request('REFER'), 202);
    network.seconds(0.1);
    if (round === 1) notify(office, 1, '486 Busy Here', 'active;expires=60');
    else notify(office, 2, '200 OK');
    network.seconds(0.1);
    return refer;
  });
  assert.deepEqual(
    phone.all('refer-notified').map(({ refer, status }) => [refer, status]),
    [
      [refers[0], 486],
      [refers[1], 200],
    ],
  );
});

test('transfer.md §2.9: Event id may name any digest round of the REFER, and no other CSeq', () => {
  const office = talkToWire();
  const { network, phone, wire, call } = office;
  phone.refer(call, 'sip:carol@example.com');
  network.seconds(0.1);
  wire.answer(phone.host, wire.request('REFER'), 202);
  const cseq = Number(wire.request('REFER').headers.get('CSeq')?.split(' ')[0]);
  notify(office, 1, '100 Trying', 'active;expires=60', `refer;id=${cseq}`);
  notify(office, 2, '200 OK', undefined, `refer;id=${cseq + 1}`);
  notify(office, 3, '200 OK', undefined, `refer;id=0x${cseq.toString(16)}`);
  network.seconds(0.1);
  assert.deepEqual(
    phone.all('refer-notified').map(({ status }) => status),
    [100],
  );
  assert.equal(wire.responses(481).length, 2);
});

test('sip-core §10: an INFO that is answered 408 does not end the call, 481 does', () => {
  for (const status of [408, 481]) {
    const { network, phone, wire, call } = talkToWire();
    phone.submit({ type: 'info-digit', call, digit: '5', durationMs: 100 });
    network.seconds(0.1);
    wire.answer(phone.host, wire.request('INFO') as SipRequest, status);
    network.seconds(0.1);
    assert.equal(phone.all('ended').length, status === 481 ? 1 : 0);
  }
});

test.run();
