import assert from 'node:assert/strict';
import { readSip } from '@switchhook/ladder';
import { test } from 'uvu';
import { type Fault, meddle, meddleAll } from './mischief.ts';

const PHONE = '10.0.0.10:5060';
const EXCHANGE = '10.0.0.1:5060';

function sip(first: string, cseq: string, extra: readonly string[] = [], body = ''): Uint8Array {
  const head = [
    first,
    'Via: SIP/2.0/UDP x;branch=z9hG4bKq',
    'From: <sip:a@x>;tag=a',
    'To: <sip:b@x>;tag=b',
    'Call-ID: c',
    `CSeq: ${cseq}`,
  ];
  return new TextEncoder().encode(`${[...head, ...extra].join('\r\n')}\r\n\r\n${body}`);
}

const HOLD = sip(
  'INVITE sip:b@x SIP/2.0',
  '2 INVITE',
  ['Content-Type: application/sdp'],
  'm=audio 4 RTP/AVP 0\r\na=sendonly\r\n',
);
const REFER = sip('REFER sip:b@x SIP/2.0', '3 REFER', ['Refer-To: <sip:9999@x?Replaces=abcdef%3Bto-tag%3D1>']);
const ACCEPTED = sip('SIP/2.0 202 Accepted', '3 REFER');
const TRYING = sip(
  'NOTIFY sip:a@x SIP/2.0',
  '1 NOTIFY',
  ['Subscription-State: active;expires=60'],
  'SIP/2.0 100 Trying',
);
const DONE = sip('NOTIFY sip:a@x SIP/2.0', '2 NOTIFY', ['Subscription-State: terminated'], 'SIP/2.0 200 OK');

const out = (fault: Fault, bytes: Uint8Array) => meddle(fault, PHONE, PHONE, EXCHANGE, bytes);
const into = (fault: Fault, bytes: Uint8Array) => meddle(fault, PHONE, EXCHANGE, PHONE, bytes);

test('mischief: refusals are answered in the name of the target, with the ids of the request', () => {
  for (const [fault, bytes, status] of [
    ['hold-refused', HOLD, 488],
    ['refer-refused', REFER, 603],
    ['refer-unknown', REFER, 501],
    ['refer-unallowed', REFER, 405],
    ['refer-later', REFER, 503],
  ] as const) {
    const passage = out(fault, bytes);
    assert.equal(passage.deliver, undefined);
    const answer = readSip(passage.reply!)!;
    assert.equal(answer.status, status);
    assert.equal(answer.headers.get('cseq'), readSip(bytes)!.headers.get('cseq'));
    assert.match(answer.headers.get('via')!, /z9hG4bKq/);
  }
});

test('mischief: NOTIFYs are lost, held back or made to end the subscription', () => {
  assert.equal(into('no-notify', TRYING).deliver, undefined);
  assert.equal(into('bye-before-notify', TRYING).laterMs, 0);
  assert.ok(into('bye-before-notify', DONE).laterMs > 0);
  const ended = readSip(into('terminated-notify', TRYING).deliver!)!;
  assert.equal(ended.headers.get('subscription-state'), 'terminated;reason=noresource');
});

test('mischief: the 2xx of a REFER comes late, or as 200; Replaces names nothing', () => {
  assert.ok(into('notify-before-2xx', ACCEPTED).laterMs > 0);
  assert.equal(readSip(into('refer-200', ACCEPTED).deliver!)!.status, 200);
  assert.match(readSip(out('wrong-replaces', REFER).deliver!)!.headers.get('refer-to')!, /Replaces=zzzzef/);
});

test('mischief: several faults in one office: the first that touches a datagram decides', () => {
  const both = meddleAll(['own-contact', 'final-notify-only', 'no-notify'], PHONE, EXCHANGE, PHONE, TRYING);
  assert.equal(readSip(both.reply!)?.status, 200);
  assert.equal(meddleAll(['refer-refused'], PHONE, EXCHANGE, PHONE, DONE).deliver, DONE);
  assert.equal(meddleAll(['no-notify', 'terminated-notify'], PHONE, EXCHANGE, PHONE, DONE).deliver, undefined);
});

test('mischief: what is not its matter passes untouched', () => {
  const others: Fault[] = [
    'hold-refused',
    'refer-refused',
    'no-notify',
    'notify-before-2xx',
    'wrong-replaces',
    'refer-200',
  ];
  const bye = sip('BYE sip:b@x SIP/2.0', '4 BYE');
  for (const fault of others) {
    assert.equal(out(fault, bye).deliver, bye);
    assert.equal(meddle(fault, PHONE, '10.0.0.2:1', EXCHANGE, REFER).deliver, REFER);
    const rtp = Uint8Array.of(0x80, 0);
    assert.equal(into(fault, rtp).deliver, rtp);
  }
});

test.run();
