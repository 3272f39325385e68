import assert from 'node:assert/strict';
import { test } from 'uvu';
import { Network, Phone, Wire } from './office.ts';

function called(more: readonly string[], trusted = true) {
  const network = new Network();
  const phone = new Phone(network, 'alice', '192.0.2.1', '192.0.2.9', {}, { acceptFrom: 'any' });
  const caller = new Wire(network, trusted ? '192.0.2.9' : '203.0.113.66');
  caller.say(
    phone.host,
    'INVITE sip:alice@192.0.2.1 SIP/2.0',
    [
      'From: <sip:carol@example.com>;tag=c',
      'To: <sip:alice@example.com>',
      'Call-ID: one',
      'CSeq: 1 INVITE',
      'Contact: <sip:carol@192.0.2.9>',
      'Content-Type: application/sdp',
      ...more,
    ],
    'offer',
  );
  network.seconds(0.1);
  return { network, phone, caller, incoming: phone.last('incoming') };
}

test('RFC 5806: a call that is sent on gets 302 with Contact, and Diversion with who and why', () => {
  const { network, phone, caller, incoming } = called([]);
  const divert = { to: 'sip:300@example.com', reason: 'user-busy' } as const;
  phone.submit({ type: 'reject', call: incoming.call, status: 302, divert });
  network.seconds(0.1);
  const [moved] = caller.responses(302);
  assert.equal(moved?.headers.get('Contact'), '<sip:300@example.com>');
  assert.equal(moved?.headers.get('Diversion'), '<sip:alice@example.com>;reason=user-busy;counter=1');
  network.seconds(40);
  phone.assertEmpty();
});

test('RFC 5806, RFC 7044: how often a call was diverted is counted by whichever field says more', () => {
  const none = called([]).incoming;
  assert.deepEqual([none.diversions, none.divertedBy, none.hopsLeft], [0, undefined, 70]);
  const twice = called(['Diversion: <sip:2@e.test>;reason=no-answer;counter=2, <sip:1@e.test>;reason=unconditional']);
  assert.deepEqual([twice.incoming.diversions, twice.incoming.divertedBy], [3, 'sip:2@e.test']);
  const history = called([
    'History-Info: <sip:1@e.test>;index=1, <sip:2@e.test;cause=302>;index=1.1, <sip:alice@e.test?Reason=SIP%3Bcause%3D486>;index=1.2',
  ]).incoming;
  assert.deepEqual([history.diversions, history.divertedBy], [2, 'sip:2@e.test;cause=302']);
  const inside = called(['History-Info: <sip:alice@e.test>;index=1, <sip:alice@192.0.2.1>;index=1.1']).incoming;
  assert.deepEqual([inside.diversions, inside.divertedBy], [0, undefined]);
  for (const rubbish of ['Diversion: <<', 'Diversion: <sip:1@e.test>;counter=x', 'History-Info: ,,'])
    assert.ok(called([rubbish]).incoming.diversions <= 1, rubbish);
});

test('RFC 5373, sip-core §5: what asks for an answer without a hand is known by its several names, from our exchange only', () => {
  for (const [field, seconds] of [
    ['Call-Info: <sip:x>;answer-after=3', 3],
    ['Alert-Info: <http://x>;info=alert-autoanswer', 0],
    ['Alert-Info: Auto Answer', 0],
    ['Answer-Mode: Auto', 0],
    ['Answer-Mode: Manual', undefined],
    ['Alert-Info: <http://x>;info=internal', undefined],
  ] as const) {
    assert.equal(called([field]).incoming.answerAfterS, seconds, field);
    assert.equal(called([field], false).incoming.answerAfterS, undefined, field);
  }
});

test.run();
