import assert from 'node:assert/strict';
import { test } from 'uvu';
import type { Negotiation } from './door.ts';
import { createNegotiation } from './negotiation.ts';

const fresh = (): Negotiation =>
  createNegotiation({ endpoint: { host: '192.0.2.10', port: 4000 }, codecs: ['PCMA'], ptimeMs: 20 }, { sessionId: 77 });
const sdp = (...lines: readonly string[]): string =>
  ['v=0', 'o=- 1 1 IN IP4 198.51.100.5', 's=-', 'c=IN IP4 198.51.100.5', 't=0 0', ...lines, ''].join('\r\n');

test('RFC 5761 §5.1.1: RTP and RTCP share a port where both sides say so, else RTCP keeps its own', () => {
  const muxed = sdp('m=audio 40000 RTP/AVP 8', 'a=rtcp-mux');
  const own = sdp('m=audio 40000 RTP/AVP 8');
  const offers = fresh();
  offers.offer('talk');
  const both = offers.accept(muxed);
  assert.ok(both.ok);
  assert.deepEqual(
    [both.value.plan.rtcpMux, both.value.plan.remoteRtcp],
    [true, { host: '198.51.100.5', port: 40_000 }],
  );
  offers.offer('talk');
  const one = offers.accept(own);
  assert.ok(one.ok);
  assert.deepEqual([one.value.plan.rtcpMux, one.value.plan.remoteRtcp?.port], [undefined, 40_001]);
  const agreed = fresh().answer(muxed, 'talk');
  assert.ok(agreed.ok && agreed.value.plan.rtcpMux === true);
  assert.match(agreed.value.sdp, /\r\na=rtcp-mux\r\n/);
  const refused = fresh().answer(own, 'talk');
  assert.ok(refused.ok && !refused.value.sdp.includes('rtcp-mux'));
});

test.run();
