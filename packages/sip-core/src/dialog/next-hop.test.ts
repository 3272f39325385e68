import assert from 'node:assert/strict';
import { test } from 'uvu';
import type { Flow } from '../user-agent/door.ts';
import { nextHop } from './next-hop.ts';

const KNOWN: Flow = { transport: 'udp', host: '192.0.2.9', port: 5060 };
const BOTH = new Set(['udp', 'tcp'] as const);

test('RFC 3261 §8.1.2: a numeric route or target says where to, a name leaves it to the known way', () => {
  assert.deepEqual(nextHop('sip:bob@198.51.100.7:5070', KNOWN, BOTH), {
    transport: 'udp',
    host: '198.51.100.7',
    port: 5070,
  });
  assert.deepEqual(nextHop('<sip:198.51.100.7;lr>', KNOWN, BOTH), {
    transport: 'udp',
    host: '198.51.100.7',
    port: 5060,
  });
  assert.deepEqual(nextHop('sip:bob@[2001:db8::1]', KNOWN, BOTH), {
    transport: 'udp',
    host: '2001:db8::1',
    port: 5060,
  });
  assert.equal(nextHop('sip:bob@pbx.example.com', KNOWN, BOTH), KNOWN);
  assert.equal(nextHop('tel:+49', KNOWN, BOTH), KNOWN);
});

test('RFC 3261 §19.1.1: the transport parameter is obeyed where we have that transport', () => {
  assert.equal(nextHop('sip:b@198.51.100.7;transport=tcp', KNOWN, BOTH).transport, 'tcp');
  assert.equal(nextHop('sip:b@198.51.100.7;transport=tls', KNOWN, BOTH).transport, 'udp');
  assert.equal(nextHop('sip:b@198.51.100.7;transport=tcp', KNOWN, new Set(['udp'] as const)).transport, 'udp');
});

test('spec §10: loopback, wildcard and multicast addresses from elsewhere are not followed', () => {
  for (const host of ['127.0.0.1', '0.0.0.0', '224.0.0.1', '[::1]', '[ff02::1]']) {
    assert.equal(nextHop(`sip:b@${host}`, KNOWN, BOTH), KNOWN, host);
  }
  const loop: Flow = { transport: 'udp', host: '127.0.0.1', port: 5080 };
  assert.equal(nextHop('sip:b@127.0.0.1:5090', loop, BOTH).port, 5090);
});

test.run();
