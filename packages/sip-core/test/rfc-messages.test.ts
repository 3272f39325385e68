import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  addressOf,
  callIdOf,
  contactOf,
  cseqOf,
  eventOf,
  fromOf,
  parseMessage,
  parseUri,
  printMessage,
  replacesOf,
  StreamFramer,
  toOf,
  viasOf,
} from '@switchhook/sip-core';
import { test } from 'uvu';
import { corpus, FIXTURES } from './fixtures.ts';

test('RFC 3261 §7.3.1: what was read and not touched is printed octet by octet as it came', () => {
  for (const bytes of FIXTURES) {
    const read = parseMessage(bytes, 'datagram');
    assert.ok(read.ok);
    assert.deepEqual(printMessage(read.value), bytes);
  }
});

const flows = corpus('rfc-flows', 'messages of the RFCs');
if (flows !== undefined) {
  interface Entry {
    readonly file: string;
    readonly framable: boolean;
    readonly suspect: readonly string[];
  }
  const index: Entry[] = JSON.parse(readFileSync(`${flows}/index.json`, 'utf8'));
  const framable = index.filter((entry) => entry.framable && !entry.suspect.includes('no Via'));

  test('RFC 3665, 3515, 3891, 4538, 5589: every message with a right Content-Length is read and printed back', () => {
    assert.ok(framable.length > 100);
    for (const { file } of framable) {
      const bytes: Uint8Array = new Uint8Array(readFileSync(`${flows}/messages/${file}`));
      const read = parseMessage(bytes, 'datagram');
      assert.ok(read.ok, `${file}: ${JSON.stringify(read)}`);
      assert.deepEqual(printMessage(read.value), bytes, file);
    }
  });

  test('RFC 3665, 3515, 3891, 4538, 5589: their values can be read', () => {
    for (const { file } of framable) {
      const read = parseMessage(new Uint8Array(readFileSync(`${flows}/messages/${file}`)), 'datagram');
      assert.ok(read.ok);
      const message = read.value;
      assert.ok(viasOf(message).length >= 1, file);
      for (const address of [fromOf(message), toOf(message)]) assert.ok(parseUri(address.uri).ok, file);
      assert.ok(callIdOf(message).length > 0 && cseqOf(message).number > 0, file);
      const { headers } = message;
      if (headers.has('Contact') && headers.get('Contact') !== '*') assert.ok(contactOf(message) !== undefined, file);
      if (headers.get('Refer-To')?.includes(':') === true)
        assert.ok(addressOf(message, 'Refer-To') !== undefined, file);
      if (headers.has('Event')) assert.ok(eventOf(message) !== undefined, file);
      if (headers.has('Replaces')) assert.ok(replacesOf(message) !== undefined, file);
    }
  });

  test('RFC 3261 §18.3: the same messages come out of one stream, cut anywhere', () => {
    const whole: Uint8Array[] = [];
    for (const { file } of framable) {
      const bytes: Uint8Array = new Uint8Array(readFileSync(`${flows}/messages/${file}`));
      const read = parseMessage(bytes, 'datagram');
      if (read.ok && read.value.headers.has('Content-Length')) whole.push(bytes);
    }
    const stream = new Uint8Array(whole.reduce((sum, bytes) => sum + bytes.length, 0));
    let at = 0;
    for (const bytes of whole) {
      stream.set(bytes, at);
      at += bytes.length;
    }
    for (const step of [7, 61, 1460, stream.length]) {
      const framer = new StreamFramer();
      const cut: Uint8Array[] = [];
      for (let i = 0; i < stream.length; i += step) {
        for (const item of framer.push(stream.subarray(i, i + step))) {
          assert.ok(item.type === 'message', item.type);
          cut.push(item.bytes);
        }
      }
      assert.equal(cut.length, whole.length);
      for (const [i, bytes] of cut.entries()) assert.deepEqual(bytes, whole[i]);
      assert.equal(framer.pending, 0);
    }
  });
}

const seed = corpus('seed-ozeki/messages', 'messages of a field exchange');
if (seed !== undefined) {
  test('RFC 3261 §7: messages of a field exchange are read and printed back', async () => {
    const { readdirSync } = await import('node:fs');
    let read = 0;
    for (const file of readdirSync(seed)) {
      const bytes: Uint8Array = new Uint8Array(readFileSync(`${seed}/${file}`));
      const message = parseMessage(bytes, 'datagram');
      assert.ok(message.ok, `${file}: ${JSON.stringify(message)}`);
      assert.deepEqual(printMessage(message.value), bytes, file);
      read++;
    }
    assert.ok(read >= 8);
  });
}

test.run();
