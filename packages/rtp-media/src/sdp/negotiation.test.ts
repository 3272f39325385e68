import assert from 'node:assert/strict';
import { test } from 'uvu';
import type { Direction } from '../session/plan.ts';
import type { Agreement, LocalMedia, Negotiation } from './door.ts';
import { createNegotiation } from './negotiation.ts';

const local: LocalMedia = { endpoint: { host: '192.0.2.10', port: 4000 }, codecs: ['PCMA', 'PCMU'], ptimeMs: 20 };
const fresh = (over: Partial<LocalMedia> = {}): Negotiation =>
  createNegotiation({ ...local, ...over }, { sessionId: 77 });
const ALL: readonly Direction[] = ['sendrecv', 'sendonly', 'recvonly', 'inactive'];

const sdp = (...lines: readonly string[]): string =>
  ['v=0', 'o=- 1 1 IN IP4 198.51.100.5', 's=-', 'c=IN IP4 198.51.100.5', 't=0 0', ...lines, ''].join('\r\n');
const audio = (direction: Direction = 'sendrecv'): string => sdp('m=audio 40000 RTP/AVP 8 0', `a=${direction}`);
const lines = (text: string, start: string): string[] => text.split('\r\n').filter((line) => line.startsWith(start));
const version = (text: string): number => Number(/^o=- 77 (\d+) /m.exec(text)![1]);

function accepted(negotiation: Negotiation, answer: string): Agreement {
  const result = negotiation.accept(answer);
  assert.ok(result.ok, JSON.stringify(result));
  return result.value;
}

function answeredTo(
  negotiation: Negotiation,
  offer: string,
  wish: 'talk' | 'hold' = 'talk',
): Agreement & { sdp: string } {
  const result = negotiation.answer(offer, wish);
  assert.ok(result.ok, JSON.stringify(result));
  return result.value;
}

test('RFC 8866 §5: our first offer, letter by letter', () => {
  assert.equal(
    fresh().offer('talk'),
    [
      'v=0',
      'o=- 77 1 IN IP4 192.0.2.10',
      's=-',
      'c=IN IP4 192.0.2.10',
      't=0 0',
      'm=audio 4000 RTP/AVP 8 0 101',
      'a=rtpmap:8 PCMA/8000',
      'a=rtpmap:0 PCMU/8000',
      'a=rtpmap:101 telephone-event/8000',
      'a=fmtp:101 0-16',
      'a=rtcp-mux',
      'a=ptime:20',
      'a=sendrecv',
      '',
    ].join('\r\n'),
  );
});

test('RFC 3264 §8: the version rises by one when the text changes and not otherwise', () => {
  const negotiation = fresh();
  assert.equal(version(negotiation.offer('talk')), 1);
  assert.equal(version(negotiation.offer('talk')), 1);
  accepted(negotiation, audio());
  assert.equal(version(negotiation.offer('talk')), 1);
  assert.equal(version(negotiation.offer('hold')), 2);
  accepted(negotiation, audio('recvonly'));
  assert.equal(version(negotiation.offer('hold')), 2);
  assert.equal(version(negotiation.offer('talk')), 3);
});

test('RFC 3264 §6: an answer becomes a plan', () => {
  const negotiation = fresh();
  negotiation.offer('talk');
  const agreed = accepted(
    negotiation,
    sdp('m=audio 40000 RTP/AVP 0 101', 'a=rtpmap:101 telephone-event/8000', 'a=fmtp:101 0-15', 'a=ptime:30'),
  );
  assert.deepEqual(agreed.plan, {
    remote: { host: '198.51.100.5', port: 40000 },
    remoteRtcp: { host: '198.51.100.5', port: 40001 },
    codec: { name: 'PCMU', payloadType: 0, clockRate: 8000 },
    receive: [
      { name: 'PCMA', payloadType: 8, clockRate: 8000 },
      { name: 'PCMU', payloadType: 0, clockRate: 8000 },
    ],
    telephoneEvent: 101,
    direction: 'sendrecv',
    ptimeMs: 30,
  });
  assert.equal(agreed.heldByPeer, false);
  assert.equal(agreed.sdp, undefined);
  assert.equal(negotiation.agreed, agreed);
});

test('RFC 3264 §6.1: an answer is never wider than the offer: 4×4', () => {
  const offering: readonly (readonly [string, (n: Negotiation) => void, 'talk' | 'hold', readonly Direction[]])[] = [
    ['sendrecv', () => undefined, 'talk', ['sendrecv', 'recvonly', 'sendonly', 'inactive']],
    ['sendonly', () => undefined, 'hold', ['sendonly', 'inactive', 'sendonly', 'inactive']],
    ['inactive', (n) => answeredTo(n, audio('sendonly')), 'hold', ['inactive', 'inactive', 'inactive', 'inactive']],
    ['inactive', (n) => answeredTo(n, audio('inactive')), 'hold', ['inactive', 'inactive', 'inactive', 'inactive']],
  ];
  for (const [asked, before, wish, expected] of offering) {
    ALL.forEach((peer, i) => {
      const negotiation = fresh();
      before(negotiation);
      assert.ok(negotiation.offer(wish).includes(`a=${asked}\r\n`));
      assert.equal(accepted(negotiation, audio(peer)).plan.direction, expected[i], `${asked} answered ${peer}`);
    });
  }
});

test('RFC 3264 §6.1: answers to the four directions, and who holds whom', () => {
  const table: readonly (readonly [Direction, Direction, Direction, boolean])[] = [
    ['sendrecv', 'sendrecv', 'sendonly', false],
    ['sendonly', 'recvonly', 'inactive', true],
    ['recvonly', 'sendonly', 'sendonly', false],
    ['inactive', 'inactive', 'inactive', true],
  ];
  for (const [peer, talk, hold, held] of table) {
    for (const [wish, expected] of [
      ['talk', talk],
      ['hold', hold],
    ] as const) {
      const agreed = answeredTo(fresh(), audio(peer), wish);
      assert.equal(agreed.direction, expected);
      assert.equal(agreed.plan.direction, expected);
      assert.ok(agreed.sdp.endsWith(`a=${expected}\r\n`));
      assert.equal(agreed.heldByPeer, held);
    }
  }
});

test('RFC 3264 §8.4: hold and back, and both sides on hold', () => {
  const negotiation = fresh();
  negotiation.offer('talk');
  accepted(negotiation, audio());
  assert.ok(negotiation.offer('hold').includes('a=sendonly'));
  assert.equal(accepted(negotiation, audio('recvonly')).heldByPeer, false);
  assert.equal(negotiation.agreed?.direction, 'sendonly');
  // now the far end holds us as well, while we keep holding
  const both = answeredTo(negotiation, audio('sendonly'), 'hold');
  assert.deepEqual([both.direction, both.heldByPeer], ['inactive', true]);
  // we come back; it still holds
  assert.ok(negotiation.offer('talk').includes('a=sendrecv'));
  const back = accepted(negotiation, audio('sendonly'));
  assert.deepEqual([back.direction, back.heldByPeer], ['recvonly', true]);
});

test('RFC 3264 §8.4: a far end that holds us still holds us after we held "inactive"', () => {
  const negotiation = fresh();
  answeredTo(negotiation, audio('sendonly'));
  negotiation.offer('hold');
  assert.equal(accepted(negotiation, audio('inactive')).heldByPeer, true);
});

test('RFC 3264 §6: m= lines keep number and order; what we do not take gets port 0', () => {
  const agreed = answeredTo(
    fresh(),
    sdp(
      'm=video 5000 RTP/AVP 96 97',
      'a=rtpmap:96 H264/90000',
      'm=audio 40000 RTP/AVP 0',
      'm=audio 40002 RTP/AVP 8',
      'm=image 40004 udptl t38',
      'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
    ),
  );
  assert.deepEqual(lines(agreed.sdp, 'm='), [
    'm=video 0 RTP/AVP 96 97',
    'm=audio 4000 RTP/AVP 0',
    'm=audio 0 RTP/AVP 8',
    'm=image 0 udptl t38',
    'm=application 0 UDP/DTLS/SCTP webrtc-datachannel',
  ]);
  assert.equal(agreed.plan.remote?.port, 40000);
});

test('RFC 3264 §8: our later offers keep the places of refused media', () => {
  const negotiation = fresh();
  answeredTo(negotiation, sdp('m=video 5000 RTP/AVP 96', 'm=audio 40000 RTP/AVP 8'));
  const offer = negotiation.offer('hold');
  assert.deepEqual(lines(offer, 'm='), ['m=video 0 RTP/AVP 96', 'm=audio 4000 RTP/AVP 8 0 101']);
  const answer = sdp('m=video 0 RTP/AVP 96', 'm=audio 40000 RTP/AVP 8', 'a=recvonly');
  assert.equal(accepted(negotiation, answer).direction, 'sendonly');
  negotiation.offer('talk');
  assert.deepEqual(negotiation.accept(audio()), { ok: false, fault: 'wrong-media-count', at: 0 });
});

test('RFC 3264 §8.3.2: a payload type keeps its meaning in the session', () => {
  const negotiation = fresh();
  const agreed = answeredTo(
    negotiation,
    sdp(
      'm=audio 40000 RTP/AVP 101 8 96',
      'a=rtpmap:101 opus/48000/2',
      'a=rtpmap:96 telephone-event/8000',
      'a=fmtp:96 0-15',
    ),
  );
  assert.deepEqual(lines(agreed.sdp, 'm='), ['m=audio 4000 RTP/AVP 8 96']);
  assert.deepEqual(lines(agreed.sdp, 'a=fmtp'), ['a=fmtp:96 0-15']);
  assert.equal(agreed.plan.telephoneEvent, 96);
  assert.deepEqual(lines(negotiation.offer('talk'), 'm='), ['m=audio 4000 RTP/AVP 8 0 96']);
});

test('RFC 3264 §8.3.2: our event type moves away from a number that means something else', () => {
  const negotiation = fresh();
  answeredTo(negotiation, sdp('m=audio 40000 RTP/AVP 101 8', 'a=rtpmap:101 opus/48000/2'));
  assert.deepEqual(lines(negotiation.offer('talk'), 'm='), ['m=audio 4000 RTP/AVP 8 0 96']);
});

test('RFC 3264 §6.1: the answer lists the offer’s codecs in the offer’s order', () => {
  const agreed = answeredTo(fresh(), sdp('m=audio 40000 RTP/AVP 9 0 3 8', 'a=rtpmap:9 G722/8000'));
  assert.deepEqual(lines(agreed.sdp, 'm='), ['m=audio 4000 RTP/AVP 0 8']);
  assert.equal(agreed.plan.codec.name, 'PCMU');
  assert.equal(agreed.plan.telephoneEvent, undefined);
});

test('RFC 3551 §6: PCMA on a dynamic number counts, and a static number with another rtpmap does not', () => {
  const dynamic = answeredTo(fresh(), sdp('m=audio 40000 RTP/AVP 97', 'a=rtpmap:97 pcma/8000'));
  assert.deepEqual(dynamic.plan.codec, { name: 'PCMA', payloadType: 97, clockRate: 8000 });
  const other = fresh().answer(sdp('m=audio 40000 RTP/AVP 0', 'a=rtpmap:0 L16/8000'), 'talk');
  assert.deepEqual(other, { ok: false, fault: 'no-common-codec', at: 0 });
});

test('RFC 4733 §2.4.1: events of an answer on another number are sent there and still expected on ours', () => {
  const negotiation = fresh();
  negotiation.offer('talk');
  const { plan } = accepted(negotiation, sdp('m=audio 40000 RTP/AVP 8 97', 'a=rtpmap:97 telephone-event/8000'));
  assert.deepEqual([plan.telephoneEvent, plan.telephoneEventIn], [97, 101]);
});

test('sip-core §7: session-level c= and direction count; the m= section overrides them', () => {
  const session = 'v=0\r\no=- 1 1 IN IP4 198.51.100.5\r\ns=-\r\nc=IN IP4 198.51.100.5\r\nt=0 0\r\na=sendonly\r\n';
  assert.equal(answeredTo(fresh(), `${session}m=audio 40000 RTP/AVP 8\r\n`).direction, 'recvonly');
  const own = answeredTo(fresh(), `${session}m=audio 40000 RTP/AVP 8\r\nc=IN IP4 198.51.100.6\r\na=sendrecv\r\n`);
  assert.deepEqual([own.direction, own.plan.remote?.host], ['sendrecv', '198.51.100.6']);
});

test('sip-core §7: read leniently: no s=, no t=, bare LF or CR, no last newline, blank lines, a port count', () => {
  for (const eol of ['\r\n', '\n', '\r', '\r\n\r\n']) {
    const text = [
      'v=0',
      'o=x 1 1 IN IP4 198.51.100.5',
      'c=IN  IP4 198.51.100.5 ',
      'm=audio 40000/1 RTP/AVP 8',
      'a=inactive',
    ];
    const agreed = answeredTo(fresh(), text.join(eol));
    assert.deepEqual([agreed.direction, agreed.plan.remote], ['inactive', { host: '198.51.100.5', port: 40000 }]);
  }
});

test('RFC 3264 §8.4: c=0.0.0.0 and port 9 hold us, whatever the direction says', () => {
  for (const offer of [
    'v=0\r\no=- 1 2 IN IP4 198.51.100.5\r\ns=-\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8\r\n',
    sdp('m=audio 9 RTP/AVP 8'),
  ]) {
    const agreed = answeredTo(fresh(), offer);
    assert.equal(agreed.plan.remote, undefined);
    assert.equal(agreed.plan.remoteRtcp, undefined);
    assert.deepEqual([agreed.direction, agreed.heldByPeer], ['recvonly', true]);
  }
});

test('RFC 3264 §8.2: port 0 refuses a first offer and silences a standing call', () => {
  const off = sdp('m=audio 0 RTP/AVP 8');
  assert.deepEqual(fresh().answer(off, 'talk'), { ok: false, fault: 'no-audio', at: 0 });
  const negotiation = fresh();
  answeredTo(negotiation, audio());
  const agreed = answeredTo(negotiation, off);
  assert.deepEqual(lines(agreed.sdp, 'm='), ['m=audio 0 RTP/AVP 8']);
  assert.deepEqual([agreed.direction, agreed.heldByPeer, agreed.plan.remote], ['inactive', true, undefined]);
  // RFC 3264 §8.1: and the place is used again
  assert.deepEqual(lines(negotiation.offer('talk'), 'm='), ['m=audio 4000 RTP/AVP 8 0 101']);
});

test('RFC 3264 §6: an answer with port 0 refuses the first offer', () => {
  const negotiation = fresh();
  negotiation.offer('talk');
  assert.deepEqual(negotiation.accept(sdp('m=audio 0 RTP/AVP 8')), { ok: false, fault: 'no-audio', at: 0 });
  assert.equal(negotiation.agreed, undefined);
});

test('sip-core §10: hostile addresses are refused and what stood stays', () => {
  const negotiation = fresh();
  answeredTo(negotiation, audio());
  const before = negotiation.agreed;
  for (const host of ['224.1.1.1/127', '255.255.255.255', '127.0.0.1', 'somewhere.example']) {
    const offer = sdp('m=audio 40000 RTP/AVP 8', `c=IN IP4 ${host}`);
    assert.deepEqual(negotiation.answer(offer, 'talk'), { ok: false, fault: 'bad-address', at: 0 }, host);
  }
  assert.equal(negotiation.agreed, before);
  assert.equal(fresh().answer(sdp('m=audio 53 RTP/AVP 8'), 'talk').ok, false);
  assert.equal(fresh().answer(sdp('m=audio 4000 RTP/AVP 8', 'c=IN IP4 192.0.2.10'), 'talk').ok, false);
});

test('RFC 3605: RTCP goes where a=rtcp says, unless that is hostile', () => {
  const at = (attribute: string): unknown =>
    answeredTo(fresh(), sdp('m=audio 40000 RTP/AVP 8', attribute)).plan.remoteRtcp;
  assert.deepEqual(at('a=rtcp:53020'), { host: '198.51.100.5', port: 53020 });
  assert.deepEqual(at('a=rtcp:53020 IN IP4 198.51.100.9'), { host: '198.51.100.9', port: 53020 });
  assert.deepEqual(at('a=rtcp:53020 IN IP4 224.0.0.1'), { host: '198.51.100.5', port: 40001 });
  assert.deepEqual(at('a=rtcp:53'), { host: '198.51.100.5', port: 40001 });
});

test('sip-core §7: ptime is taken in whole 10 ms and not above maxptime', () => {
  const at = (...attributes: string[]): number =>
    answeredTo(fresh(), sdp('m=audio 40000 RTP/AVP 8', ...attributes)).plan.ptimeMs;
  assert.equal(at(), 20);
  assert.equal(at('a=ptime:30'), 30);
  assert.equal(at('a=ptime:25'), 20);
  assert.equal(at('a=ptime:0'), 20);
  assert.equal(at('a=ptime:500'), 60);
  assert.equal(at('a=ptime:40', 'a=maxptime:20'), 20);
  assert.equal(at('a=ptime:5'), 20);
});

test('sip-core §7: 64 m= lines and 256 attributes pass, one more does not', () => {
  const many = (count: number): string =>
    sdp('m=audio 40000 RTP/AVP 8', ...Array(count - 1).fill('m=video 5000 RTP/AVP 96'));
  assert.equal(fresh().answer(many(64), 'talk').ok, true);
  const over = fresh().answer(many(65), 'talk');
  assert.ok(!over.ok && over.fault === 'too-many-media');
  const attributes = (count: number): string => sdp('m=audio 40000 RTP/AVP 8', ...Array(count).fill('a=x:1'));
  assert.equal(fresh().answer(attributes(256), 'talk').ok, true);
  const more = fresh().answer(attributes(257), 'talk');
  assert.ok(!more.ok && more.fault === 'too-many-attributes');
});

test('sip-core §7: what is no SDP, has no audio or no common codec is refused by name', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['', 'not-sdp'],
    ['hello', 'not-sdp'],
    ['o=- 1 1 IN IP4 198.51.100.5\r\nv=0\r\n', 'not-sdp'],
    [sdp(), 'no-audio'],
    [sdp('m=video 5000 RTP/AVP 96'), 'no-audio'],
    [sdp('m=audio 40000 RTP/SAVP 8'), 'no-common-srtp'],
    [sdp('m=audio 40000 RTP/AVP 3 18'), 'no-common-codec'],
    ['v=0\r\nm=audio 40000 RTP/AVP 8\r\n', 'bad-address'],
    ['v=0\r\nm=audio x RTP/AVP 8\r\n', 'no-audio'],
  ];
  for (const [text, word] of cases) {
    const result = fresh().answer(text, 'talk');
    assert.ok(!result.ok && result.fault === word, `${text}: ${JSON.stringify(result)}`);
  }
});

test('RFC 3264 §8: a refused offer leaves what was agreed, and its next text is new', () => {
  const negotiation = fresh();
  negotiation.offer('talk');
  const agreed = accepted(negotiation, audio());
  assert.equal(version(negotiation.offer('hold')), 2);
  negotiation.withdraw();
  assert.equal(negotiation.agreed, agreed);
  assert.equal(version(negotiation.offer('talk')), 3);
});

test('RFC 3261 §13.2.1: an early answer and the same one again in the 200', () => {
  const negotiation = fresh();
  negotiation.offer('talk');
  const early = accepted(negotiation, audio('sendonly'));
  assert.deepEqual(accepted(negotiation, audio('sendonly')), early);
  assert.equal(accepted(negotiation, audio()).direction, 'sendrecv');
});

test('accept() without any offer of ours is a bug and throws', () => {
  assert.throws(() => fresh().accept(audio()));
  assert.throws(() => createNegotiation(local, { sessionId: 'x y' }));
});

test('RFC 8866 §5.7: IPv6 both ways', () => {
  const negotiation = fresh({ endpoint: { host: '2001:db8::10', port: 4000 } });
  const agreed = answeredTo(
    negotiation,
    'v=0\r\no=- 1 1 IN IP6 2001:db8::5\r\ns=-\r\nc=IN IP6 2001:db8::5\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8\r\n',
  );
  assert.equal(agreed.plan.remote?.port, 40000);
  assert.deepEqual(lines(agreed.sdp, 'c='), ['c=IN IP6 2001:db8::10']);
});

test('sip-core §10: a line of the offer cannot make a line in the answer', () => {
  const agreed = answeredTo(
    fresh(),
    sdp('m=vid\u0000eo 5000 RTP/AVP 96', 'm=audio 40000 RTP/AVP 8', 'm=x 1 y \u2028a=evil'),
  );
  for (const line of agreed.sdp.split(/[\r\n\u2028]/)) assert.match(line, /^$|^[a-z]=[\x20-\x7e]*$/);
});

test.run();
