import assert from 'node:assert/strict';
import type { Flow, SipTransport, SipTransportListener } from '@switchhook/sip-core';
import { test } from 'uvu';
import { type PassingMessage, type SipWatcher, tapped } from './sip-tap.ts';

const octets = (text: string) => new TextEncoder().encode(text);
const bye = (n: number) =>
  `BYE sip:a@h SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bK${n}\r\nCall-ID: c\r\nCSeq: ${n} BYE\r\nContent-Length: 0\r\n\r\n`;

function rig(watch: Partial<SipWatcher> = {}) {
  const log: string[] = [];
  const seen: PassingMessage[] = [];
  let inner: SipTransportListener | undefined;
  const transport: SipTransport = {
    local: { udp: { host: '10.0.0.1', port: 5060 } },
    listen: (listener) => {
      inner = listener;
    },
    send: (_, bytes) => void log.push(`sent ${bytes.length}`),
    end: () => void log.push('ended'),
    close: () => void log.push('closed'),
  };
  const tap = tapped(transport, {
    message: (message) => void seen.push(message),
    broken: () => void log.push('broken'),
    ...watch,
  });
  tap.listen({
    received: (_, bytes) => void log.push(`received ${bytes.length}`),
    closed: () => void log.push('far end closed'),
    failed: (_, why) => void log.push(why),
  });
  return { tap, log, seen, inner: () => inner! };
}

const udp: Flow = { transport: 'udp', host: '10.0.0.2', port: 5060 };
const tcp: Flow = { transport: 'tcp', host: '2001:db8::2', port: 5061, connection: 7 };

test('tap: everything passes unchanged, and every datagram is seen with its direction and far end', () => {
  const { tap, log, seen, inner } = rig();
  inner().received(udp, octets('abc'));
  tap.send(udp, octets('defgh'));
  inner().failed(udp, 'unreachable');
  tap.end(udp);
  tap.close();
  assert.deepEqual(log, ['received 3', 'sent 5', 'unreachable', 'ended', 'closed']);
  assert.deepEqual(
    seen.map(({ out, transport, remote, bytes }) => [out, transport, remote, bytes.length]),
    [
      [false, 'udp', '10.0.0.2:5060', 3],
      [true, 'udp', '10.0.0.2:5060', 5],
    ],
  );
  assert.deepEqual(tap.local, { udp: { host: '10.0.0.1', port: 5060 } });
});

test('tap: a stream is seen message by message, however it was cut', () => {
  for (const size of [1, 7, 100, 1000]) {
    const { seen, inner } = rig();
    const all = octets(bye(1) + bye(2));
    for (let at = 0; at < all.length; at += size) inner().received(tcp, all.subarray(at, at + size));
    assert.deepEqual(
      seen.map(({ bytes }) => new TextDecoder().decode(bytes)),
      [bye(1), bye(2)],
    );
    assert.equal(seen[0]!.remote, '[2001:db8::2]:5061');
  }
});

test('tap: a connection that ends in the midst of a message leaves nothing behind for the next of its number', () => {
  const { seen, inner } = rig();
  inner().received(tcp, octets(bye(1).slice(0, 20)));
  inner().closed(tcp);
  inner().received(tcp, octets(bye(2)));
  assert.equal(seen.length, 1);
});

test('tap: a watcher that throws is told once and never called again; the calls go on', () => {
  let calls = 0;
  const { tap, log, inner } = rig({
    message: () => {
      calls += 1;
      throw new Error('our own bug');
    },
  });
  inner().received(udp, octets('abc'));
  tap.send(udp, octets('d'));
  assert.deepEqual(log, ['broken', 'received 3', 'sent 1']);
  assert.equal(calls, 1);
});

test.run();
