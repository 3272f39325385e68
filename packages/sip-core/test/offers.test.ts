import assert from 'node:assert/strict';
import { test } from 'uvu';
import { inDialog, type Phone, pair, talk, talkToWire } from './office.ts';

/** Answer every offer with 200 at once, as the phone's runtime does. */
function agreeable(phone: Phone): void {
  phone.onEvent = (event) => {
    if (event.type !== 'offered') return;
    phone.submit({ type: 'answer-offer', call: event.call, offer: event.offer, body: `yes to ${event.body}` });
  };
}

test('RFC 3264 §8.4: hold and resume by re-INVITE, one at a time and in order', () => {
  const { network, alice, bob, aliceCall, bobCall } = talk();
  agreeable(bob);
  alice.submit({ type: 'offer', call: aliceCall, body: 'hold' });
  alice.submit({ type: 'offer', call: aliceCall, body: 'resume' });
  network.seconds(2);
  assert.deepEqual(
    bob.all('offered').map((event) => event.body),
    ['hold', 'resume'],
  );
  assert.equal(bob.last('offered').call, bobCall);
  assert.deepEqual(
    alice.all('offer-answered').map((event) => event.body),
    ['yes to hold', 'yes to resume'],
  );
  assert.equal(network.sent('192.0.2.1', 'ACK').length, 3);
  alice.submit({ type: 'hangup', call: aliceCall });
  network.seconds(120);
  alice.assertEmpty();
  bob.assertEmpty();
});

test('RFC 3261 §14.1: a refused re-INVITE leaves the call as it was', () => {
  const { network, alice, bob, aliceCall } = talk();
  alice.submit({ type: 'offer', call: aliceCall, body: 'hold' });
  network.seconds(1);
  const { call, offer } = bob.last('offered');
  bob.submit({ type: 'refuse-offer', call, offer, status: 488 });
  network.seconds(1);
  assert.equal(alice.last('offer-refused').status, 488);
  assert.equal(alice.all('ended').length, 0);
});

test('RFC 3261 §14: both hold at once: 491 to both, then both holds go through, whatever the seed', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const { network, alice, bob, aliceCall, bobCall } = talk(seed);
    agreeable(alice);
    agreeable(bob);
    alice.submit({ type: 'offer', call: aliceCall, body: 'hold by alice' });
    bob.submit({ type: 'offer', call: bobCall, body: 'hold by bob' });
    network.seconds(15);
    assert.equal(network.sent('192.0.2.1', '491').length, 1, `seed ${seed}`);
    assert.equal(network.sent('192.0.2.2', '491').length, 1, `seed ${seed}`);
    assert.equal(alice.last('offer-answered').body, 'yes to hold by alice', `seed ${seed}`);
    assert.equal(bob.last('offer-answered').body, 'yes to hold by bob', `seed ${seed}`);
    alice.submit({ type: 'hangup', call: aliceCall });
    network.seconds(120);
    alice.assertEmpty();
    bob.assertEmpty();
  }
});

test('RFC 3261 §14.1: after three 491 the offer is given up and the call goes on', () => {
  const { network, phone, wire, call } = talkToWire();
  wire.onMessage = (message) => {
    if (message.kind === 'request' && message.method === 'INVITE') wire.answer(phone.host, message, 491);
  };
  phone.submit({ type: 'offer', call, body: 'hold' });
  network.seconds(20);
  assert.equal(wire.requests('INVITE').length, 4);
  assert.equal(phone.last('offer-refused').status, 491);
  assert.equal(phone.all('ended').length, 0);
});

test('RFC 3261 §14.2: a second re-INVITE before the answer to the first gets 500 with Retry-After', () => {
  const { network, phone, wire, invite } = talkToWire();
  const fields = (cseq: number): string[] => [
    ...inDialog(invite, 'wire', cseq, 'INVITE'),
    'Contact: <sip:bob@192.0.2.9>',
    'Content-Type: application/sdp',
  ];
  wire.say(phone.host, 'INVITE sip:a@192.0.2.1 SIP/2.0', fields(7), 'one');
  wire.say(phone.host, 'INVITE sip:a@192.0.2.1 SIP/2.0', fields(8), 'two');
  network.seconds(1);
  const [busy] = wire.responses(500);
  assert.ok(Number(busy?.headers.get('Retry-After')) <= 10);
  assert.equal(phone.all('offered').length, 1);
});

test('RFC 3261 §12.2.1.2: 481 to a re-INVITE ends the call, and BYE is said', () => {
  for (const status of [408, 481]) {
    const { network, phone, wire, call } = talkToWire();
    wire.onMessage = (message) => {
      if (message.kind === 'request' && message.method === 'INVITE') wire.answer(phone.host, message, status);
      else if (message.kind === 'request' && message.method === 'BYE') wire.answer(phone.host, message, 200);
    };
    phone.submit({ type: 'offer', call, body: 'hold' });
    network.seconds(1);
    assert.equal(phone.last('ended').cause.status, status);
    assert.equal(wire.requests('BYE').length, 1);
    network.seconds(120);
    phone.assertEmpty();
  }
});

test('RFC 3261 §14.1: a re-INVITE that rings for ever is taken back after 64*T1 and does not end the call', () => {
  const { network, phone, wire, call } = talkToWire();
  wire.onMessage = (message) => {
    if (message.kind !== 'request') return;
    if (message.method === 'INVITE') wire.answer(phone.host, message, 180, 'wire');
    if (message.method === 'CANCEL') {
      wire.answer(phone.host, message, 200);
      wire.answer(phone.host, wire.request('INVITE'), 487, 'wire');
    }
  };
  phone.submit({ type: 'offer', call, body: 'hold' });
  network.seconds(40);
  assert.equal(phone.last('offer-refused').status, 487);
  assert.equal(phone.all('ended').length, 0);
});

test('RFC 3311 §5.2: UPDATE with an offer is offered and answered at once; without one it only refreshes', () => {
  const { network, phone, wire, invite, call } = talkToWire();
  agreeable(phone);
  const update = (cseq: number): string[] => [
    ...inDialog(invite, 'wire', cseq, 'UPDATE'),
    'Contact: <sip:bob@192.0.2.9:5070>',
  ];
  wire.say(phone.host, 'UPDATE sip:a@192.0.2.1 SIP/2.0', update(3));
  network.seconds(1);
  assert.equal(wire.responses(200).length, 1);
  assert.equal(phone.last('peer-changed').peer.target, 'sip:bob@192.0.2.9:5070');
  wire.say(phone.host, 'UPDATE sip:a@192.0.2.1 SIP/2.0', [...update(4), 'Content-Type: application/sdp'], 'new');
  network.seconds(1);
  assert.equal(phone.last('offered').body, 'new');
  assert.equal(new TextDecoder().decode(wire.responses(200)[1]?.body), 'yes to new');
  phone.submit({ type: 'offer', call, body: 'mine' });
  wire.say(phone.host, 'UPDATE sip:a@192.0.2.1 SIP/2.0', [...update(5), 'Content-Type: application/sdp'], 'glare');
  network.seconds(1);
  assert.equal(wire.responses(491).length, 1);
});

test('RFC 3261 §14.2: a re-INVITE without offer gets ours, and the answer in its ACK is told', () => {
  const { network, phone, wire, invite } = talkToWire();
  phone.onEvent = (event) => {
    if (event.type !== 'offered') return;
    assert.equal(event.body, undefined);
    phone.submit({ type: 'answer-offer', call: event.call, offer: event.offer, body: 'full offer' });
  };
  wire.say(phone.host, 'INVITE sip:a@192.0.2.1 SIP/2.0', [
    ...inDialog(invite, 'wire', 3, 'INVITE'),
    'Contact: <sip:bob@192.0.2.9>',
  ]);
  network.seconds(0.2);
  assert.equal(new TextDecoder().decode(wire.responses(200)[0]?.body), 'full offer');
  wire.say(
    phone.host,
    'ACK sip:a@192.0.2.1 SIP/2.0',
    [...inDialog(invite, 'wire', 3, 'ACK'), 'Content-Type: application/sdp'],
    'their answer',
  );
  network.seconds(1);
  assert.equal(phone.last('offer-answered').body, 'their answer');
});

test('RFC 3261 §12.2.2: a lower CSeq gets 500, a repeated one in a new transaction 482, a gap is fine', () => {
  const { network, phone, wire, invite } = talkToWire();
  const info = (cseq: number): void =>
    wire.say(phone.host, 'INFO sip:a@192.0.2.1 SIP/2.0', inDialog(invite, 'wire', cseq, 'INFO'));
  info(100);
  network.seconds(0.1);
  info(90);
  network.seconds(0.1);
  info(100);
  network.seconds(0.1);
  info(200);
  network.seconds(0.1);
  assert.deepEqual(
    wire.heard.filter((one) => one.kind === 'response').map((one) => one.status),
    [200, 500, 482, 200],
  );
});

test('RFC 3261 §12.2.2: what matches no dialog by all three ids gets 481, an ACK nothing', () => {
  const { network, phone, wire, invite } = talkToWire();
  for (const method of ['BYE', 'INFO', 'NOTIFY', 'INVITE', 'REFER', 'ACK']) {
    wire.say(phone.host, `${method} sip:a@192.0.2.1 SIP/2.0`, inDialog(invite, 'other', 3, method));
  }
  network.seconds(0.5);
  assert.equal(new Set(wire.responses(481).map((one) => one.headers.get('CSeq'))).size, 5);
  assert.equal(
    wire.heard.filter((one) => one.kind === 'response' && one.status !== 481 && one.status !== 100).length,
    0,
  );
  assert.equal(phone.all('ended').length, 0);
});

test('transfer.md §1: a Contact of ours in their NOTIFY or re-INVITE never becomes the target', () => {
  const { network, phone, wire, invite, call } = talkToWire();
  agreeable(phone);
  const own = /<(.*)>/.exec(invite.headers.get('Contact') ?? '')?.[1];
  wire.say(
    phone.host,
    'INVITE sip:a@192.0.2.1 SIP/2.0',
    [...inDialog(invite, 'wire', 3, 'INVITE'), `Contact: <${own}>`, 'Content-Type: application/sdp'],
    'x',
  );
  network.seconds(0.2);
  wire.say(phone.host, 'ACK sip:a@192.0.2.1 SIP/2.0', inDialog(invite, 'wire', 3, 'ACK'));
  network.seconds(0.2);
  phone.submit({ type: 'hangup', call });
  network.seconds(0.2);
  assert.equal(wire.request('BYE').uri, 'sip:bob@192.0.2.9');
  assert.ok(phone.all('note').some((note) => note.word === 'own-contact'));
});

test('RFC 3261 §12.2.1.1: the route set is frozen at the 2xx and a strict router is obeyed', () => {
  for (const [route, uri, routes] of [
    ['<sip:192.0.2.9;lr>', 'sip:bob@198.51.100.7', ['<sip:192.0.2.9;lr>']],
    ['<sip:192.0.2.9>', 'sip:192.0.2.9', ['<sip:bob@198.51.100.7>']],
  ] as const) {
    const { network, phone, wire } = talkToWire();
    const call = phone.dial('sip:carol@example.com');
    network.seconds(0.1);
    wire.answer(phone.host, wire.request('INVITE'), 200, {
      toTag: 'routed',
      contact: 'sip:bob@198.51.100.7',
      headers: [['Record-Route', route]],
      contentType: 'application/sdp',
      body: 'answer',
    });
    network.seconds(0.1);
    phone.submit({ type: 'hangup', call });
    network.seconds(0.1);
    const bye = wire.request('BYE');
    assert.equal(bye.uri, uri);
    assert.deepEqual(bye.headers.list('Route'), routes);
  }
});

test('RFC 3261 §14.1: nothing is offered before the ACK that answers a late offer', () => {
  const { network, alice, bob } = pair();
  const call = alice.dial('sip:bob@example.com', { body: undefined });
  network.seconds(0.1);
  bob.submit({ type: 'answer', call: bob.last('incoming').call, body: 'their offer' });
  network.seconds(0.1);
  assert.equal(alice.last('answered').body, 'their offer');
  alice.submit({ type: 'offer', call, body: 'hold' });
  network.seconds(0.1);
  assert.equal(network.sent(alice.host, 'INVITE').length, 1);
  alice.submit({ type: 'acknowledge', call, body: 'our answer' });
  network.seconds(0.1);
  assert.deepEqual(
    network.log.filter((line) => line.startsWith(`${alice.host}>`)).map((line) => line.split(' ')[1]),
    ['INVITE', 'ACK', 'INVITE'],
  );
  assert.equal(bob.last('offered').body, 'hold');
});

test('RFC 3261 §9.1, §15.1.2: a re-INVITE that met a 1xx leaves nothing behind when its call ends before its answer', () => {
  for (const provisionalFirst of [true, false]) {
    const { network, phone, wire, call } = talkToWire();
    wire.onMessage = (message) => {
      if (message.kind !== 'request') return;
      if (message.method === 'INVITE' && provisionalFirst) wire.answer(phone.host, message, 100);
      if (message.method === 'BYE') wire.answer(phone.host, message, 200);
      if (message.method === 'CANCEL') wire.answer(phone.host, message, 481);
    };
    phone.submit({ type: 'offer', call, body: 'hold' });
    network.seconds(0.4);
    const invite = network.sent(phone.host, 'INVITE').at(-1);
    assert.ok(invite?.kind === 'request');
    phone.submit({ type: 'hangup', call });
    network.seconds(1);
    assert.equal(phone.all('ended').length, 1);
    if (!provisionalFirst) wire.answer(phone.host, invite, 100);
    network.seconds(200);
    phone.assertEmpty();
  }
});

test.run();
