import assert from 'node:assert/strict';
import { test } from 'uvu';
import type { Flow } from '../user-agent/door.ts';
import { MessageIntake } from './message-intake.ts';

const UDP: Flow = { transport: 'udp', host: '192.0.2.9', port: 5060 };
const ONE: Flow = { transport: 'tcp', host: '192.0.2.9', port: 40_000, connection: 1 };
const TWO: Flow = { transport: 'tcp', host: '192.0.2.9', port: 40_000, connection: 2 };

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text.replaceAll('\n', '\r\n'));
}

const OPTIONS = `OPTIONS sip:a@b SIP/2.0
Via: SIP/2.0/TCP 192.0.2.9;branch=z9hG4bK1
From: <sip:a@b>;tag=1
To: <sip:a@b>
Call-ID: x
CSeq: 1 OPTIONS
Content-Length: 0

`;

test('RFC 3261 §18.3: messages of two connections are framed apart', () => {
  const intake = new MessageIntake();
  assert.deepEqual(intake.take(ONE, bytes(OPTIONS.slice(0, 50))), []);
  assert.equal(intake.take(TWO, bytes(OPTIONS + OPTIONS)).length, 2);
  const [item] = intake.take(ONE, bytes(OPTIONS.slice(50)));
  assert.equal(item?.type, 'message');
});

test('RFC 5626 §4.4.1: a double CRLF on a stream is answered with one, a datagram of CRLFs is silence', () => {
  const intake = new MessageIntake();
  assert.deepEqual(intake.take(ONE, bytes('\n\n')), [{ type: 'pong', bytes: new Uint8Array([13, 10]) }]);
  assert.deepEqual(intake.take(UDP, bytes('\n\n')), []);
  assert.deepEqual(intake.take(UDP, new Uint8Array(4)), []);
});

test('RFC 3261 §18.3: a stream without Content-Length cannot be read any further', () => {
  const intake = new MessageIntake();
  const [item] = intake.take(ONE, bytes(OPTIONS.replace('Content-Length: 0\n', '')));
  assert.ok(item?.type === 'refused' && item.fatal && item.fault === 'content-length');
  assert.deepEqual(intake.take(ONE, bytes(OPTIONS)), []);
  intake.forget(ONE);
  assert.equal(intake.take(ONE, bytes(OPTIONS))[0]?.type, 'message');
});

test('RFC 3261 §8.1.3.3: a response with two Vias went astray', () => {
  const response = OPTIONS.replace('OPTIONS sip:a@b SIP/2.0', 'SIP/2.0 200 OK').replace(
    'From',
    'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK2\nFrom',
  );
  const [item] = new MessageIntake().take(UDP, bytes(response));
  assert.ok(item?.type === 'refused' && item.fault === 'two-vias' && item.answer === undefined);
});

test.run();
