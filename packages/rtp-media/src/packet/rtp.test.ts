import assert from 'node:assert/strict';
import { test } from 'uvu';
import { RTP_HEADER, RtpView, sequenceDelta, timestampDelta, writeRtpHeader } from './rtp.ts';

const octets = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const view = new RtpView();

const PLAIN = '80 80 1234 00abcdef deadbeef d5d5d5';

test('RFC 3550 §5.1: a plain packet is read field by field', () => {
  assert.equal(view.parse(octets(PLAIN)), undefined);
  assert.equal(view.marker, true);
  assert.equal(view.payloadType, 0);
  assert.equal(view.sequence, 0x1234);
  assert.equal(view.timestamp, 0x00abcdef);
  assert.equal(view.ssrc, 0xdeadbeef);
  assert.deepEqual([view.payloadOffset, view.payloadLength, view.extensionProfile], [12, 3, -1]);
});

test('RFC 3550 §5.1: the same packet is written octet by octet', () => {
  const bytes = octets(PLAIN);
  bytes.fill(0, 0, RTP_HEADER);
  writeRtpHeader(bytes, true, 0, 0x1234, 0x00abcdef, 0xdeadbeef);
  assert.deepEqual(bytes, octets(PLAIN));
});

test('RFC 3550 §5.1: CSRC, extension and padding surround the payload', () => {
  const fault = view.parse(octets('b2 08 0001 00000002 00000003 11111111 22222222 bede 0001 aabbccdd 0102 000003'));
  assert.equal(fault, undefined);
  assert.equal(view.csrcCount, 2);
  assert.deepEqual([view.extensionProfile, view.extensionOffset, view.extensionLength], [0xbede, 24, 4]);
  assert.deepEqual([view.payloadOffset, view.payloadLength], [28, 2]);
  assert.equal(view.payloadType, 8);
});

test('RFC 3550 §5.1: an empty payload is a packet', () => {
  assert.equal(view.parse(octets('8000 0001 00000002 00000003')), undefined);
  assert.equal(view.payloadLength, 0);
});

test('RFC 3550 A.1: what is no RTP packet gets a fault word', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['', 'short'],
    ['80', 'short'],
    ['8000 0001 00000002 000000', 'short'],
    ['4000 0001 00000002 00000003', 'version'],
    ['0000 0001 00000002 00000003', 'version'],
    ['80c8 0006 00000002 00000003', 'rtcp'],
    ['81c9 0007 00000002 00000003', 'rtcp'],
    ['8f00 0001 00000002 00000003 00000000', 'csrc'],
    ['9000 0001 00000002 00000003', 'extension'],
    ['9000 0001 00000002 00000003 bede 0001 aabbcc', 'extension'],
    ['9000 0001 00000002 00000003 bede ffff aabbccdd', 'extension'],
    ['a000 0001 00000002 00000003', 'padding'],
    ['a000 0001 00000002 00000003 aa00', 'padding'],
    ['a000 0001 00000002 00000003 aa03', 'padding'],
  ];
  for (const [text, word] of cases) assert.equal(view.parse(octets(text)), word, text);
});

test('RFC 3550 §5.1: padding alone leaves an empty payload', () => {
  assert.equal(view.parse(octets('a000 0001 00000002 00000003 0002')), undefined);
  assert.equal(view.payloadLength, 0);
});

test('RFC 3550 A.1: every prefix of a rich packet gives a value or a word', () => {
  const whole = octets('b2 08 0001 00000002 00000003 11111111 22222222 bede 0001 aabbccdd 0102 000003');
  for (let end = 0; end < whole.length; end++) {
    const fault = view.parse(whole.subarray(0, end));
    assert.ok(fault !== undefined || view.payloadOffset + view.payloadLength <= end, `prefix of ${end}`);
  }
});

test('RFC 3550 §5.1: distances go the short way round', () => {
  assert.equal(sequenceDelta(65535, 0), 1);
  assert.equal(sequenceDelta(0, 65535), -1);
  assert.equal(sequenceDelta(10, 10), 0);
  assert.equal(timestampDelta(0xffffff00, 0x100), 0x200);
  assert.equal(timestampDelta(0x100, 0xffffff00), -0x200);
});

test('the header does not fit into fewer than 12 octets: a bug of ours', () => {
  assert.throws(() => writeRtpHeader(new Uint8Array(11), false, 0, 0, 0, 0));
});

test.run();
