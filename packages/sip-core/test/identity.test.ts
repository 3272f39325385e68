import assert from 'node:assert/strict';
import { test } from 'uvu';
import { inDialog, Network, Phone, talkToWire, Wire } from './office.ts';

const LINE = 'sip:a@192.0.2.1 SIP/2.0';

/** Fields of a request in the wire's dialog with another From. */
function as(from: string, fields: readonly string[]): string[] {
  return fields.map((field) => (field.startsWith('From:') ? `From: ${from};tag=wire` : field));
}

test('RFC 4916 §4, RFC 3325 §9: peer-changed tells each new identity once, and no other request does', () => {
  const { network, phone, wire, invite, call } = talkToWire();
  let cseq = 0;
  const update = (from: string | undefined, ...more: string[]): void => {
    const fields = inDialog(invite, 'wire', ++cseq, 'UPDATE');
    wire.say(phone.host, `UPDATE ${LINE}`, [...(from === undefined ? fields : as(from, fields)), ...more]);
    network.seconds(0.1);
  };
  const parties = () => phone.all('peer-changed').map((event) => [event.call, event.peer.party]);
  const told: unknown[] = [];
  update(undefined);
  assert.deepEqual(parties(), told);
  const carol = { uri: 'sip:carol@example.com', display: 'Carol', verified: false };
  update('"Carol" <sip:carol@example.com>');
  update('"Carol" <sip:carol@example.com>');
  told.push([call, carol]);
  assert.deepEqual(parties(), told);
  const boss = { uri: 'sip:1@example.com', display: 'Boss', verified: true };
  update('"Carol" <sip:carol@example.com>', 'P-Asserted-Identity: "Boss" <sip:1@example.com>');
  update('"Carol" <sip:carol@example.com>', 'P-Asserted-Identity: "Boss" <sip:1@example.com>');
  update('"Carol" <sip:carol@example.com>');
  told.push([call, boss]);
  assert.deepEqual(parties(), told);
  update('"Dave" <sip:dave@example.com>');
  told.push([call, { uri: 'sip:dave@example.com', display: 'Dave', verified: false }]);
  assert.deepEqual(parties(), told);
  wire.say(phone.host, `OPTIONS ${LINE}`, as('<sip:eve@example.com>', inDialog(invite, 'wire', ++cseq, 'OPTIONS')));
  network.seconds(0.1);
  assert.deepEqual(parties(), told);
});

test('RFC 4916 §4: a re-INVITE tells who is there now, before the phone has answered its offer', () => {
  const { network, phone, wire, invite, call } = talkToWire();
  wire.say(
    phone.host,
    `INVITE ${LINE}`,
    [
      ...inDialog(invite, 'wire', 1, 'INVITE'),
      'Contact: <sip:bob@192.0.2.9>',
      'Content-Type: application/sdp',
      'Remote-Party-ID: "Carol" <sip:3@example.com>;party=calling',
    ],
    'moved',
  );
  network.seconds(0.1);
  assert.deepEqual(phone.last('peer-changed').peer.party, {
    uri: 'sip:3@example.com',
    display: 'Carol',
    verified: true,
  });
  assert.ok(phone.story().indexOf('peer-changed') < phone.story().indexOf('offered'));
  assert.equal(phone.last('peer-changed').call, call);
});

test('RFC 4916 §4: another caller while it rings here, and before the ACK, is told and stands in `answered`', () => {
  const network = new Network();
  const phone = new Phone(network, 'alice', '192.0.2.1', '192.0.2.9');
  const wire = new Wire(network, '192.0.2.9');
  const ids = (tag: string, cseq: string): string[] => [
    'From: "Receptionist" <sip:10@example.com>;tag=r',
    `To: <sip:alice@example.com>${tag}`,
    'Call-ID: ringing',
    `CSeq: ${cseq}`,
    'Contact: <sip:exchange@192.0.2.9>',
  ];
  wire.say(
    phone.host,
    `INVITE sip:alice@192.0.2.1 SIP/2.0`,
    [...ids('', '1 INVITE'), 'Content-Type: application/sdp'],
    'x',
  );
  network.seconds(0.1);
  const { call } = phone.last('incoming');
  phone.submit({ type: 'ring', call });
  network.seconds(0.1);
  const to = /;tag=.*$/.exec(wire.responses(180)[0]!.headers.get('To')!)![0];
  const asserts = (n: number): string => `P-Asserted-Identity: "Caller ${n}" <sip:${n}@example.com>`;
  wire.say(phone.host, `UPDATE ${LINE}`, [...ids(to, '2 UPDATE'), asserts(1)]);
  wire.say(phone.host, `UPDATE ${LINE}`, [...ids(to, '3 UPDATE'), asserts(1)]);
  network.seconds(0.1);
  const one = { uri: 'sip:1@example.com', display: 'Caller 1', verified: true };
  assert.deepEqual(
    phone.all('peer-changed').map((event) => [event.call, event.peer.party]),
    [[call, one]],
  );
  phone.submit({ type: 'answer', call, body: 'answer' });
  wire.say(phone.host, `UPDATE ${LINE}`, [...ids(to, '4 UPDATE'), asserts(2)]);
  network.seconds(0.1);
  wire.say(phone.host, `ACK ${LINE}`, ids(to, '1 ACK'));
  network.seconds(0.1);
  assert.deepEqual(phone.last('answered').peer.party, {
    uri: 'sip:2@example.com',
    display: 'Caller 2',
    verified: true,
  });
});

test('RFC 3325 §9: an exchange may say in the 2xx to our hold who is there now', () => {
  const { network, phone, wire, call } = talkToWire();
  phone.submit({ type: 'offer', call, body: 'hold' });
  network.seconds(0.1);
  wire.answer(phone.host, wire.request('INVITE'), 200, {
    contact: 'sip:bob@192.0.2.9',
    contentType: 'application/sdp',
    body: 'answer',
    headers: [['P-Asserted-Identity', '"Carol" <sip:3@example.com>']],
  });
  network.seconds(0.1);
  assert.deepEqual(phone.last('peer-changed').peer.party, {
    uri: 'sip:3@example.com',
    display: 'Carol',
    verified: true,
  });
});

test('RFC 3325 §9: who knows the dialog but is not our server is believed in nothing that needs a voucher', () => {
  const { network, phone, invite } = talkToWire();
  const elsewhere = new Wire(network, '198.51.100.7');
  elsewhere.say(phone.host, `UPDATE ${LINE}`, [
    ...inDialog(invite, 'wire', 1, 'UPDATE'),
    'P-Asserted-Identity: "The Bank" <sip:bank@example.com>',
    'Remote-Party-ID: "The Bank" <sip:bank@example.com>',
  ]);
  network.seconds(0.1);
  assert.ok(phone.all('peer-changed').every((event) => !event.peer.party.verified));
  assert.ok(!JSON.stringify(phone.all('peer-changed')).includes('bank'));
});

test("transfer.md §8.8: the call that takes another's place brings the identity of its own caller", () => {
  const { network, phone, wire } = talkToWire();
  const { dialog } = phone.last('answered');
  wire.say(
    phone.host,
    'INVITE sip:alice@192.0.2.1 SIP/2.0',
    [
      'From: "Dave" <sip:dave@example.com>;tag=dave',
      'To: <sip:alice@example.com>',
      'Call-ID: place',
      'CSeq: 1 INVITE',
      'Contact: <sip:dave@192.0.2.9>',
      'Content-Type: application/sdp',
      'Referred-By: <sip:boss@example.com>',
      'P-Asserted-Identity: "Dave D." <sip:4@example.com>',
      `Replaces: ${dialog.sipCallId};to-tag=${dialog.localTag};from-tag=${dialog.remoteTag}`,
    ],
    'offer',
  );
  network.seconds(0.1);
  const { peer, referredBy, replaces } = phone.last('incoming');
  assert.deepEqual(peer.party, { uri: 'sip:4@example.com', display: 'Dave D.', verified: true });
  assert.equal(referredBy, '<sip:boss@example.com>');
  assert.notEqual(replaces, undefined);
});

test('sip-core §10: calls of strangers are dropped without a word from the sixth in 10 s on, and our server is not counted', () => {
  const network = new Network();
  const phone = new Phone(network, 'alice', '192.0.2.1', '192.0.2.9', {}, { acceptFrom: 'any', limits: { calls: 99 } });
  const server = new Wire(network, '192.0.2.9');
  const stranger = new Wire(network, '203.0.113.66');
  const call = (wire: Wire, id: string): void =>
    wire.say(
      phone.host,
      'INVITE sip:alice@192.0.2.1 SIP/2.0',
      [
        `From: <sip:x@example.com>;tag=${id}`,
        'To: <sip:alice@example.com>',
        `Call-ID: ${id}`,
        'CSeq: 1 INVITE',
        'Contact: <sip:x@192.0.2.9>',
        'Content-Type: application/sdp',
      ],
      'offer',
    );
  for (let n = 0; n < 30; n++) {
    call(stranger, `s${n}`);
    call(server, `p${n}`);
  }
  network.seconds(1);
  assert.equal(phone.all('incoming').filter((event) => event.trusted).length, 30);
  assert.equal(phone.all('incoming').filter((event) => !event.trusted).length, 5);
  const answered = new Set(stranger.heard.map((one) => one.headers.get('Call-ID')));
  assert.deepEqual([...answered].sort(), ['s0', 's1', 's2', 's3', 's4']);
  assert.equal(phone.all('note').filter((note) => note.word === 'stranger-calls').length, 25);
});

test.run();
