import assert from 'node:assert/strict';
import { test } from 'uvu';
import { commonFormats, PayloadTypes } from './formats.ts';
import { type Description, readDescription, writeBody, writeHead } from './text.ts';

function read(...lines: readonly string[]): Description {
  const result = readDescription(lines.join('\r\n'));
  assert.ok(result.ok, JSON.stringify(result));
  return result.value;
}

test('RFC 8866 §5: what counts for offer/answer is read, the rest passes', () => {
  const description = read(
    'v=0',
    'o=alice 2890844526 2890842807 IN IP4 198.51.100.1',
    's=',
    'i=nothing',
    'c=IN IP4 198.51.100.1',
    't=0 0',
    'a=recvonly',
    'm=audio 49170 RTP/AVP 0 96 token 96 300',
    'a=rtpmap:96 telephone-event/8000',
    'a=fmtp:96 0-16',
    'a=ptime:20',
    'a=maxptime:40',
    'a=rtcp:49180',
    'a=unknown:thing',
    'm=video 0 RTP/AVP 31',
    'c=IN IP4 224.2.1.1/127',
    'a=inactive',
  );
  assert.deepEqual([description.sessionId, description.sessionVersion], ['2890844526', '2890842807']);
  const [audio, video] = description.media;
  assert.deepEqual(audio, {
    kind: 'audio',
    port: 49170,
    protocol: 'RTP/AVP',
    formats: '0 96 token 96 300',
    maps: [
      { payloadType: 0, encoding: '', clockRate: 8000, parameters: undefined },
      { payloadType: 96, encoding: 'telephone-event', clockRate: 8000, parameters: '0-16' },
    ],
    address: '198.51.100.1',
    direction: 'recvonly',
    ptimeMs: 20,
    maxptimeMs: 40,
    rtcp: { port: 49180, address: undefined },
    rtcpMux: false,
    crypto: { given: false, lines: [] },
  });
  assert.deepEqual([video!.address, video!.direction, video!.port], ['224.2.1.1', 'inactive', 0]);
});

test('RFC 8866 §5.14: a malformed m= line keeps its place and is nothing that anybody takes', () => {
  const { media } = read('v=0', 'm=audio', 'm=audio 70000 RTP/AVP 0', 'm=audio 4000 RTP/AVP 0');
  assert.deepEqual(
    media.map(({ kind, port }) => [kind, port]),
    [
      ['x', 0],
      ['audio', 0],
      ['audio', 4000],
    ],
  );
});

test('sip-core §10: names of the language itself are only text', () => {
  const { media } = read(
    'v=0',
    'm=__proto__ 4000 constructor 0',
    'a=rtpmap:0 __proto__/8000',
    'a=__proto__:1',
    'a=constructor',
  );
  assert.equal(media[0]!.kind, '__proto__');
  assert.equal(commonFormats(media[0]!, ['PCMU']).codecs.length, 0);
  assert.equal(({} as Record<string, unknown>)['1'], undefined);
});

test('sip-core §10: 64 KiB of hostile lines are read in well under a second', () => {
  for (const line of [
    `a=fmtp:${'9'.repeat(2000)}`,
    `a=ptime:${'1.'.repeat(1000)}x`,
    `m=${'a'.repeat(2000)}`,
    `c=IN${' '.repeat(2000)}`,
  ]) {
    const text = `v=0\r\nm=audio 4000 RTP/AVP 0\r\n${`${line}\r\n`.repeat(31)}`;
    const before = process.cpuUsage().user;
    readDescription(text);
    assert.ok(process.cpuUsage().user - before < 500_000, line.slice(0, 12));
  }
});

test('RFC 8866 §5: a body with a refused section, letter by letter', () => {
  const body = writeBody('2001:db8::1', [
    { kind: 'video', protocol: 'RTP/AVP', formats: '' },
    {
      port: 4000,
      protocol: 'RTP/AVP',
      formats: [{ payloadType: 8, encoding: 'PCMA' }],
      direction: 'inactive',
      rtcpMux: false,
      crypto: [],
      ptimeMs: 30,
    },
  ]);
  assert.equal(
    body,
    's=-\r\nc=IN IP6 2001:db8::1\r\nt=0 0\r\nm=video 0 RTP/AVP 0\r\nm=audio 4000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na=ptime:30\r\na=inactive\r\n',
  );
  assert.equal(writeHead('192.0.2.1', '7', 3), 'v=0\r\no=- 7 3 IN IP4 192.0.2.1\r\n');
});

test('RFC 4733 §2.4.1: event lists, and what they say about the flash', () => {
  const highest = (list: string): number | undefined =>
    commonFormats(
      read('v=0', 'm=audio 4000 RTP/AVP 101', 'a=rtpmap:101 Telephone-Event/8000', `a=fmtp:101 ${list}`).media[0]!,
      ['PCMU'],
    ).telephoneEvent?.highest;
  assert.deepEqual(['0-15', '0-16', '0-15,16', '0-11, 16-20', 'x', '0-15,66'].map(highest), [15, 16, 16, 16, 15, 15]);
});

test('RFC 3264 §8.3.2: a number keeps its meaning, a meaning its number', () => {
  const types = new PayloadTypes();
  assert.equal(types.numberOf('TELEPHONE-EVENT', 101), 101);
  assert.equal(types.numberOf('OTHER', 101), 96);
  assert.equal(types.numberOf('TELEPHONE-EVENT', 99), 101);
  types.learn(
    read('v=0', 'm=audio 4000 RTP/AVP 101 97', 'a=rtpmap:101 opus/48000/2', 'a=rtpmap:97 PCMA/8000').media[0]!,
  );
  assert.equal(types.numberOf('TELEPHONE-EVENT', 99), 101);
  assert.equal(types.numberOf('PCMA', 8), 97);
});

test.run();
