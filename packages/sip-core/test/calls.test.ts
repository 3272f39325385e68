import assert from 'node:assert/strict';
import { test } from 'uvu';
import { pair, talk } from './office.ts';

test('RFC 3261 §13: a call rings, is answered and is ended by the caller', () => {
  const { network, alice, bob, aliceCall, bobCall } = talk();
  assert.deepEqual(alice.story(), ['progress', 'answered']);
  assert.deepEqual(bob.story(), ['incoming', 'answered']);
  const answered = alice.last('answered');
  assert.equal(answered.body, 'answer');
  assert.equal(answered.direction, 'outgoing');
  const other = bob.last('answered');
  assert.equal(answered.dialog.localTag, other.dialog.remoteTag);
  assert.equal(answered.dialog.remoteTag, other.dialog.localTag);
  assert.equal(bob.last('incoming').body, 'offer');
  assert.equal(bob.last('incoming').to, 'sip:bob@example.com');
  assert.equal(bob.last('incoming').trusted, true);
  assert.ok(answered.peer.allow?.includes('REFER'));
  assert.ok(answered.peer.supported?.includes('replaces'));
  alice.submit({ type: 'hangup', call: aliceCall });
  network.seconds(1);
  assert.deepEqual(alice.last('ended').cause, { by: 'local', how: 'bye' });
  assert.equal(bob.last('ended').call, bobCall);
  assert.deepEqual(bob.last('ended').cause, { by: 'remote', how: 'bye' });
  network.seconds(120);
  alice.assertEmpty();
  bob.assertEmpty();
});

test('RFC 3261 §15: the callee ends the call, and the Reason is told', () => {
  const { network, alice, bob, bobCall } = talk();
  bob.submit({ type: 'hangup', call: bobCall, reason: 'SIP;cause=200;text="Call completed elsewhere"' });
  network.seconds(1);
  assert.deepEqual(alice.last('ended').cause, {
    by: 'remote',
    how: 'bye',
    reason: { protocol: 'SIP', cause: 200, text: 'Call completed elsewhere' },
  });
  network.seconds(120);
  alice.assertEmpty();
  bob.assertEmpty();
});

test('RFC 5407 §3.2.3: crossing BYEs both get a final answer and each side hears one end', () => {
  const { network, alice, bob, aliceCall, bobCall } = talk();
  alice.submit({ type: 'hangup', call: aliceCall });
  bob.submit({ type: 'hangup', call: bobCall });
  network.seconds(60);
  assert.equal(alice.all('ended').length, 1);
  assert.equal(bob.all('ended').length, 1);
  assert.equal(network.sent('192.0.2.1', '200').length + network.sent('192.0.2.2', '200').length, 3);
  network.seconds(60);
  alice.assertEmpty();
  bob.assertEmpty();
});

test('RFC 3261 §9.1: hanging up after a 1xx sends CANCEL; the callee hears it, the call ends with 487', () => {
  const { network, alice, bob } = pair();
  const call = alice.dial('sip:bob@example.com');
  network.seconds(1);
  alice.submit({ type: 'hangup', call });
  network.seconds(1);
  assert.deepEqual(bob.last('ended').cause, { by: 'remote', how: 'cancel' });
  assert.deepEqual(alice.last('ended').cause, { by: 'local', how: 'cancel' });
  assert.equal(network.sent('192.0.2.2', '487').length, 1);
  network.seconds(120);
  alice.assertEmpty();
  bob.assertEmpty();
});

test('RFC 3261 §9.1: no CANCEL before a 1xx; it follows the first one', () => {
  const { network, alice, bob } = pair();
  const call = alice.dial('sip:bob@example.com');
  alice.submit({ type: 'hangup', call });
  network.clock.advance(100);
  assert.equal(network.sent('192.0.2.1', 'CANCEL').length, 0);
  network.seconds(2);
  assert.equal(network.sent('192.0.2.1', 'CANCEL').length, 1);
  assert.equal(bob.last('ended').cause.how, 'cancel');
  assert.equal(alice.all('ended').length, 1);
  network.seconds(120);
  alice.assertEmpty();
  bob.assertEmpty();
});

test('a caller who hangs up on a silent server is told so within two seconds, and nothing is left in the end', () => {
  const { network, alice } = pair();
  network.weather = () => false;
  const call = alice.dial('sip:bob@example.com');
  network.seconds(1);
  alice.submit({ type: 'hangup', call });
  network.seconds(2);
  assert.deepEqual(alice.last('ended').cause, { by: 'local', how: 'cancel' });
  network.seconds(120);
  assert.equal(alice.all('ended').length, 1);
  alice.assertEmpty();
});

test('RFC 5407 §3.1.2: a 200 that crosses CANCEL is acknowledged and ended with BYE', () => {
  const { network, alice, bob } = pair();
  const call = alice.dial('sip:bob@example.com');
  network.seconds(1);
  bob.submit({ type: 'answer', call: bob.last('incoming').call, body: 'answer' });
  alice.submit({ type: 'hangup', call });
  network.seconds(2);
  assert.equal(network.sent('192.0.2.1', 'ACK').length, 1);
  assert.equal(network.sent('192.0.2.1', 'BYE').length, 1);
  assert.deepEqual(alice.last('ended').cause, { by: 'local', how: 'cancel' });
  assert.equal(alice.all('answered').length, 0);
  assert.equal(bob.last('ended').cause.how, 'bye');
  network.seconds(120);
  alice.assertEmpty();
  bob.assertEmpty();
});

test('RFC 3261 §13.3.1.4: a 2xx without ACK is repeated for 64*T1, then BYE', () => {
  const { network, alice, bob } = pair();
  alice.dial('sip:bob@example.com');
  network.seconds(1);
  network.weather = (message) => !(message?.kind === 'request' && message.method === 'ACK');
  bob.submit({ type: 'answer', call: bob.last('incoming').call, body: 'answer' });
  network.seconds(31);
  // At 0, 0.5, 1.5, 3.5 s and every 4 s from then on.
  assert.equal(network.sent('192.0.2.2', '200').length, 10);
  assert.equal(bob.all('ended').length, 0);
  network.seconds(2);
  assert.deepEqual(bob.last('ended').cause.how, 'timeout');
  assert.equal(network.sent('192.0.2.2', 'BYE').length, 1);
  assert.equal(alice.last('ended').cause.how, 'bye');
  assert.equal(bob.all('answered').length, 0);
  network.seconds(120);
  alice.assertEmpty();
  bob.assertEmpty();
});

test('RFC 3261 §13.2.2.4: every repeated 2xx gets its ACK again', () => {
  const { network, alice, bob } = pair();
  alice.dial('sip:bob@example.com');
  network.seconds(1);
  let lost = 2;
  network.weather = (message) => !(message?.kind === 'request' && message.method === 'ACK' && lost-- > 0);
  bob.submit({ type: 'answer', call: bob.last('incoming').call, body: 'answer' });
  network.seconds(10);
  assert.equal(network.sent('192.0.2.1', 'ACK').length, 3);
  assert.equal(bob.all('answered').length, 1);
  assert.equal(alice.all('answered').length, 1);
});

test('RFC 3261 §15: a callee who hangs up before the ACK sends BYE only after it', () => {
  const { network, alice, bob } = pair();
  alice.dial('sip:bob@example.com');
  network.seconds(1);
  network.weather = (message) => !(message?.kind === 'request' && message.method === 'ACK');
  const { call } = bob.last('incoming');
  bob.submit({ type: 'answer', call, body: 'answer' });
  network.seconds(1);
  bob.submit({ type: 'hangup', call });
  assert.equal(bob.all('ended').length, 1);
  network.seconds(5);
  assert.equal(network.sent('192.0.2.2', 'BYE').length, 0);
  network.weather = () => true;
  network.seconds(5);
  assert.equal(network.sent('192.0.2.2', 'BYE').length, 1);
  assert.equal(alice.last('ended').cause.how, 'bye');
  network.seconds(120);
  alice.assertEmpty();
  bob.assertEmpty();
});

test('RFC 3261 §21: refusals reach the caller with status and phrase', () => {
  const { network, alice, bob } = pair();
  alice.dial('sip:bob@example.com');
  network.seconds(1);
  bob.submit({ type: 'reject', call: bob.last('incoming').call, status: 486 });
  network.seconds(1);
  assert.deepEqual(alice.last('ended').cause, { by: 'remote', how: 'response', status: 486, phrase: 'Busy Here' });
  assert.deepEqual(bob.last('ended').cause, { by: 'local', how: 'response', status: 486 });
  network.seconds(120);
  alice.assertEmpty();
  bob.assertEmpty();
});

test('RFC 3261 §17.1.1.2: an INVITE that nobody answers ends as a timeout', () => {
  const { network, alice, bob } = pair();
  network.weather = () => false;
  alice.dial('sip:bob@example.com');
  network.seconds(33);
  assert.deepEqual(alice.last('ended').cause, {
    by: 'network',
    how: 'timeout',
    status: 408,
    phrase: 'Request Timeout',
  });
  assert.equal(bob.story().length, 0);
  network.seconds(60);
  alice.assertEmpty();
});

test('RFC 3261 §13.2.1: an INVITE without offer: the 2xx offers and the ACK answers', () => {
  const { network, alice, bob } = pair();
  const call = alice.dial('sip:bob@example.com', { body: undefined });
  network.seconds(1);
  assert.equal(bob.last('incoming').body, undefined);
  bob.submit({ type: 'answer', call: bob.last('incoming').call, body: 'late offer' });
  network.seconds(1);
  assert.equal(alice.last('answered').body, 'late offer');
  assert.equal(bob.all('answered').length, 0);
  alice.submit({ type: 'acknowledge', call, body: 'late answer' });
  network.seconds(1);
  assert.equal(bob.last('answered').body, 'late answer');
  alice.submit({ type: 'hangup', call });
  network.seconds(120);
  alice.assertEmpty();
  bob.assertEmpty();
});

test('RFC 3261 §8.2.2.3: a required extension that we do not know is refused with 420 and named', () => {
  const { network, alice, bob } = pair();
  alice.dial('sip:bob@example.com', { require: ['100rel', 'replaces'] });
  network.seconds(1);
  const [refusal] = network.sent('192.0.2.2', '420');
  assert.equal(refusal?.headers.get('Unsupported'), '100rel');
  assert.equal(bob.all('incoming').length, 0);
  assert.equal(alice.last('ended').cause.status, 420);
});

test('RFC 6086, application/dtmf-relay: a digit by INFO arrives', () => {
  const { network, alice, bob, aliceCall, bobCall } = talk();
  alice.submit({ type: 'info-digit', call: aliceCall, digit: '#', durationMs: 160 });
  network.seconds(1);
  assert.deepEqual(bob.last('info-digit'), { type: 'info-digit', call: bobCall, digit: '#' });
});

test('shutdown ends every call and leaves nothing behind', () => {
  const { network, alice, bob } = talk();
  alice.dial('sip:bob@example.com');
  network.seconds(1);
  alice.submit({ type: 'shutdown' });
  network.seconds(200);
  assert.equal(alice.all('ended').length, 2);
  assert.equal(bob.all('ended').length, 2);
  alice.assertEmpty();
  bob.assertEmpty();
});

test.run();
