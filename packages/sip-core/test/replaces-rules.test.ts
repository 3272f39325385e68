import assert from 'node:assert/strict';
import { token } from '@switchhook/sans-io';
import { type DialogIdentity, type SipRequest, toTagOf } from '@switchhook/sip-core';
import { test } from 'uvu';
import { inDialog, Network, Phone, talkToWire, Wire } from './office.ts';
import { Exchange } from './proxy.ts';

/** Replaces for the eyes of the one whose dialog is `identity`. */
function replacing(identity: DialogIdentity): string {
  return `${identity.sipCallId};to-tag=${identity.localTag};from-tag=${identity.remoteTag}`;
}

/** An INVITE of Carol's, by any wire; gives the last answer to it. */
function ask(network: Network, wire: Wire, to: string, id: string, fields: readonly string[], user = 'alice') {
  const more = ['Content-Type: application/sdp', `Contact: <sip:carol@${wire.host}>`, ...fields];
  wire.say(
    to,
    `INVITE sip:${user}@192.0.2.1 SIP/2.0`,
    [
      'From: <sip:carol@example.com>;tag=carol',
      `To: <sip:${user}@example.com>`,
      `Call-ID: ${id}`,
      'CSeq: 1 INVITE',
      ...more,
    ],
    'offer',
  );
  network.seconds(0.1);
  const answer = wire.heard.filter((one) => one.headers.get('Call-ID') === id).at(-1);
  return answer?.kind === 'response' ? answer.status : undefined;
}

function acknowledge(wire: Wire, to: string, id: string): void {
  const ok = wire.responses(200).find((one) => one.headers.get('Call-ID') === id);
  assert.ok(ok, `${id} was not answered`);
  wire.say(to, 'ACK sip:alice@192.0.2.1 SIP/2.0', [
    'From: <sip:carol@example.com>;tag=carol',
    `To: <sip:alice@example.com>;tag=${toTagOf(ok)}`,
    `Call-ID: ${id}`,
    'CSeq: 1 ACK',
  ]);
}

test('RFC 3891 §3: Replaces in anything but an INVITE gets 400, in and out of dialogs, and ends nothing', () => {
  const { network, phone, wire, invite } = talkToWire();
  const replaces = `Replaces: ${replacing(phone.last('answered').dialog)}`;
  let count = 0;
  for (const method of ['BYE', 'UPDATE', 'OPTIONS', 'REFER', 'NOTIFY', 'INFO']) {
    wire.say(phone.host, `${method} sip:a@192.0.2.1 SIP/2.0`, [...inDialog(invite, 'wire', ++count, method), replaces]);
  }
  wire.say(phone.host, 'INVITE sip:a@192.0.2.1 SIP/2.0', [...inDialog(invite, 'wire', ++count, 'INVITE'), replaces]);
  wire.say(phone.host, 'OPTIONS sip:alice@192.0.2.1 SIP/2.0', [
    'From: <sip:carol@example.com>;tag=carol',
    'To: <sip:alice@example.com>',
    'Call-ID: outside',
    'CSeq: 1 OPTIONS',
    replaces,
  ]);
  network.seconds(0.1);
  assert.equal(
    new Set(wire.responses(400).map((one) => one.headers.get('CSeq') + one.headers.get('Call-ID')!)).size,
    8,
  );
  assert.deepEqual([phone.all('ended').length, phone.all('offered').length], [0, 0]);
});

test('RFC 3891 §3: a from-tag of 0 also means no tag; when it means two dialogs it gets 481', () => {
  const network = new Network();
  const phone = new Phone(network, 'alice', '192.0.2.1', '192.0.2.9');
  const wire = new Wire(network, '192.0.2.9');
  const invite = (from: string): string => {
    wire.say(
      phone.host,
      'INVITE sip:alice@192.0.2.1 SIP/2.0',
      [
        `From: <sip:old@example.com>${from}`,
        'To: <sip:alice@example.com>',
        'Call-ID: old',
        'CSeq: 1 INVITE',
        'Contact: <sip:old@192.0.2.9>',
        'Content-Type: application/sdp',
      ],
      'offer',
    );
    network.seconds(0.1);
    const { call } = phone.last('incoming');
    phone.submit({ type: 'answer', call, body: 'answer' });
    network.seconds(0.1);
    const tag = toTagOf(wire.responses(200).at(-1)!)!;
    wire.say(phone.host, 'ACK sip:alice@192.0.2.1 SIP/2.0', [
      `From: <sip:old@example.com>${from}`,
      `To: <sip:alice@example.com>;tag=${tag}`,
      'Call-ID: old',
      'CSeq: 1 ACK',
    ]);
    network.seconds(0.1);
    assert.equal(phone.last('answered').call, call);
    return tag;
  };
  const tag = invite('');
  assert.equal(ask(network, wire, phone.host, 'zero', [`Replaces: old;to-tag=${tag};from-tag=0`]), undefined);
  assert.equal(phone.last('incoming').replaces?.call, phone.all('incoming')[0]!.call);
  assert.equal(ask(network, wire, phone.host, 'none', [`Replaces: old;to-tag=${tag};from-tag=1`]), 481);
});

test('RFC 3891 §3: only one call is moved, once: the ids of a moved call get 603, later 481', () => {
  const { network, phone, wire, call } = talkToWire();
  const { dialog } = phone.last('answered');
  const fields = [`Replaces: ${replacing(dialog)}`];
  assert.equal(ask(network, wire, phone.host, 'first', fields), undefined);
  const moved = phone.last('incoming').call;
  phone.submit({ type: 'answer', call: moved, body: 'answer' });
  network.seconds(0.1);
  acknowledge(wire, phone.host, 'first');
  network.seconds(0.1);
  assert.deepEqual(phone.last('ended'), { type: 'ended', call, cause: { by: 'remote', how: 'replaced' } });
  wire.answer(phone.host, wire.request('BYE'), 200);
  // The same once more, as whoever listened could say it.
  assert.equal(ask(network, wire, phone.host, 'replay', fields), 603);
  network.seconds(33);
  assert.equal(ask(network, wire, phone.host, 'late', fields), 481);
  assert.equal(phone.all('incoming').length, 1);
  assert.equal(new Set(wire.requests('BYE').map((bye) => bye.headers.get('CSeq'))).size, 1, 'exactly one BYE');
  assert.equal(phone.all('ended').length, 1, 'the new call lives');
});

test('RFC 3891 §3: without the ACK the new call fails after 64*T1 and the old one goes on', () => {
  const { network, phone, wire, call } = talkToWire();
  ask(network, wire, phone.host, 'new', [`Replaces: ${replacing(phone.last('answered').dialog)}`]);
  const fresh = phone.last('incoming').call;
  phone.submit({ type: 'answer', call: fresh, body: 'answer' });
  network.seconds(31);
  assert.equal(phone.all('ended').length, 0);
  network.seconds(3);
  assert.equal(phone.last('ended').call, fresh);
  assert.ok(wire.requests('BYE').every((bye) => bye.headers.get('Call-ID') === 'new'));
  // It can still be moved by one who means it.
  ask(network, wire, phone.host, 'again', [`Replaces: ${replacing(phone.last('answered').dialog)}`]);
  assert.equal(phone.last('incoming').replaces?.call, call);
});

test('RFC 3891 §3: the caller who gives up before the answer leaves the old call as it is', () => {
  const { network, phone, wire } = talkToWire();
  ask(network, wire, phone.host, 'new', [`Replaces: ${replacing(phone.last('answered').dialog)}`]);
  const fresh = phone.last('incoming').call;
  phone.submit({ type: 'reject', call: fresh, status: 488 });
  network.seconds(1);
  assert.equal(wire.requests('BYE').length, 0);
  assert.deepEqual(
    phone.all('ended').map((event) => event.call),
    [fresh],
  );
});

test('RFC 3891 §5: guessed, swapped and partly right ids move no call and ring nowhere', () => {
  const { network, phone, wire } = talkToWire();
  const { sipCallId, localTag, remoteTag } = phone.last('answered').dialog;
  const tries = [
    `${sipCallId};to-tag=${remoteTag};from-tag=${localTag}`,
    `${sipCallId};to-tag=${localTag};from-tag=${localTag}`,
    `${sipCallId};to-tag=${remoteTag};from-tag=${remoteTag}`,
    `${sipCallId};to-tag=${localTag.toUpperCase()}x;from-tag=${remoteTag}`,
    `${sipCallId};to-tag=0;from-tag=0`,
    `${sipCallId};to-tag=0;from-tag=${remoteTag}`,
    `${sipCallId};to-tag=${localTag};from-tag=0`,
    `${sipCallId}x;to-tag=${localTag};from-tag=${remoteTag}`,
    `${sipCallId.toUpperCase()};to-tag=${localTag};from-tag=${remoteTag}`.replace(sipCallId, 'another'),
  ];
  for (const [n, value] of tries.entries()) {
    assert.equal(ask(network, wire, phone.host, `guess-${n}`, [`Replaces: ${value}`]), 481, value);
  }
  assert.equal(phone.all('incoming').length, 0);
  assert.equal(phone.all('ended').length, 0);
});

/** One phone with two accounts at two servers, in a call by the first. */
function twoAccounts(acceptFrom: 'servers' | 'any') {
  const network = new Network();
  const second = {
    id: token<'account'>('second'),
    user: 'desk',
    domain: 'other.example',
    transport: 'udp',
    server: { host: '192.0.2.8', port: 5060 },
    register: false,
  } as const;
  const first = {
    id: token<'account'>('alice-account'),
    user: 'alice',
    domain: 'example.com',
    transport: 'udp',
    server: { host: '192.0.2.9', port: 5060 },
    register: false,
  } as const;
  const phone = new Phone(network, 'alice', '192.0.2.1', '192.0.2.9', {}, { accounts: [first, second], acceptFrom });
  const own = new Wire(network, '192.0.2.9');
  const other = new Wire(network, '192.0.2.8');
  phone.dial('sip:bob@example.com');
  network.seconds(0.1);
  own.answer(phone.host, own.request('INVITE'), 200, { toTag: 'wire', contact: 'sip:bob@192.0.2.9', body: 'x' });
  network.seconds(0.1);
  return { network, phone, own, other, fields: [`Replaces: ${replacing(phone.last('answered').dialog)}`] };
}

test('RFC 3891 §5: the server of another account moves no call of this one, whichever account it asks for', () => {
  const { network, phone, own, other, fields } = twoAccounts('servers');
  assert.equal(ask(network, other, phone.host, 'one', fields, 'desk'), 403);
  assert.equal(ask(network, other, phone.host, 'two', fields, 'alice'), 403);
  assert.equal(phone.all('incoming').length, 0);
  // One registry over all accounts: the right server may ask by the other address.
  assert.equal(ask(network, own, phone.host, 'three', fields, 'desk'), undefined);
  assert.notEqual(phone.last('incoming').replaces, undefined);
});

test('RFC 3891 §5: where strangers may call, theirs is not trusted, and the phone decides', () => {
  const { network, phone, other, fields } = twoAccounts('any');
  const stranger = new Wire(network, '203.0.113.66');
  ask(network, stranger, phone.host, 'one', fields, 'alice');
  assert.equal(phone.last('incoming').trusted, false);
  ask(network, other, phone.host, 'two', fields, 'alice');
  assert.equal(phone.last('incoming').trusted, false, 'its own account is trusted there, and no other');
  ask(network, other, phone.host, 'three', [], 'desk');
  assert.equal(phone.last('incoming').trusted, true);
});

test('transfer.md §8.5: a call that rings here is replaced only where its account says so, by its own server', () => {
  for (const replaceRinging of [false, true]) {
    const network = new Network();
    const phone = new Phone(network, 'alice', '192.0.2.1', '192.0.2.9', { replaceRinging }, { acceptFrom: 'any' });
    const wire = new Wire(network, '192.0.2.9');
    const stranger = new Wire(network, '203.0.113.66');
    ask(network, wire, phone.host, 'first', []);
    const old = phone.last('incoming').call;
    phone.submit({ type: 'ring', call: old });
    network.seconds(0.1);
    const fields = [`Replaces: first;to-tag=${toTagOf(wire.responses(180)[0]!)};from-tag=carol`];
    assert.equal(ask(network, stranger, phone.host, 'stranger', fields), 403);
    assert.equal(ask(network, wire, phone.host, 'second', fields), replaceRinging ? undefined : 481);
    assert.equal(phone.all('ended').length, 0, 'it goes on ringing');
    if (!replaceRinging) continue;
    const { call, replaces } = phone.last('incoming');
    assert.deepEqual(replaces, { call: old, early: true });
    phone.submit({ type: 'answer', call, body: 'answer' });
    network.seconds(0.1);
    acknowledge(wire, phone.host, 'second');
    network.seconds(0.1);
    assert.deepEqual(phone.last('ended'), { type: 'ended', call: old, cause: { by: 'remote', how: 'replaced' } });
    assert.equal(wire.responses(487)[0]?.headers.get('Call-ID'), 'first');
  }
});

test("RFC 3891 §3: three phones at one proxy: the second call takes the first one's place, each BYE is said once", () => {
  const exchange = new Exchange({ recordRoute: true });
  const { network, proxy } = exchange;
  const [alice, bob, carol] = ['alice', 'bob', 'carol'].map((name) => exchange.phone(name)) as [Phone, Phone, Phone];
  const consult = exchange.connect(alice, carol, 'carol');
  const { dialog } = carol.last('answered');
  bob.dial('sip:carol@example.com', { replaces: replacing(dialog), require: ['replaces'] });
  network.seconds(0.1);
  const { call, replaces, trusted } = carol.last('incoming');
  assert.deepEqual([replaces?.call, trusted], [consult.far, true]);
  carol.submit({ type: 'answer', call, body: 'answer' });
  network.seconds(1);
  assert.equal(bob.last('answered').direction, 'outgoing');
  assert.deepEqual(carol.last('ended').cause.how, 'replaced');
  assert.deepEqual([alice.last('ended').call, alice.last('ended').cause.how], [consult.call, 'bye']);
  assert.equal(proxy.seen('BYE').length, 1);
  const [bye] = proxy.seen('BYE') as [SipRequest];
  assert.equal(bye.headers.get('Call-ID'), dialog.sipCallId);
});

test.run();
