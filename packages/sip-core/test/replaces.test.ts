import assert from 'node:assert/strict';
import type { DialogIdentity } from '@switchhook/sip-core';
import { test } from 'uvu';
import { Network, Phone, talk, talkToWire, Wire } from './office.ts';

/** Replaces for the eyes of the one whose dialog is `identity`. */
function replacing(identity: DialogIdentity): string {
  return `${identity.sipCallId};to-tag=${identity.localTag};from-tag=${identity.remoteTag}`;
}

/** An INVITE with Replaces from the wire. */
function invite(wire: Wire, to: string, id: string, fields: readonly string[]): void {
  wire.say(
    to,
    'INVITE sip:alice@192.0.2.1 SIP/2.0',
    [
      'From: <sip:carol@example.com>;tag=carol',
      'To: <sip:alice@example.com>',
      `Call-ID: ${id}`,
      'CSeq: 1 INVITE',
      'Contact: <sip:carol@192.0.2.9>',
      'Content-Type: application/sdp',
      ...fields,
    ],
    'offer',
  );
}

test('RFC 3891 §3: the new call is answered, and only after its ACK the replaced one gets its BYE', () => {
  const { network, alice, bob, aliceCall, bobCall } = talk();
  const { dialog } = bob.last('answered');
  const carol = new Phone(network, 'carol', '192.0.2.3', '192.0.2.2', {}, {});
  // Bob trusts Alice's host only; Carol is a stranger and her INVITE is dropped without a word.
  carol.dial('sip:bob@example.com', { replaces: replacing(dialog) });
  network.seconds(40);
  assert.equal(bob.all('incoming').length, 1);
  assert.equal(network.sent('192.0.2.2', '481').length, 0);
  // The same from Alice, who is Bob's server here.
  const second = alice.dial('sip:bob@example.com', {
    replaces: replacing(dialog),
    referredBy: '<sip:boss@example.com>',
  });
  network.seconds(1);
  const incoming = bob.last('incoming');
  assert.deepEqual(incoming.replaces, { call: bobCall, early: false });
  assert.equal(incoming.referredBy, '<sip:boss@example.com>');
  network.weather = (message) => !(message?.kind === 'request' && message.method === 'ACK');
  bob.submit({ type: 'answer', call: incoming.call, body: 'answer' });
  network.seconds(3);
  assert.equal(bob.all('ended').length, 0);
  network.weather = () => true;
  network.seconds(5);
  assert.deepEqual(bob.last('ended'), { type: 'ended', call: bobCall, cause: { by: 'remote', how: 'replaced' } });
  assert.equal(alice.last('ended').call, aliceCall);
  assert.equal(alice.last('ended').cause.how, 'bye');
  alice.submit({ type: 'hangup', call: second });
  network.seconds(200);
  for (const phone of [alice, bob, carol]) phone.assertEmpty();
});

test('RFC 3891 §3: a refused Replaces INVITE leaves the old call untouched', () => {
  const { network, alice, bob, bobCall } = talk();
  alice.dial('sip:bob@example.com', { replaces: replacing(bob.last('answered').dialog) });
  network.seconds(1);
  bob.submit({ type: 'reject', call: bob.last('incoming').call, status: 488 });
  network.seconds(1);
  assert.equal(alice.last('ended').cause.status, 488);
  assert.ok(bob.all('ended').every(({ call }) => call !== bobCall));
});

test('RFC 3891 §3: 400, 481, 486 and 603 without ringing', () => {
  const { network, phone, wire, call } = talkToWire();
  const { dialog } = phone.last('answered');
  const right = replacing(dialog);
  const swapped = `${dialog.sipCallId};to-tag=${dialog.remoteTag};from-tag=${dialog.localTag}`;
  let count = 0;
  const answerTo = (...fields: string[]): number | undefined => {
    const id = `replace-${++count}`;
    invite(wire, phone.host, id, fields);
    network.seconds(0.1);
    const final = wire.heard.filter((one) => one.kind === 'response' && one.headers.get('Call-ID') === id).at(-1);
    return final?.kind === 'response' ? final.status : undefined;
  };
  assert.equal(answerTo(`Replaces: ${dialog.sipCallId}`), 400);
  assert.equal(answerTo(`Replaces: ${dialog.sipCallId};to-tag=${dialog.localTag}`), 400);
  assert.equal(answerTo(`Replaces: ${right};to-tag=x`), 400);
  assert.equal(answerTo(`Replaces: ${right}`, `Replaces: ${right}`), 400);
  assert.equal(answerTo(`Replaces: ${right}`, 'Join: a;to-tag=b;from-tag=c'), 400);
  assert.equal(answerTo(`Replaces: ${swapped}`), 481);
  assert.equal(answerTo('Replaces: nowhere@x;to-tag=a;from-tag=b'), 481);
  assert.equal(answerTo(`Replaces: ${dialog.sipCallId};to-tag=${dialog.localTag};from-tag=other`), 481);
  assert.equal(answerTo(`Replaces: ${right};early-only`), 486);
  assert.equal(phone.all('incoming').length, 0);
  phone.submit({ type: 'hangup', call });
  network.seconds(0.1);
  wire.answer(phone.host, wire.request('BYE'), 200);
  network.seconds(1);
  assert.equal(answerTo(`Replaces: ${right}`), 603);
  network.seconds(40);
  assert.equal(answerTo(`Replaces: ${right}`), 481);
  assert.equal(phone.all('incoming').length, 0);
  network.seconds(120);
  phone.assertEmpty();
});

test('RFC 3891 §3: an early dialog that is ringing here is not replaced and goes on ringing', () => {
  const network = new Network();
  const phone = new Phone(network, 'alice', '192.0.2.1', '192.0.2.9');
  const wire = new Wire(network, '192.0.2.9');
  invite(wire, phone.host, 'first', []);
  network.seconds(0.1);
  phone.submit({ type: 'ring', call: phone.last('incoming').call });
  network.seconds(0.1);
  const tag = /tag=(.*)$/.exec(wire.responses(180)[0]?.headers.get('To') ?? '')?.[1];
  invite(wire, phone.host, 'second', [`Replaces: first;to-tag=${tag};from-tag=carol`]);
  network.seconds(0.1);
  assert.equal(wire.responses(481).length, 1);
  assert.equal(phone.all('ended').length, 0);
});

test('RFC 3891 §3: an early dialog that we began is replaced: answer, ACK, CANCEL', () => {
  const network = new Network();
  const phone = new Phone(network, 'alice', '192.0.2.1', '192.0.2.9');
  const wire = new Wire(network, '192.0.2.9');
  const call = phone.dial('sip:bob@example.com');
  network.seconds(0.1);
  wire.answer(phone.host, wire.request('INVITE'), 180, { toTag: 'ringing', contact: 'sip:bob@192.0.2.9' });
  network.seconds(0.1);
  const { dialog } = phone.last('progress');
  assert.ok(dialog);
  invite(wire, phone.host, 'pickup', [`Replaces: ${replacing(dialog)};early-only`]);
  network.seconds(0.1);
  const incoming = phone.last('incoming');
  assert.deepEqual(incoming.replaces, { call, early: true });
  phone.submit({ type: 'answer', call: incoming.call, body: 'answer' });
  network.seconds(0.1);
  assert.equal(wire.requests('CANCEL').length, 0);
  const tag = /tag=(.*)$/.exec(wire.responses(200)[0]?.headers.get('To') ?? '')?.[1];
  wire.say(phone.host, 'ACK sip:alice@192.0.2.1 SIP/2.0', [
    'From: <sip:carol@example.com>;tag=carol',
    `To: <sip:alice@example.com>;tag=${tag}`,
    'Call-ID: pickup',
    'CSeq: 1 ACK',
  ]);
  network.seconds(0.1);
  wire.answer(phone.host, wire.request('CANCEL'), 200);
  wire.answer(phone.host, wire.request('INVITE'), 487, 'ringing');
  network.seconds(0.1);
  assert.deepEqual(phone.last('ended'), { type: 'ended', call, cause: { by: 'remote', how: 'replaced' } });
});

test.run();
