import assert from 'node:assert/strict';
import { DigestServer, type SipRequest } from '@switchhook/sip-core';
import { test } from 'uvu';
import { inDialog, Network, Phone, seededCrypto, talk, talkToWire, Wire } from './office.ts';
import { Exchange } from './proxy.ts';

const FRAGMENT = 'Content-Type: message/sipfrag;version=2.0';
const TO_CAROL = ['Contact: <sip:bob@192.0.2.9>', 'Refer-To: <sip:carol@example.com>'];
const ANSWER = { contact: 'sip:bob@192.0.2.9', contentType: 'application/sdp', body: 'answer' } as const;

test('transfer.md §3: REFER waits for the final response to our hold', () => {
  for (const status of [200, 488]) {
    const { network, phone, wire, call } = talkToWire();
    phone.submit({ type: 'offer', call, body: 'hold' });
    phone.refer(call, 'sip:carol@example.com');
    network.seconds(1);
    assert.equal(wire.requests('REFER').length, 0);
    wire.answer(phone.host, wire.request('INVITE'), status, ANSWER);
    network.seconds(0.1);
    assert.equal(wire.requests('REFER').length, 1);
    assert.ok(
      wire.heard.findLastIndex((one) => one.kind === 'request' && one.method === 'ACK') < wire.heard.length - 1,
    );
  }
});

test('transfer.md §3: REFER waits out the glare of a hold, and their own offer', () => {
  const glare = talkToWire();
  glare.phone.submit({ type: 'offer', call: glare.call, body: 'hold' });
  glare.phone.refer(glare.call, 'sip:carol@example.com');
  glare.network.seconds(0.1);
  glare.wire.answer(glare.phone.host, glare.wire.request('INVITE'), 491);
  glare.network.seconds(1);
  assert.equal(glare.wire.requests('REFER').length, 0);
  glare.network.seconds(3.2);
  glare.wire.answer(glare.phone.host, glare.wire.request('INVITE'), 200, ANSWER);
  glare.network.seconds(0.1);
  assert.equal(glare.wire.requests('REFER').length, 1);

  const { network, phone, wire, call, invite } = talkToWire();
  const fields = [
    ...inDialog(invite, 'wire', 1, 'INVITE'),
    'Contact: <sip:bob@192.0.2.9>',
    'Content-Type: application/sdp',
  ];
  wire.say(phone.host, 'INVITE sip:a@192.0.2.1 SIP/2.0', fields, 'moved');
  network.seconds(0.1);
  phone.refer(call, 'sip:carol@example.com');
  network.seconds(0.1);
  phone.submit({ type: 'answer-offer', call, offer: phone.last('offered').offer, body: 'ours' });
  network.seconds(0.1);
  assert.equal(wire.requests('REFER').length, 0, 'its ACK is missing');
  wire.say(phone.host, 'ACK sip:a@192.0.2.1 SIP/2.0', inDialog(invite, 'wire', 1, 'ACK'));
  network.seconds(0.1);
  assert.equal(wire.requests('REFER').length, 1);
});

test('transfer.md §3: a REFER that waits when the call ends is told as 481 and never sent', () => {
  const { network, phone, wire, call } = talkToWire();
  phone.submit({ type: 'offer', call, body: 'hold' });
  const refer = phone.refer(call, 'sip:carol@example.com');
  network.seconds(1);
  phone.submit({ type: 'hangup', call });
  assert.deepEqual([phone.last('refer-answered').refer, phone.last('refer-answered').status], [refer, 481]);
  network.seconds(100);
  assert.equal(wire.requests('REFER').length, 0);
  phone.assertEmpty();
});

test('transfer.md §3: a REFER waits 64*T1 at most, is then told as 491 and never sent', () => {
  const { network, phone, wire, call, invite } = talkToWire();
  for (const [n, wait] of [20, 20, 20].entries()) {
    // Their offers follow each other so that the exchange is never free.
    const fields = [...inDialog(invite, 'wire', n + 1, 'INVITE'), 'Contact: <sip:bob@192.0.2.9>'];
    wire.say(phone.host, 'INVITE sip:a@192.0.2.1 SIP/2.0', [...fields, 'Content-Type: application/sdp'], 'moved');
    network.seconds(0.1);
    if (n === 0) phone.refer(call, 'sip:carol@example.com');
    phone.submit({ type: 'offer', call, body: `hold ${n}` });
    network.seconds(wait - 0.1);
    phone.submit({ type: 'refuse-offer', call, offer: phone.last('offered').offer, status: 488 });
    network.seconds(0.1);
    if (n < 2) wire.answer(phone.host, wire.request('INVITE'), 100);
    if (n === 0) assert.equal(phone.all('refer-answered').length, 0);
  }
  assert.equal(phone.last('refer-answered').status, 491);
  assert.equal(wire.requests('REFER').length, 0);
});

test('RFC 3261 §12.2.1.1: a REFER in a dialog follows its route set', () => {
  const exchange = new Exchange({ recordRoute: true });
  const alice = exchange.phone('alice');
  const bob = exchange.phone('bob');
  const { call } = exchange.connect(alice, bob, 'bob');
  alice.refer(call, 'sip:carol@example.com');
  exchange.network.seconds(0.1);
  const [refer] = exchange.network.sent(alice.host, 'REFER') as [SipRequest];
  assert.deepEqual(refer.headers.list('Route'), ['<sip:192.0.2.9;lr>']);
  assert.equal(refer.uri, alice.last('answered').peer.target);
  assert.equal(bob.all('refer-requested').length, 1);
});

/** A phone with a password in a call with a wire that asks for it. */
function challenged() {
  const network = new Network();
  const phone = new Phone(network, 'alice', '192.0.2.1', '192.0.2.9', { password: 'secret' });
  const wire = new Wire(network, '192.0.2.9');
  const call = phone.dial('sip:bob@example.com');
  network.seconds(0.1);
  const invite = wire.request('INVITE');
  wire.answer(phone.host, invite, 200, { toTag: 'wire', ...ANSWER });
  network.seconds(0.1);
  const server = (side: 'server' | 'proxy') =>
    new DigestServer({
      crypto: seededCrypto(network.random),
      realm: 'example.com',
      side,
      passwordOf: (user) => (user === 'alice' ? 'secret' : undefined),
    });
  return { network, phone, wire, call, invite, server };
}

test('transfer.md §2.9: 401 and 407 on REFER: again with CSeq+1, a new branch, the same dialog, and stale=true once more', () => {
  for (const side of ['server', 'proxy'] as const) {
    const { network, phone, wire, call, server, invite } = challenged();
    const digest = server(side);
    phone.refer(call, 'sip:carol@example.com');
    network.seconds(0.1);
    const status = side === 'server' ? 401 : 407;
    const name = side === 'server' ? 'Authorization' : 'Proxy-Authorization';
    const now = (): number => network.clock.now();
    wire.answer(phone.host, wire.request('REFER'), status, { headers: digest.challenge(now(), false) });
    network.seconds(0.1);
    wire.answer(phone.host, wire.request('REFER'), status, { headers: digest.challenge(now(), true) });
    network.seconds(0.1);
    const refers = wire.requests('REFER');
    assert.equal(refers.length, 3);
    const [first, second, third] = refers.map((one) => Number.parseInt(one.headers.get('CSeq')!, 10)) as [
      number,
      number,
      number,
    ];
    assert.deepEqual([second, third], [first + 1, first + 2]);
    assert.equal(new Set(refers.map((one) => /branch=([^;]+)/.exec(one.headers.get('Via')!)![1])).size, 3);
    assert.equal(new Set(refers.map((one) => one.headers.get('From')! + one.headers.get('Call-ID'))).size, 1);
    assert.match(refers[2]!.headers.get(name)!, /uri="sip:bob@192\.0\.2\.9"/);
    assert.equal(digest.verify(refers[2]!, now()).name, 'accepted');
    wire.answer(phone.host, refers[2]!, 202);
    network.seconds(0.1);
    assert.equal(phone.all('refer-answered').length, 1);
    // The id of its NOTIFYs is the CSeq of the one that was accepted.
    wire.say(
      phone.host,
      'NOTIFY sip:a@192.0.2.1 SIP/2.0',
      [...inDialog(invite, 'wire', 1, 'NOTIFY'), `Event: refer;id=${third}`, 'Subscription-State: active', FRAGMENT],
      'SIP/2.0 200 OK\r\n',
    );
    network.seconds(0.1);
    assert.equal(phone.last('refer-notified').status, 200);
  }
});

test('transfer.md §2.9: a second refusal of the same credentials is the answer', () => {
  const { network, phone, wire, call, server } = challenged();
  const digest = server('server');
  phone.refer(call, 'sip:carol@example.com');
  for (let n = 0; n < 6; n++) {
    network.seconds(0.1);
    const headers = digest.challenge(network.clock.now(), false);
    if (phone.all('refer-answered').length === 0) wire.answer(phone.host, wire.request('REFER'), 401, { headers });
  }
  assert.equal(phone.last('refer-answered').status, 401);
  assert.equal(wire.requests('REFER').length, 2);
  assert.equal(phone.all('ended').length, 0);
});

test('transfer.md §9: a REFER that is sent again is answered the same and asked once; its CSeq on a new branch gets 482', () => {
  const { network, phone, wire, invite } = talkToWire();
  const line = 'REFER sip:a@192.0.2.1 SIP/2.0';
  const text = (branch: string): string =>
    [
      line,
      `Via: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK${branch}`,
      'Max-Forwards: 70',
      ...inDialog(invite, 'wire', 7, 'REFER'),
      ...TO_CAROL,
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n');
  wire.send(phone.host, text('one-and-only'));
  network.seconds(0.1);
  phone.submit({ type: 'answer-refer', refer: phone.last('refer-requested').refer, status: 202 });
  for (let n = 0; n < 3; n++) wire.send(phone.host, text('one-and-only'));
  network.seconds(0.1);
  assert.equal(wire.responses(202).length, 4);
  wire.send(phone.host, text('another'));
  network.seconds(0.1);
  assert.equal(wire.responses(482).length, 1);
  wire.say(phone.host, line, [...inDialog(invite, 'wire', 6, 'REFER'), ...TO_CAROL]);
  network.seconds(0.1);
  assert.equal(wire.responses(500).length, 1);
  assert.equal(phone.all('refer-requested').length, 1);
});

test('transfer.md §5: Subscription-State missing is active before a verdict and terminated with one; a body may be missing', () => {
  const { network, phone, wire, call, invite } = talkToWire();
  phone.refer(call, 'sip:carol@example.com');
  network.seconds(0.1);
  wire.answer(phone.host, wire.request('REFER'), 202);
  const notify = (cseq: number, fields: readonly string[], body: string): void =>
    wire.say(
      phone.host,
      'NOTIFY sip:a@192.0.2.1 SIP/2.0',
      [...inDialog(invite, 'wire', cseq, 'NOTIFY'), 'Event: refer', ...fields],
      body,
    );
  notify(1, [FRAGMENT], 'SIP/2.0 180 Ringing\r\n');
  notify(2, ['Subscription-State: terminated;reason=noresource'], '');
  notify(3, [FRAGMENT], 'SIP/2.0 603 Decline\r\n');
  network.seconds(0.1);
  assert.deepEqual(
    phone.all('refer-notified').map((event) => [event.status, event.subscription]),
    [
      [180, 'active'],
      [undefined, 'terminated'],
      [603, 'terminated'],
    ],
  );
  assert.equal(wire.responses(200).length, 3);
});

test('transfer.md §9 row 17: after a second REFER a late NOTIFY of the first, named by id, is not its verdict', () => {
  const { network, phone, wire, call, invite } = talkToWire();
  const ids = [1, 2].map((round) => {
    const refer = phone.refer(call, `sip:carol${round}@example.com`);
    network.seconds(0.1);
    wire.answer(phone.host, wire.request('REFER'), 202);
    network.seconds(0.1);
    return [refer, wire.request('REFER').headers.get('CSeq')!.split(' ')[0]!] as const;
  });
  const notify = (cseq: number, id: string, status: string): void =>
    wire.say(
      phone.host,
      'NOTIFY sip:a@192.0.2.1 SIP/2.0',
      [
        ...inDialog(invite, 'wire', cseq, 'NOTIFY'),
        `Event: refer;id=${id}`,
        'Subscription-State: terminated',
        FRAGMENT,
      ],
      `SIP/2.0 ${status}\r\n`,
    );
  notify(1, ids[0]![1], '503 Service Unavailable');
  notify(2, ids[1]![1], '200 OK');
  network.seconds(40);
  // Both are long gone: answered, and nobody's verdict. An id that was never given out is another thing.
  notify(3, ids[0]![1], '200 OK');
  notify(4, '4711', '200 OK');
  network.seconds(0.1);
  assert.deepEqual(
    phone.all('refer-notified').map((event) => [event.refer, event.status]),
    [
      [ids[0]![0], 503],
      [ids[1]![0], 200],
    ],
  );
  assert.deepEqual([wire.responses(200).length, wire.responses(481).length], [3, 1]);
});

test('transfer.md §7.2: a flood of REFERs is answered one by one: one undecided a dialog, five a minute, the call goes on', () => {
  const { network, phone, wire, invite, call } = talkToWire();
  const statuses = (): number[] =>
    wire.heard.flatMap((one) =>
      one.kind === 'response' && one.headers.get('CSeq')!.endsWith('REFER') ? [one.status] : [],
    );
  const refer = (cseq: number): void =>
    wire.say(phone.host, 'REFER sip:a@192.0.2.1 SIP/2.0', [...inDialog(invite, 'wire', cseq, 'REFER'), ...TO_CAROL]);
  refer(1);
  refer(2);
  network.seconds(0.1);
  assert.deepEqual(statuses(), [491]);
  phone.submit({ type: 'answer-refer', refer: phone.last('refer-requested').refer, status: 603 });
  for (let n = 3; n < 103; n++) {
    refer(n);
    network.seconds(0.01);
    const asked = phone.last('refer-requested').refer;
    phone.submit({ type: 'answer-refer', refer: asked, status: 603 });
  }
  network.seconds(1);
  const told = statuses();
  assert.equal(told.length, 102, 'every one is answered');
  assert.deepEqual([told.filter((one) => one === 603).length, told.filter((one) => one === 503).length], [5, 96]);
  assert.equal(phone.all('refer-requested').length, 5);
  assert.equal(phone.agent.census().subscriptions, 0);
  network.seconds(60);
  refer(200);
  network.seconds(0.1);
  assert.equal(phone.all('refer-requested').length, 6);
  phone.submit({ type: 'hangup', call });
});

test('transfer.md §5: as notifier, 404, 481 and 489 to a NOTIFY stop it and nothing else; silence too', () => {
  for (const status of [404, 481, 489, undefined]) {
    const { network, phone, wire, invite } = talkToWire();
    wire.onMessage = (message) => {
      if (status !== undefined && message.kind === 'request' && message.method === 'NOTIFY')
        wire.answer(phone.host, message, status);
    };
    wire.say(phone.host, 'REFER sip:a@192.0.2.1 SIP/2.0', [...inDialog(invite, 'wire', 1, 'REFER'), ...TO_CAROL]);
    network.seconds(0.1);
    const { refer } = phone.last('refer-requested');
    phone.submit({ type: 'answer-refer', refer, status: 202 });
    const placed = phone.dial('sip:carol@example.com');
    network.seconds(33);
    phone.submit({ type: 'report-refer', refer, status: 180 });
    phone.submit({ type: 'report-refer', refer, status: 200 });
    network.seconds(1);
    assert.equal(new Set(wire.requests('NOTIFY').map((one) => one.headers.get('CSeq'))).size, 1);
    assert.equal(phone.agent.census().subscriptions, 0);
    // The call that was asked for failed for want of an answer, not for want of listeners.
    assert.ok(phone.all('ended').every((event) => event.call === placed && event.cause.how === 'timeout'));
    assert.equal(wire.requests('BYE').length + wire.requests('CANCEL').length, 0);
  }
});

test('transfer.md §7.7: the referrer who hangs up right after the 202 hears the rest all the same', () => {
  const { network, alice, bob, aliceCall, bobCall } = talk();
  const refer = alice.refer(aliceCall, 'sip:carol@example.com');
  network.seconds(0.1);
  const asked = bob.last('refer-requested').refer;
  bob.submit({ type: 'answer-refer', refer: asked, status: 202 });
  network.seconds(0.28);
  alice.submit({ type: 'hangup', call: aliceCall });
  network.seconds(1);
  assert.equal(bob.last('ended').call, bobCall);
  for (const status of [180, 183, 183, 503]) {
    bob.submit({ type: 'report-refer', refer: asked, status });
    network.seconds(0.1);
  }
  assert.deepEqual(
    alice.all('refer-notified').map((event) => [event.refer, event.status, event.subscription]),
    [100, 180, 183, 503].map((status) => [refer, status, status === 503 ? 'terminated' : 'active']),
  );
  network.seconds(120);
  alice.assertEmpty();
  bob.assertEmpty();
});

test.run();
