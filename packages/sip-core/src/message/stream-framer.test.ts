import assert from 'node:assert/strict';
import { test } from 'uvu';
import { StreamFramer } from './stream-framer.ts';

const HEAD =
  'OPTIONS sip:b@h SIP/2.0\r\nVia: SIP/2.0/TCP h;branch=z9hG4bKa\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:b@h>\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\n';

function message(body: string): string {
  return `${HEAD}Content-Length: ${body.length}\r\n\r\n${body}`;
}

function push(framer: StreamFramer, text: string): string[] {
  return framer.push(new TextEncoder().encode(text)).map((item) => {
    if (item.type === 'message') return new TextDecoder().decode(item.bytes);
    return item.type === 'fault' ? `fault ${item.fault}` : item.type;
  });
}

test('RFC 3261 §18.3: messages are cut by Content-Length, wherever the segments end', () => {
  const first = message('one');
  const second = message('\r\n\r\ntwo');
  const third = message('');
  const all = first + second + third;
  for (let cut = 0; cut <= all.length; cut++) {
    const framer = new StreamFramer();
    assert.deepEqual([...push(framer, all.slice(0, cut)), ...push(framer, all.slice(cut))], [first, second, third]);
    assert.equal(framer.pending, 0);
  }
});

test('RFC 5626 §4.4.1: a double CRLF between messages is a ping, a single one a pong', () => {
  const framer = new StreamFramer();
  assert.deepEqual(push(framer, '\r\n\r\n'), ['ping']);
  assert.deepEqual(push(framer, '\r\n'), ['pong']);
  assert.deepEqual(push(framer, '\r'), []);
  assert.deepEqual(push(framer, `\n`), ['pong']);
  assert.deepEqual(push(framer, `\r\n\r\n${message('x')}\r\n\r\n`), ['ping', message('x'), 'ping']);
});

test('RFC 3261 §7.5: a CRLF directly before a start line is neither', () => {
  assert.deepEqual(push(new StreamFramer(), `\r\n${message('x')}`), [message('x')]);
});

test('RFC 4475 §3.1.2.3: without a usable Content-Length the stream is over', () => {
  for (const length of ['', 'Content-Length: -1\r\n', 'l: x\r\n']) {
    const framer = new StreamFramer();
    assert.deepEqual(push(framer, `${HEAD}${length}\r\n`), ['fault content-length']);
    assert.deepEqual(push(framer, message('')), []);
  }
  assert.deepEqual(push(new StreamFramer(), `${HEAD}l: 1\r\nl: 1\r\n\r\n`), ['fault repeated-header']);
});

test('sip-core §10: header fields up to 32 KiB, bodies up to 64 KiB', () => {
  const framer = new StreamFramer();
  assert.deepEqual(push(framer, `${HEAD}l: 65536\r\n\r\n`), []);
  assert.equal(push(framer, 'x'.repeat(65_536)).length, 1);
  assert.deepEqual(push(new StreamFramer(), `${HEAD}l: 65537\r\n\r\n`), ['fault body-too-long']);
  const endless = new StreamFramer();
  const items: string[] = [];
  for (let i = 0; i < 40 && items.length === 0; i++) items.push(...push(endless, `X${'-'.repeat(1000)}`));
  assert.deepEqual(items, ['fault head-too-long']);
  assert.equal(endless.pending, 0);
});

test('StreamFramer: a message is a copy, so that the next octets cannot change it', () => {
  const framer = new StreamFramer();
  const bytes = new TextEncoder().encode(message('x'));
  const [item] = framer.push(bytes);
  bytes.fill(0);
  push(framer, message('y'));
  assert.ok(item?.type === 'message' && new TextDecoder().decode(item.bytes) === message('x'));
});

test.run();
