import assert from 'node:assert/strict';
import { decodeText, type SipRequest } from '@switchhook/sip-core';
import { test } from 'uvu';
import { inDialog, Network, Phone, Wire } from './office.ts';

const SDP = ['Content-Type: application/sdp', 'Contact: <sip:bob@192.0.2.9>'];
const TIMER = [['Session-Expires', '100;refresher=uac'] as const, ['Require', 'timer'] as const];

/** Two phones at each other, in a call. */
function connected(aliceS: number | undefined, bobS: number | undefined) {
  const network = new Network();
  const lasts = (seconds: number | undefined) => (seconds === undefined ? {} : { sessionExpiresS: seconds });
  const alice = new Phone(network, 'alice', '192.0.2.1', '192.0.2.2', lasts(aliceS));
  const bob = new Phone(network, 'bob', '192.0.2.2', '192.0.2.1', lasts(bobS));
  const call = alice.dial('sip:bob@example.com');
  network.seconds(0.1);
  const far = bob.last('incoming').call;
  bob.submit({ type: 'answer', call: far, body: 'answer' });
  network.seconds(0.1);
  return { network, alice, bob, call, far };
}

/** A phone whose call a wire has answered with a timer of 100 s that the phone has to refresh. */
function refreshing(headers: readonly (readonly [string, string])[] = TIMER) {
  const network = new Network();
  const phone = new Phone(network, 'alice', '192.0.2.1', '192.0.2.9');
  const wire = new Wire(network, '192.0.2.9');
  const call = phone.dial('sip:bob@example.com', { body: 'our offer' });
  network.seconds(0.1);
  const invite = wire.request('INVITE');
  const parts = {
    toTag: 'wire',
    contact: 'sip:bob@192.0.2.9',
    contentType: 'application/sdp',
    body: 'answer',
    headers,
  };
  wire.answer(phone.host, invite, 200, parts);
  network.seconds(0.1);
  return { network, phone, wire, call, invite };
}

/** The CSeqs under which requests of a method came: retransmissions are no more of them. */
function cseqs(wire: Wire, method: string): Set<string | undefined> {
  return new Set(wire.requests(method).map((one) => one.headers.get('CSeq')));
}

const UPDATES = [...TIMER, ['Allow', 'INVITE, ACK, BYE, UPDATE'] as const];

test('RFC 4028 §7.1, §9: both ends agree on a timer, the caller refreshes by UPDATE at half time and the call lives on', () => {
  const { network, alice, bob, call } = connected(undefined, 600);
  const [invite] = network.sent('192.0.2.1', 'INVITE') as [SipRequest];
  assert.equal(invite.headers.get('Session-Expires'), '1800');
  assert.ok(invite.headers.list('Supported').includes('timer'));
  const [answer] = network.sent('192.0.2.2', '200');
  assert.equal(answer?.headers.get('Session-Expires'), '600;refresher=uac');
  assert.equal(answer?.headers.get('Require'), 'timer');
  network.seconds(299);
  assert.equal(network.sent('192.0.2.1', 'UPDATE').length, 0);
  network.seconds(2);
  const [update] = network.sent('192.0.2.1', 'UPDATE') as [SipRequest];
  assert.equal(update.headers.get('Session-Expires'), '600;refresher=uac');
  assert.equal(update.body.length, 0);
  network.seconds(3600);
  assert.equal(network.sent('192.0.2.1', 'UPDATE').length, 13);
  assert.equal(network.sent('192.0.2.2', 'UPDATE').length, 0);
  assert.deepEqual([alice.all('ended').length, bob.all('ended').length], [0, 0]);
  assert.equal(bob.all('offered').length, 0);
  alice.submit({ type: 'hangup', call });
  network.seconds(120);
  alice.assertEmpty();
  bob.assertEmpty();
});

test('RFC 4028: 0 turns it off, at either end, and the option is then not listed', () => {
  for (const [a, b] of [
    [0, undefined],
    [undefined, 0],
  ] as const) {
    const { network } = connected(a, b);
    const [invite] = network.sent('192.0.2.1', 'INVITE') as [SipRequest];
    const [answer] = network.sent('192.0.2.2', '200');
    assert.equal(invite.headers.has('Session-Expires'), a !== 0);
    assert.equal(invite.headers.list('Supported').includes('timer'), a !== 0);
    assert.equal(answer?.headers.has('Session-Expires'), false);
    assert.equal(answer?.headers.list('Supported').includes('timer'), b !== 0);
    network.seconds(7200);
    assert.equal(network.sent('192.0.2.1', 'UPDATE').length + network.sent('192.0.2.2', 'UPDATE').length, 0);
  }
});

test('RFC 4028 §10: when the refresher has gone without a word, the other says BYE with its Reason before the end', () => {
  const { network, bob, far } = connected(600, 600);
  network.weather = (_message, from) => from !== '192.0.2.1';
  network.seconds(567);
  assert.equal(bob.all('ended').length, 0);
  network.seconds(2);
  assert.deepEqual(bob.last('ended'), {
    type: 'ended',
    call: far,
    cause: { by: 'network', how: 'timeout', status: 408, phrase: 'Session Timer Expired' },
  });
  const [bye] = network.sent('192.0.2.2', 'BYE') as [SipRequest];
  assert.equal(bye.headers.get('Reason'), 'SIP;cause=408;text="Session Timer Expired"');
  network.seconds(120);
  bob.assertEmpty();
});

test('RFC 4028 §10: a refresh that meets silence, 408 or 481 ends the call', () => {
  for (const status of [undefined, 408, 481]) {
    const { network, phone, wire } = refreshing(UPDATES);
    network.seconds(50);
    if (status !== undefined) wire.answer(phone.host, wire.request('UPDATE'), status);
    network.seconds(33);
    assert.equal(phone.last('ended').cause.status, status ?? 408);
    assert.equal(wire.requests('BYE').length > 0, true);
    assert.equal(cseqs(wire, 'BYE').size, 1);
  }
});

test('RFC 4028 §7.4: without UPDATE in Allow, or after 405, the refresh is a re-INVITE with the same session description', () => {
  for (const headers of [TIMER, UPDATES]) {
    const { network, phone, wire } = refreshing(headers);
    network.seconds(50);
    if (headers === UPDATES) {
      wire.answer(phone.host, wire.request('UPDATE'), 405);
      network.seconds(0.1);
    } else assert.equal(wire.requests('UPDATE').length, 0);
    const again = wire.request('INVITE');
    assert.equal(decodeText(again.body), 'our offer');
    assert.equal(again.headers.get('Session-Expires'), '100;refresher=uac');
    const told = phone.story().length;
    wire.answer(phone.host, again, 200, {
      contact: 'sip:bob@192.0.2.9',
      contentType: 'application/sdp',
      body: 'answer',
      headers,
    });
    network.seconds(40);
    assert.equal(phone.story().length, told, 'the phone hears nothing of it');
    assert.equal(wire.requests('ACK').length, 2);
    network.seconds(11);
    assert.equal(cseqs(wire, 'INVITE').size, 3);
  }
});

test('RFC 4028 §7.4: what is said again is the session as last agreed, not one that was refused', () => {
  const { network, phone, wire, call } = refreshing();
  const answered = { contact: 'sip:bob@192.0.2.9', contentType: 'application/sdp', body: 'answer', headers: TIMER };
  phone.submit({ type: 'offer', call, body: 'hold' });
  network.seconds(1);
  wire.answer(phone.host, wire.request('INVITE'), 200, answered);
  network.seconds(1);
  phone.submit({ type: 'offer', call, body: 'refused' });
  network.seconds(1);
  wire.answer(phone.host, wire.request('INVITE'), 488);
  network.seconds(49);
  assert.equal(decodeText(wire.request('INVITE').body), 'hold');
});

test('RFC 4028 §7.4: an offer of ours refreshes too', () => {
  const { network, phone, wire, call } = refreshing();
  phone.submit({ type: 'offer', call, body: 'hold' });
  network.seconds(1);
  assert.equal(wire.request('INVITE').headers.get('Session-Expires'), '100;refresher=uac');
  wire.answer(phone.host, wire.request('INVITE'), 100);
  network.seconds(30);
  assert.equal(cseqs(wire, 'INVITE').size, 2);
  wire.answer(phone.host, wire.request('INVITE'), 200, {
    contact: 'sip:bob@192.0.2.9',
    contentType: 'application/sdp',
    body: 'answer',
    headers: TIMER,
  });
  network.seconds(45);
  assert.equal(phone.all('offer-answered').length, 1);
  assert.equal(cseqs(wire, 'INVITE').size, 2, 'half time is counted from it');
  network.seconds(6);
  assert.equal(cseqs(wire, 'INVITE').size, 3);
});

test('RFC 4028 §7.3: 422 to the INVITE, to an offer and to a refresh: the same again with Min-SE', () => {
  const network = new Network();
  const phone = new Phone(network, 'alice', '192.0.2.1', '192.0.2.9', { sessionExpiresS: 100 });
  const wire = new Wire(network, '192.0.2.9');
  const brief = (least: number) => ({ toTag: 'x', headers: [['Min-SE', String(least)] as const] });
  const call = phone.dial('sip:bob@example.com');
  network.seconds(0.1);
  const first = wire.request('INVITE');
  wire.answer(phone.host, first, 422, brief(200));
  network.seconds(0.1);
  const second = wire.request('INVITE');
  assert.equal(second.headers.get('Session-Expires'), '200');
  assert.equal(second.headers.get('Min-SE'), '200');
  assert.equal(second.headers.get('Call-ID'), first.headers.get('Call-ID'));
  assert.equal(second.headers.get('From'), first.headers.get('From'));
  const answered = (seconds: number) => ({
    toTag: 'wire',
    contact: 'sip:bob@192.0.2.9',
    contentType: 'application/sdp',
    body: 'answer',
    headers: [
      ['Session-Expires', `${seconds};refresher=uac`],
      ['Allow', 'UPDATE'],
    ] as const,
  });
  wire.answer(phone.host, second, 200, answered(200));
  network.seconds(0.1);
  assert.equal(phone.last('answered').call, call);
  phone.submit({ type: 'offer', call, body: 'hold' });
  network.seconds(0.1);
  wire.answer(phone.host, wire.request('INVITE'), 422, brief(300));
  network.seconds(0.1);
  const third = wire.request('INVITE');
  assert.deepEqual([third.headers.get('Session-Expires'), decodeText(third.body)], ['300;refresher=uac', 'hold']);
  wire.answer(phone.host, third, 200, answered(300));
  network.seconds(150.1);
  assert.equal(phone.all('offer-answered').length, 1);
  wire.answer(phone.host, wire.request('UPDATE'), 422, brief(400));
  network.seconds(0.1);
  assert.equal(wire.request('UPDATE').headers.get('Session-Expires'), '400;refresher=uac');
  assert.equal(phone.all('ended').length, 0);
});

test('RFC 4028 §9: an INVITE, a re-INVITE and an UPDATE that ask for less than 90 s get 422', () => {
  const short = ['Supported: timer', 'Session-Expires: 60'];
  const { network, phone, wire, invite } = refreshing();
  wire.say(phone.host, 'UPDATE sip:a@192.0.2.1 SIP/2.0', [...inDialog(invite, 'wire', 1, 'UPDATE'), ...short]);
  wire.say(
    phone.host,
    'INVITE sip:a@192.0.2.1 SIP/2.0',
    [...inDialog(invite, 'wire', 2, 'INVITE'), ...SDP, ...short],
    'x',
  );
  wire.say(
    phone.host,
    'INVITE sip:alice@192.0.2.1 SIP/2.0',
    ['From: <sip:c@d>;tag=c', 'To: <sip:alice@example.com>', 'Call-ID: new', 'CSeq: 1 INVITE', ...SDP, ...short],
    'offer',
  );
  network.seconds(0.1);
  const refused = wire.responses(422);
  assert.deepEqual(new Set(refused.map((one) => one.headers.get('CSeq'))).size, 3);
  assert.ok(refused.every((one) => one.headers.get('Min-SE') === '90'));
  assert.equal(phone.all('incoming').length + phone.all('offered').length, 0);
});

test('RFC 4028 §9: their UPDATE starts our time anew, and one without timers takes it away', () => {
  const watch = [['Session-Expires', '100;refresher=uas'] as const];
  const { network, phone, wire, invite } = refreshing(watch);
  const update = (cseq: number, ...more: string[]): void =>
    wire.say(phone.host, 'UPDATE sip:a@192.0.2.1 SIP/2.0', [...inDialog(invite, 'wire', cseq, 'UPDATE'), ...more]);
  network.seconds(60);
  update(1, 'Supported: timer', 'Session-Expires: 100;refresher=uac');
  network.seconds(60);
  assert.equal(wire.responses(200).at(-1)?.headers.get('Session-Expires'), '100;refresher=uac');
  assert.equal(phone.all('ended').length, 0);
  update(2);
  network.seconds(3600);
  assert.equal(wire.responses(200).at(-1)?.headers.has('Session-Expires'), false);
  assert.equal(phone.all('ended').length, 0);
});

test('transfer.md §9: while a REFER may still bring news, 422, 481, 408 and silence to a refresh end nothing', () => {
  for (const status of [undefined, 408, 422, 481]) {
    const { network, phone, wire, call, invite } = refreshing([
      ['Session-Expires', '400;refresher=uac'],
      ['Allow', 'UPDATE'],
    ]);
    network.seconds(195);
    phone.refer(call, 'sip:carol@example.com');
    network.seconds(0.1);
    wire.answer(phone.host, wire.request('REFER'), 202);
    wire.onMessage = (message) => {
      if (status !== undefined && message.kind === 'request' && message.method === 'UPDATE')
        wire.answer(phone.host, message, status);
    };
    network.seconds(45);
    assert.ok(wire.requests('UPDATE').length > 1, 'it is tried again');
    assert.equal(phone.all('ended').length, 0, String(status));
    wire.say(
      phone.host,
      'NOTIFY sip:a@192.0.2.1 SIP/2.0',
      [
        ...inDialog(invite, 'wire', 1, 'NOTIFY'),
        'Event: refer',
        'Subscription-State: terminated;reason=noresource',
        'Content-Type: message/sipfrag',
      ],
      'SIP/2.0 603 Decline\r\n',
    );
    network.seconds(0.1);
    assert.equal(phone.last('refer-notified').status, 603);
    assert.equal(phone.all('ended').length, 0);
    network.seconds(60);
    // The verdict has been told: now the dialog that knows nothing of us any more is over.
    assert.equal(phone.all('ended').length, status === 422 ? 0 : 1, String(status));
  }
});

test('DESIGN, transfer: a session that runs out while a transfer waits for its verdict is not given up before it', () => {
  const { network, phone, wire, call, invite } = refreshing([['Session-Expires', '90;refresher=uas']]);
  network.seconds(55);
  phone.refer(call, 'sip:carol@example.com');
  network.seconds(0.1);
  wire.answer(phone.host, wire.request('REFER'), 202);
  network.seconds(60);
  assert.equal(phone.all('ended').length, 0);
  assert.equal(wire.requests('BYE').length, 0);
  const fields = [...inDialog(invite, 'wire', 1, 'NOTIFY'), 'Event: refer', 'Subscription-State: terminated'];
  const fragment = [...fields, 'Content-Type: message/sipfrag'];
  wire.say(phone.host, 'NOTIFY sip:a@192.0.2.1 SIP/2.0', fragment, 'SIP/2.0 603 Decline\r\n');
  network.seconds(11);
  assert.equal(phone.last('ended').cause.phrase, 'Session Timer Expired');
});

test('RFC 3311 §5.2: an UPDATE with an offer gets 491 while our offer is open and 500 while theirs is unanswered', () => {
  const { network, phone, wire, call, invite } = refreshing([]);
  const update = (cseq: number, body: string): void =>
    wire.say(phone.host, 'UPDATE sip:a@192.0.2.1 SIP/2.0', [...inDialog(invite, 'wire', cseq, 'UPDATE'), ...SDP], body);
  update(1, 'theirs');
  network.seconds(0.1);
  assert.equal(phone.last('offered').body, 'theirs');
  update(2, 'theirs again');
  network.seconds(0.1);
  assert.match(wire.responses(500)[0]?.headers.get('Retry-After') ?? '', /^\d+$/);
  phone.submit({ type: 'answer-offer', call, offer: phone.last('offered').offer, body: 'ours' });
  network.seconds(0.1);
  assert.equal(decodeText(wire.responses(200)[0]!.body), 'ours');
  phone.submit({ type: 'offer', call, body: 'hold' });
  network.seconds(0.1);
  update(3, 'theirs once more');
  update(4, '');
  network.seconds(0.1);
  assert.equal(wire.responses(491).length, 1);
  assert.equal(wire.responses(200).length, 2, 'one without an offer is no glare');
});

test('RFC 3311 §5.1: 491 and 500 to our own refresh are tried again, after Retry-After when it says so', () => {
  const { network, phone, wire } = refreshing(UPDATES);
  network.seconds(50);
  wire.answer(phone.host, wire.request('UPDATE'), 500, { headers: [['Retry-After', '3']] });
  network.seconds(2.8);
  assert.equal(cseqs(wire, 'UPDATE').size, 1);
  network.seconds(0.4);
  assert.equal(cseqs(wire, 'UPDATE').size, 2);
  wire.answer(phone.host, wire.request('UPDATE'), 491);
  network.seconds(10.2);
  assert.equal(cseqs(wire, 'UPDATE').size, 3);
  assert.equal(phone.all('ended').length, 0);
  network.seconds(10);
  // None came through: before the end we say goodbye.
  assert.equal(phone.last('ended').cause.phrase, 'Session Timer Expired');
});

test.run();
