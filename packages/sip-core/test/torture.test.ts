import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  addressesOf,
  contactOf,
  contactsOf,
  cseqOf,
  decodeText,
  faultStatus,
  fromOf,
  numberOf,
  parseMessage,
  parseUri,
  printMessage,
  responseTo,
  type SipMessage,
  StreamFramer,
  salvage,
  toTagOf,
  viasOf,
} from '@switchhook/sip-core';
import { test } from 'uvu';
import { corpus } from './fixtures.ts';

interface Verdict {
  readonly file: string;
  readonly section: string;
  readonly verdict: 'accept' | 'reject' | 'either' | 'discard' | 'unclassified';
  readonly layer: string;
  readonly status: readonly number[];
  readonly kind: string;
}

const folder = corpus('rfc4475', 'torture messages');

/** The one message that the parser takes and the user agent has to discard: several Via in a response. */
const LATER: ReadonlySet<string> = new Set(['bcast.dat']);

function must(file: string): SipMessage {
  const read = parseMessage(new Uint8Array(readFileSync(`${folder}/dat/${file}`)), 'datagram');
  assert.ok(read.ok, `${file}: ${JSON.stringify(read)}`);
  return read.value;
}

function userOf(uri: string): string | undefined {
  const read = parseUri(uri);
  assert.ok(read.ok, uri);
  return read.value.user;
}

if (folder !== undefined) {
  const { messages }: { messages: Verdict[] } = JSON.parse(readFileSync(`${folder}/expect.json`, 'utf8'));

  for (const { file, section, verdict, status, kind } of messages) {
    test(`RFC 4475 §${section}: ${file} is a case of ${verdict}`, () => {
      const bytes = new Uint8Array(readFileSync(`${folder}/dat/${file}`));
      const read = parseMessage(bytes, 'datagram');
      if (read.ok) {
        // What was taken is printed back as it came, but for octets beyond Content-Length.
        const printed = printMessage(read.value);
        assert.deepEqual(printed, bytes.subarray(0, printed.length));
      } else if (kind === 'request' && (verdict === 'reject' || verdict === 'either')) {
        const answer = faultStatus(read.fault);
        assert.ok(status.includes(answer) || (file === 'mismatch02.dat' && answer === 400), `${read.fault}: ${answer}`);
        const echo = salvage(bytes);
        if (echo !== undefined) {
          const reply = parseMessage(printMessage(responseTo(echo, answer, undefined, 'ours')), 'datagram');
          // What cannot be echoed in readable form is dropped by whoever sends; it must only never throw.
          if (reply.ok) assert.equal(reply.value.kind, 'response');
        }
      }
      switch (verdict) {
        case 'accept':
          assert.ok(read.ok, JSON.stringify(read));
          return;
        case 'reject':
          assert.ok(!read.ok);
          return;
        case 'discard':
          assert.equal(read.ok, LATER.has(file));
          if (!read.ok) assert.equal(salvage(bytes), undefined);
          return;
        case 'either':
        case 'unclassified':
          return;
        default:
          throw new Error(`no such verdict: ${verdict satisfies never}`);
      }
    });

    test(`RFC 4475 §${section}: ${file} does not break a stream`, () => {
      const bytes = new Uint8Array(readFileSync(`${folder}/dat/${file}`));
      const framer = new StreamFramer();
      for (const item of framer.push(bytes)) if (item.type === 'message') parseMessage(item.bytes, 'stream');
    });
  }

  test('RFC 4475 §3.1.1.1: wsinv is read in every part', () => {
    const message = must('wsinv.dat');
    assert.ok(message.kind === 'request' && message.method === 'INVITE');
    assert.deepEqual(cseqOf(message), { number: 9, method: 'INVITE' });
    assert.equal(numberOf(message, 'Max-Forwards'), 68);
    assert.equal(toTagOf(message), '1918181833n');
    assert.equal(viasOf(message).length, 3);
    assert.equal(contactsOf(message).length, 1);
    assert.equal(contactOf(message)?.params.get('secondparam'), undefined);
    assert.ok(contactOf(message)?.params.has('secondparam'));
    assert.equal(contactOf(message)?.params.get('q'), '0.33');
    assert.equal(contactOf(message)?.display, 'Quoted string ""');
    assert.equal(addressesOf(message, 'Route').length, 1);
    assert.equal(message.headers.get('Subject'), '');
    assert.equal(message.headers.get('NewFangledHeader'), 'newfangled value continued newfangled value');
    assert.equal(message.headers.get('UnknownHeaderWithUnusualValue'), ';;,,;;,;');
  });

  test('RFC 4475 §3.1.1.3: %HH is undone once', () => {
    const message = must('esc01.dat');
    assert.ok(message.kind === 'request');
    assert.equal(userOf(message.uri), 'sips:user@example.com');
    const contact = parseUri(contactOf(message)!.uri);
    assert.ok(contact.ok);
    assert.equal(contact.value.params.get('name'), 'value%41');
  });

  test('RFC 4475 §3.1.1.4: %00 ends no string', () => {
    const contacts = contactsOf(must('escnull.dat'));
    assert.equal(contacts.length, 2);
    assert.deepEqual(
      contacts.map(({ uri }) => userOf(uri)),
      ['\0', '\0\0'],
    );
  });

  test('RFC 4475 §3.1.1.5: % in a method or a display name is a plain character', () => {
    const message = must('esc02.dat');
    assert.ok(message.kind === 'request' && message.method !== 'REGISTER');
    assert.equal(contactsOf(message).length, 2);
    assert.equal(fromOf(message).display ?? contactsOf(message)[0]?.display, '%Z%45');
  });

  test('RFC 4475 §3.1.1.8: octets beyond Content-Length of a datagram are ignored', () => {
    assert.equal(must('dblreq.dat').body.length, 0);
  });

  test('RFC 4475 §3.1.1.9: semicolons in the user part are no URI parameters', () => {
    const message = must('semiuri.dat');
    assert.ok(message.kind === 'request');
    assert.equal(userOf(message.uri), 'user;par=u@example.net');
  });

  test('RFC 4475 §3.1.1.10: unknown transports in Via are read', () => {
    assert.deepEqual(
      viasOf(must('transports.dat')).map(({ transport }) => transport),
      ['UDP', 'SCTP', 'TLS', 'UNKNOWN', 'TCP'],
    );
  });

  test('RFC 4475 §3.1.1.12 and §3.1.1.13: UTF-8 and empty phrases', () => {
    const utf8 = must('unreason.dat');
    assert.ok(utf8.kind === 'response');
    assert.ok([...utf8.reason].some((char) => char > '\u0400'));
    assert.ok(!decodeText(new TextEncoder().encode(utf8.reason)).includes('\ufffd'));
    const empty = must('noreason.dat');
    assert.ok(empty.kind === 'response');
    assert.deepEqual([empty.status, empty.reason], [100, '']);
  });

  test('RFC 4475 §3.3.12 to §3.3.14: parameters of a Contact and of the URI in it', () => {
    assert.ok(contactOf(must('cparam01.dat'))?.params.has('unknownparam'));
    const inside = parseUri(contactOf(must('cparam02.dat'))!.uri);
    assert.ok(inside.ok && inside.value.params.has('unknownparam'));
    const route = parseUri(contactOf(must('regescrt.dat'))!.uri);
    assert.ok(route.ok);
    assert.equal(route.value.headers.get('Route'), '<sip:sip.example.com>');
  });

  test('RFC 4475 §3.4.1: without Content-Length the datagram is the message', () => {
    assert.ok(must('inv2543.dat').body.length > 0);
  });
}

test.run();
