import assert from 'node:assert/strict';
import type { SipRequest } from '@switchhook/sip-core';
import { test } from 'uvu';
import { inDialog, Network, Phone, talkToWire, Wire } from './office.ts';

/** A phone whose registrar answers every REGISTER with what `answer` makes of it. */
function registering(answer: (wire: Wire, request: SipRequest, host: string) => void): {
  network: Network;
  phone: Phone;
  wire: Wire;
} {
  const network = new Network(7);
  const wire = new Wire(network, '192.0.2.9');
  const phone = new Phone(network, 'alice', '192.0.2.1', wire.host, { register: true });
  wire.onMessage = (message) => {
    if (message.kind === 'request' && message.method === 'REGISTER') answer(wire, message, phone.host);
  };
  phone.submit({ type: 'register', account: phone.account });
  network.seconds(3);
  return { network, phone, wire };
}

test('spec §10: only an address that others could reach us at is learned from `received`', () => {
  const hostile = [
    '"x>y"',
    '"a b"',
    '"<>;@,"',
    '"sip:evil"',
    '""',
    'a%00b',
    'example.com',
    '999.1.1.1',
    '[fe80',
    ':::::',
  ];
  const useless = ['0.0.0.0', '127.0.0.1', '239.1.1.1', '::', '::1', 'ff02::1'];
  for (const received of [...hostile, ...useless]) {
    const { phone, wire, network } = registering((registrar, request, host) => {
      const fields = ['From', 'To', 'Call-ID', 'CSeq'].map((name) => `${name}: ${request.headers.get(name)}`);
      const via = request.headers.get('Via')?.replace(';rport', `;rport=40000;received=${received}`);
      registrar.send(host, ['SIP/2.0 200 OK', `Via: ${via}`, ...fields, 'Content-Length: 0', '', ''].join('\r\n'));
    });
    const { state } = phone.last('registration');
    assert.ok(state.name === 'registered' && state.contact.endsWith('@192.0.2.1:5060'), `${received}: ${state.name}`);
    assert.equal(wire.requests('REGISTER').length, 1, received);
    phone.dial('sip:bob@example.com');
    network.seconds(1);
    assert.equal(wire.requests('INVITE').length > 0, true);
  }
});

test('RFC 3581 §4: an IPv6 address is learned as well as an IPv4 one', () => {
  for (const received of ['2001:db8::5', '[2001:db8::5]', '198.51.100.7']) {
    const { phone } = registering((registrar, request, host) => {
      const fields = ['From', 'To', 'Call-ID', 'CSeq'].map((name) => `${name}: ${request.headers.get(name)}`);
      const via = request.headers.get('Via')?.replace(';rport', `;rport=40000;received=${received}`);
      registrar.send(host, ['SIP/2.0 200 OK', `Via: ${via}`, ...fields, 'Content-Length: 0', '', ''].join('\r\n'));
    });
    const { state } = phone.last('registration');
    assert.ok(state.name === 'registered' && /@(198\.51\.100\.7|\[2001:db8::5\]):40000$/.test(state.contact), received);
  }
});

test('RFC 3261 §10.2.4: a registrar that grants a second is not hammered, one that grants for ever is not forgotten', () => {
  for (const [granted, least, most] of [
    [1, 600, 900],
    [10, 600, 900],
    [4_294_967_295, 1, 1],
  ] as const) {
    const { network, wire } = registering((registrar, request, host) => {
      const contact = request.headers.list('Contact')[0]!.replace(/expires=\d+/, `expires=${granted}`);
      registrar.answer(host, request, 200, { toTag: 'x', headers: [['Contact', contact]] });
    });
    network.seconds(3600);
    const count = wire.requests('REGISTER').length;
    assert.ok(count >= least && count <= most, `${granted} s: ${count} an hour`);
  }
});

test('spec §10: a flood of INVITEs does not cost a standing call its BYE, nor a ringing one its CANCEL', () => {
  const { network, phone, wire, call, invite } = talkToWire();
  const flood = (from: number, to: number): void => {
    for (let i = from; i < to; i++) {
      const fields = [`From: <sip:x@y>;tag=${i}`, 'To: <sip:alice@example.com>', `Call-ID: f${i}`, 'CSeq: 1 INVITE'];
      wire.say(phone.host, 'INVITE sip:alice@192.0.2.1 SIP/2.0', [...fields, 'Contact: <sip:x@192.0.2.9>']);
    }
  };
  const ringing = [
    'Via: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bKrings;rport',
    'Max-Forwards: 70',
    'From: <sip:x@y>;tag=rings',
    'To: <sip:alice@example.com>',
    'Call-ID: rings',
  ];
  const say = (method: string): void =>
    wire.send(
      phone.host,
      [
        `${method} sip:alice@192.0.2.1 SIP/2.0`,
        ...ringing,
        `CSeq: 1 ${method}`,
        'Contact: <sip:x@192.0.2.9>',
        'Content-Length: 0',
        '',
        '',
      ].join('\r\n'),
    );
  say('INVITE');
  flood(0, 700);
  network.seconds(0.1);
  say('CANCEL');
  wire.say(phone.host, 'BYE sip:a@192.0.2.1 SIP/2.0', inDialog(invite, 'wire', 1, 'BYE'));
  network.seconds(0.1);
  assert.equal(phone.all('ended').length, 2);
  assert.ok(phone.all('ended').some((event) => event.call === call));
  assert.ok(wire.responses(503).length > 100);
  // Nor does a To tag open the gate for everybody.
  for (let i = 0; i < 1500; i++) {
    wire.say(phone.host, 'BYE sip:a@192.0.2.1 SIP/2.0', [
      `From: <sip:x@y>;tag=${i}`,
      'To: <sip:alice@example.com>;tag=z',
      `Call-ID: g${i}`,
      'CSeq: 1 BYE',
    ]);
  }
  network.seconds(0.1);
  const { transactions } = phone.agent.census();
  assert.ok(transactions < 1100, `${transactions} transactions`);
  for (const event of phone.all('incoming')) phone.submit({ type: 'reject', call: event.call, status: 486 });
  network.seconds(200);
  phone.assertEmpty();
});

test('RFC 3261 §13.2.2.4: a thousand answers to one INVITE do not fill our memory', () => {
  const network = new Network(1);
  const phone = new Phone(network, 'alice', '192.0.2.1', '192.0.2.9');
  const wire = new Wire(network, '192.0.2.9');
  const call = phone.dial('sip:bob@example.com');
  network.seconds(0.1);
  const invite = wire.request('INVITE');
  for (let i = 0; i < 1000; i++) {
    wire.answer(phone.host, invite, 200, { toTag: `t${i}`, contact: 'sip:bob@192.0.2.9' });
  }
  network.seconds(0.1);
  assert.ok(phone.agent.census().dialogs <= 17);
  assert.equal(phone.all('answered').length, 1);
  network.seconds(200);
  phone.submit({ type: 'hangup', call });
  network.seconds(200);
  phone.assertEmpty();
});

test('RFC 3261 §13.3.1: an INVITE that expires in 136 years rings', () => {
  const network = new Network(1);
  const phone = new Phone(network, 'alice', '192.0.2.1', '192.0.2.9');
  const wire = new Wire(network, '192.0.2.9');
  wire.say(phone.host, 'INVITE sip:alice@192.0.2.1 SIP/2.0', [
    'From: <sip:bob@example.com>;tag=1',
    'To: <sip:alice@example.com>',
    'Call-ID: long',
    'CSeq: 1 INVITE',
    'Contact: <sip:bob@192.0.2.9>',
    'Expires: 4294967295',
  ]);
  network.seconds(60);
  assert.equal(phone.all('ended').length, 0);
  phone.submit({ type: 'reject', call: phone.last('incoming').call, status: 486 });
  network.seconds(200);
  phone.assertEmpty();
});

test('RFC 3261 §22: a challenge to a request that did not go to the server is not answered', () => {
  const network = new Network(3);
  const phone = new Phone(network, 'alice', '192.0.2.1', '127.0.0.1', { password: 'secret' });
  const wire = new Wire(network, '127.0.0.1');
  const call = phone.dial('sip:bob@example.com');
  network.seconds(0.1);
  const contact = 'sip:bob@127.0.0.1:5070';
  const answer = { toTag: 'b', contact, contentType: 'application/sdp', body: 'answer' };
  wire.answer(phone.host, wire.request('INVITE'), 200, answer);
  network.seconds(0.1);
  phone.submit({ type: 'hangup', call });
  network.seconds(0.1);
  const challenge: [string, string] = ['WWW-Authenticate', 'Digest realm="example.com", nonce="n", qop="auth"'];
  wire.answer(phone.host, wire.request('BYE'), 401, { headers: [challenge] });
  network.seconds(1);
  assert.equal(wire.requests('BYE').length, 1);
});

test.run();
