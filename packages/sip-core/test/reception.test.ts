import assert from 'node:assert/strict';
import { test } from 'uvu';
import { Network, Phone, talk, Wire } from './office.ts';

function setup(acceptFrom: 'servers' | 'any' = 'servers'): {
  network: Network;
  phone: Phone;
  server: Wire;
  stranger: Wire;
} {
  const network = new Network();
  return {
    network,
    phone: new Phone(network, 'alice', '192.0.2.1', '192.0.2.9', {}, { acceptFrom }),
    server: new Wire(network, '192.0.2.9'),
    stranger: new Wire(network, '203.0.113.66'),
  };
}

function request(method: string, more: readonly string[] = [], id = 'one'): [string, string[]] {
  return [
    `${method} sip:alice@192.0.2.1 SIP/2.0`,
    [
      'From: "Carol" <sip:carol@example.com>;tag=c',
      'To: <sip:alice@example.com>',
      `Call-ID: ${id}`,
      `CSeq: 1 ${method}`,
      ...more,
    ],
  ];
}

const SDP = ['Contact: <sip:carol@192.0.2.9>', 'Content-Type: application/sdp'];

test('spec §10: a stranger gets no answer at all, whatever he sends', () => {
  const { network, phone, stranger } = setup();
  for (const method of ['INVITE', 'OPTIONS', 'REGISTER', 'BYE', 'NOTIFY', 'REFER', 'WHATEVER']) {
    stranger.say(phone.host, ...request(method, [], method));
  }
  stranger.send(phone.host, 'INVITE sip:100@1.1.1.1 SIP/3.0\r\nVia: SIP/2.0/UDP 203.0.113.66;branch=z9hG4bKa\r\n\r\n');
  network.seconds(40);
  assert.equal(stranger.heard.length, 0);
  assert.equal(phone.all('incoming').length, 0);
  assert.equal(phone.all('note').filter(({ word }) => word === 'stranger').length, 7);
  phone.assertEmpty();
});

test('RFC 3261 §8.2: what is not for us is refused with the right word', () => {
  const { network, phone, server } = setup('any');
  const answerTo = (line: string, fields: readonly string[], body = ''): number | undefined => {
    const before = server.heard.length;
    server.say(phone.host, line, fields, body);
    network.seconds(0.1);
    const last = server.heard.slice(before).at(-1);
    return last?.kind === 'response' ? last.status : undefined;
  };
  const [line, fields] = request('INVITE', SDP, 'a');
  assert.equal(answerTo(line.replace('alice', 'nobody'), fields, 'offer'), 404);
  assert.equal(answerTo('INVITE tel:+4912345 SIP/2.0', request('INVITE', SDP, 'b')[1], 'offer'), 416);
  assert.equal(answerTo(...request('INVITE', ['Require: frobnicate', ...SDP], 'c'), 'offer'), 420);
  assert.equal(answerTo(...request('INVITE', ['Content-Type: text/plain'], 'd'), 'offer'), 415);
  assert.equal(answerTo(...request('INVITE', [...SDP, 'Content-Encoding: gzip'], 'e'), 'offer'), 415);
  assert.equal(answerTo(...request('SUBSCRIBE', [], 'f')), 405);
  assert.equal(answerTo(...request('FROBNICATE', [], 'g')), 501);
  assert.equal(answerTo(...request('NOTIFY', ['Event: presence'], 'h')), 489);
  assert.equal(answerTo(...request('NOTIFY', ['Event: refer'], 'i')), 481);
  assert.equal(answerTo(...request('CANCEL', [], 'j')), 481);
  assert.equal(answerTo(...request('BYE', [], 'k')), 481);
  assert.equal(answerTo(...request('OPTIONS', [], 'l')), 200);
  assert.match(server.responses(200)[0]?.headers.get('Allow') ?? '', /INVITE/);
  assert.match(server.responses(405)[0]?.headers.get('Allow') ?? '', /REFER/);
  assert.equal(phone.all('incoming').length, 0);
});

test('RFC 3261 §8.2.2.2: the same INVITE along another way gets 482', () => {
  const { network, phone, server } = setup();
  server.say(phone.host, ...request('INVITE', SDP), 'offer');
  server.say(phone.host, ...request('INVITE', SDP), 'offer');
  network.seconds(1);
  assert.ok(server.responses(482).length > 0);
  assert.equal(phone.all('incoming').length, 1);
});

test('RFC 3325 §9: P-Asserted-Identity counts only from our own server', () => {
  for (const [acceptFrom, from, verified] of [
    ['servers', '192.0.2.9', true],
    ['any', '203.0.113.66', false],
  ] as const) {
    const { network, phone, server, stranger } = setup(acceptFrom);
    const wire = from === server.host ? server : stranger;
    const more = ['P-Asserted-Identity: "The Boss" <sip:1@example.com>', 'Call-Info: <sip:x>;answer-after=0', ...SDP];
    wire.say(phone.host, ...request('INVITE', more), 'offer');
    network.seconds(0.1);
    const incoming = phone.last('incoming');
    assert.equal(incoming.trusted, verified);
    assert.deepEqual(
      incoming.peer.party,
      verified
        ? { uri: 'sip:1@example.com', display: 'The Boss', verified: true }
        : { uri: 'sip:carol@example.com', display: 'Carol', verified: false },
    );
    assert.equal(incoming.answerAfterS, verified ? 0 : undefined);
  }
});

test('features §13: Remote-Party-ID of our own server counts where P-Asserted-Identity is missing, unless it wants privacy', () => {
  const pai = 'P-Asserted-Identity: <sip:1@example.com>';
  for (const [fields, uri] of [
    [['Remote-Party-ID: "Boss" <sip:2@example.com>;party=calling;screen=yes'], 'sip:2@example.com'],
    [['Remote-Party-ID: <sip:2@example.com>;privacy=off', pai], 'sip:1@example.com'],
    [['Remote-Party-ID: <sip:2@example.com>;privacy=full'], 'sip:carol@example.com'],
    [['Remote-Party-ID: <<'], 'sip:carol@example.com'],
  ] as const) {
    const { network, phone, server } = setup('servers');
    server.say(phone.host, ...request('INVITE', [...fields, ...SDP]), 'offer');
    network.seconds(0.1);
    const { party } = phone.last('incoming').peer;
    assert.deepEqual([party.uri, party.verified], [uri, !uri.includes('carol')]);
  }
});

/** What an eavesdropper can write who knows Call-ID and both tags of alice's call. */
function overheard(alice: ReturnType<typeof talk>['alice'], method: string): [string, string[]] {
  const { dialog } = alice.last('answered');
  const fields = [
    `From: <sip:bob@example.com>;tag=${dialog.remoteTag}`,
    `To: <sip:alice@example.com>;tag=${dialog.localTag}`,
    `Call-ID: ${dialog.sipCallId}`,
    `CSeq: 900 ${method}`,
    'Contact: <sip:eve@203.0.113.66>',
    'Refer-To: <sip:eve@203.0.113.66>',
    'Event: refer',
    'Subscription-State: terminated;reason=noresource',
  ];
  return [`${method} sip:a@192.0.2.1 SIP/2.0`, fields];
}

for (const method of ['BYE', 'REFER', 'NOTIFY', 'INVITE', 'UPDATE', 'INFO', 'OPTIONS']) {
  test(`sip-core §10: ${method} inside a dialog from where the dialog has never been is not heard, whatever ids it knows`, () => {
    for (const acceptFrom of ['servers', 'any'] as const) {
      const { network, alice, bob } = talk(1, {}, { acceptFrom });
      const elsewhere = new Wire(network, '203.0.113.66');
      elsewhere.say(alice.host, ...overheard(alice, method));
      network.seconds(40);
      assert.equal(elsewhere.heard.length, 0, 'no answer');
      assert.deepEqual(alice.all('ended').length + alice.all('refer-requested').length, 0);
      assert.deepEqual([alice.last('note').word, alice.last('note').detail], ['foreign-source', method]);
      bob.submit({ type: 'shutdown' });
      network.seconds(1);
      assert.equal(alice.last('ended').cause.how, 'bye', "the far end's own BYE is heard as before");
    }
  });
}

test('sip-core §10: with inDialogFrom any a request of a live dialog is taken from wherever it comes, by all three ids', () => {
  const { network, alice, bob } = talk(1, {}, { inDialogFrom: 'any' });
  const elsewhere = new Wire(network, '203.0.113.66');
  elsewhere.say(alice.host, ...overheard(alice, 'BYE'));
  network.seconds(0.1);
  assert.equal(elsewhere.responses(200).length, 1);
  assert.equal(alice.last('ended').cause.how, 'bye');
  assert.equal(alice.last('note').word, 'foreign-source');
  bob.submit({ type: 'shutdown' });
});

test('sip-core §10: another node of the server may speak in a dialog: alsoAt names it', () => {
  const { network, alice, bob } = talk(1, { server: { host: '192.0.2.2', port: 5060, alsoAt: ['203.0.113.66'] } });
  const node = new Wire(network, '203.0.113.66');
  node.say(alice.host, ...overheard(alice, 'BYE'));
  network.seconds(0.1);
  assert.equal(node.responses(200).length, 1);
  assert.equal(alice.all('note').filter(({ word }) => word === 'foreign-source').length, 0);
  bob.submit({ type: 'shutdown' });
});

test('sip-core §10: where Contact or Record-Route say that the far end is, it may speak from, whatever its port', () => {
  for (const more of [
    ['Contact: <sip:carol@198.51.100.7:5080>'],
    ['Contact: <sip:carol@pbx.example>', 'Record-Route: <sip:198.51.100.7;lr>'],
  ]) {
    const { network, phone, server } = setup();
    server.say(phone.host, ...request('INVITE', [...more, 'Content-Type: application/sdp']), 'offer');
    network.seconds(0.1);
    phone.submit({ type: 'answer', call: phone.last('incoming').call, body: 'answer' });
    network.seconds(0.1);
    const tag = /tag=(.*)$/.exec(server.responses(200)[0]?.headers.get('To') ?? '')?.[1];
    const inside = (method: string, cseq: number): [string, string[]] => [
      `${method} sip:alice@192.0.2.1 SIP/2.0`,
      [
        'From: "Carol" <sip:carol@example.com>;tag=c',
        `To: <sip:alice@example.com>;tag=${tag}`,
        'Call-ID: one',
        `CSeq: ${cseq} ${method}`,
      ],
    ];
    const direct = new Wire(network, '198.51.100.7');
    direct.say(phone.host, ...inside('ACK', 1));
    direct.say(phone.host, ...inside('BYE', 2));
    network.seconds(0.1);
    assert.equal(direct.responses(200).length, 1);
    assert.equal(phone.last('ended').cause.how, 'bye');
  }
});

test("RFC 3261 §15.1.2: BYE in the caller's early dialog ends the ringing call", () => {
  const { network, phone, server } = setup();
  server.say(phone.host, ...request('INVITE', SDP), 'offer');
  network.seconds(0.1);
  phone.submit({ type: 'ring', call: phone.last('incoming').call });
  network.seconds(0.1);
  const tag = /tag=(.*)$/.exec(server.responses(180)[0]?.headers.get('To') ?? '')?.[1];
  server.say(phone.host, 'BYE sip:alice@192.0.2.1 SIP/2.0', [
    'From: <sip:carol@example.com>;tag=c',
    `To: <sip:alice@example.com>;tag=${tag}`,
    'Call-ID: one',
    'CSeq: 2 BYE',
    'Reason: Q.850;cause=16',
  ]);
  network.seconds(0.1);
  assert.equal(server.responses(487).length > 0, true);
  assert.deepEqual(phone.last('ended').cause, { by: 'remote', how: 'bye', reason: { protocol: 'Q.850', cause: 16 } });
  network.seconds(120);
  phone.assertEmpty();
});

test('RFC 3261 §13.3.1: an unanswered INVITE ends with 487 when its Expires has passed', () => {
  const { network, phone, server } = setup();
  server.say(phone.host, ...request('INVITE', ['Expires: 20', ...SDP]), 'offer');
  network.seconds(25);
  assert.ok(server.responses(487).length > 0);
  assert.equal(phone.last('ended').cause.how, 'cancel');
});

test('RFC 3261 §13.3.1.1: a ringing call repeats its 180 every minute', () => {
  const { network, phone, server } = setup();
  server.say(phone.host, ...request('INVITE', SDP), 'offer');
  network.seconds(0.1);
  phone.submit({ type: 'ring', call: phone.last('incoming').call });
  network.seconds(150);
  assert.equal(server.responses(180).length, 3);
});

test('RFC 3261 §18.2.2, RFC 3581 §4: the answer goes to the source with received and rport filled in', () => {
  const { network, phone, server } = setup();
  server.send(
    phone.host,
    [
      'OPTIONS sip:192.0.2.1 SIP/2.0',
      'Via: SIP/2.0/UDP 10.0.0.1:5099;branch=z9hG4bKx1;rport',
      'From: <sip:pbx@example.com>;tag=p',
      'To: <sip:192.0.2.1>',
      'Call-ID: ping',
      'CSeq: 1 OPTIONS',
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n'),
  );
  network.seconds(0.1);
  const via = server.responses(200)[0]?.headers.get('Via') ?? '';
  assert.match(via, /received=192\.0\.2\.9/);
  assert.match(via, /rport=5060/);
});

test('spec §10: above the most calls of the settings an INVITE gets 503 with Retry-After, below it none does', () => {
  const network = new Network();
  const phone = new Phone(network, 'alice', '192.0.2.1', '192.0.2.9', {}, { limits: { calls: 2 } });
  const server = new Wire(network, '192.0.2.9');
  for (const id of ['a', 'b', 'c']) {
    server.say(phone.host, ...request('INVITE', SDP, id), 'offer');
    network.seconds(0.1);
  }
  assert.equal(phone.all('incoming').length, 2);
  const last = server.heard.at(-1)!;
  assert.equal(last.kind === 'response' ? last.status : undefined, 503);
  assert.equal(last.headers.get('Retry-After'), '10');
});

test('RFC 5630 §5.1.1.1: a request to a sips URI that did not come over TLS is refused', () => {
  const network = new Network(3);
  const phone = new Phone(network, 'alice', '192.0.2.1', '192.0.2.9');
  const wire = new Wire(network, '192.0.2.9');
  wire.say(phone.host, 'INVITE sips:alice@192.0.2.1 SIP/2.0', [
    'From: <sip:x@y>;tag=a',
    'To: <sips:alice@192.0.2.1>',
    'Call-ID: sips',
    'CSeq: 1 INVITE',
    'Contact: <sip:x@192.0.2.9>',
  ]);
  network.seconds(0.1);
  assert.equal(wire.responses(416).length, 1);
});

test.run();
