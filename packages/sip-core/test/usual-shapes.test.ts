/** The fast ways through values and header fields, held to the ways by the letter on texts made of their own splinters. */
import assert from 'node:assert/strict';
import type { Parsed } from '@switchhook/sans-io';
import { parseMessage, printMessage } from '@switchhook/sip-core';
import fc from 'fast-check';
import { test } from 'uvu';
import { parseCSeq } from '../src/message/cseq.ts';
import { parseNameAddr, plainNameAddr } from '../src/message/name-addr.ts';
import { ParamList } from '../src/message/param-list.ts';
import { parseParams, plainParams, splitList } from '../src/message/params.ts';
import { plainUri } from '../src/message/plain-uri.ts';
import { hasControl, isPlainValue, isToken } from '../src/message/token.ts';
import { parseUri } from '../src/message/uri.ts';
import { isUriText } from '../src/message/uri-text.ts';
import { parseVia, plainVia } from '../src/message/via.ts';

const RUNS = { numRuns: 4000, seed: 20_261_122 };
const SIGNS = [
  '',
  ' ',
  ';',
  '=',
  '"',
  '<',
  '>',
  '@',
  ':',
  ',',
  '?',
  '%41',
  '\\',
  '\t',
  '\0',
  '[::1]',
  'é',
  '\u{1f4de}',
  'T',
];
const VALUES = [
  'SIP/2.0/UDP 192.0.2.14:5062;branch=z9hG4bK77d0;rport;received=203.0.113.80',
  'SIP/2.0/TCP h:65536;branch=b;BRANCH=c',
  'SIP/2.0/TLS pbx.example.com;branch=z9hG4bKx;branch=y;a;a=2',
  '"Reception, desk" <sip:1000@pbx.example.com;user=phone>;tag=a81be6;q=0.5',
  '<sip:k@192.0.2.14:5062;transport=udp>;+sip.instance="<urn:uuid:6f;=1>";expires=60',
  'sip:9999@pbx.example.com;tag=1',
  'sip:a.b+c@h:0;lr;transport=TCP?X=y',
  'sips:a:p@[2001:db8::1]:5061;x=%3B',
  ';tag=1;tag=2;lr;x="a;b=c";y = z ; w',
  'Allow: <tel:+1>',
];

/** A value of a usual shape with a few pieces of it cut out, doubled or put elsewhere. */
const broken = fc
  .tuple(
    fc.constantFrom(...VALUES),
    fc.array(fc.tuple(fc.nat(90), fc.nat(12), fc.constantFrom(...SIGNS, ...VALUES)), { maxLength: 3 }),
  )
  .map(([value, cuts]) =>
    cuts.reduce((text, [at, length, piece]) => text.slice(0, at) + piece + text.slice(at + length), value),
  );

function same<T, F extends string>(fast: Parsed<T, F>, plain: Parsed<T, F>, text: string): void {
  if (fast.ok && plain.ok) assert.deepEqual(listed(fast.value), listed(plain.value), text);
  else assert.deepEqual(fast, plain, text);
}

/** Maps as their entries, in order. */
function listed(value: unknown): unknown {
  if (value instanceof Map || value instanceof ParamList) return [...value];
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, listed(inner)]));
}

test('RFC 3261 §20.42: a Via of the usual shape is read as it is by the letter', () => {
  fc.assert(
    fc.property(broken, (text) => same(parseVia(text), plainVia(text), text)),
    RUNS,
  );
});

test('RFC 3261 §20.10: an address of the usual shape is read as it is by the letter', () => {
  fc.assert(
    fc.property(broken, (text) => same(parseNameAddr(text), plainNameAddr(text), text)),
    RUNS,
  );
});

test('RFC 3261 §19.1: a URI of the usual shape is read as it is by the letter', () => {
  fc.assert(
    fc.property(broken, (text) => same(parseUri(text), plainUri(text), text)),
    RUNS,
  );
});

test('RFC 3261 §25.1: parameters of the usual shape are read as they are by the letter', () => {
  fc.assert(
    fc.property(broken, fc.nat(60), (text, at) => same(parseParams(text, at), plainParams(text, at), text)),
    RUNS,
  );
});

test('RFC 3261 §25.1: more parameters than are taken are refused in the usual shape too', () => {
  for (const count of [1, 2, 63, 64, 65, 66, 300]) {
    const names = Array.from({ length: count }, (_, i) => `;p${i}`).join('');
    for (const params of [names, ';a'.repeat(count), ';branch'.repeat(count)]) {
      same(parseParams(params, 0), plainParams(params, 0), params);
      for (const head of ['SIP/2.0/UDP h;branch=z', '<sip:h>']) {
        same(parseVia(head + params), plainVia(head + params), params);
        same(parseNameAddr(head + params), plainNameAddr(head + params), params);
      }
      same(parseUri(`sip:h${params}`), plainUri(`sip:h${params}`), params);
    }
  }
});

test('RFC 3261 §25.1: limits of length hold in the usual shape too', () => {
  for (const length of [254, 255, 256, 511, 512, 513]) {
    const long = 'x'.repeat(length);
    for (const text of [`SIP/2.0/UDP ${long};branch=b`, `SIP/2.0/UDP h;branch=${long}`])
      same(parseVia(text), plainVia(text), text);
    for (const text of [`sip:${long}`, `sip:${long}@h`, `sip:a@${long}:1`]) same(parseUri(text), plainUri(text), text);
  }
});

test('RFC 3261 §25.1: what a token, a value, a URI and a control are is the same for a text and for its characters', () => {
  const token = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.!%*_+`'~";
  for (let code = 0; code <= 0x17f; code++) {
    const sign = String.fromCharCode(code);
    const control = code < 0x20 || code === 0x7f;
    for (const text of [sign, `a${sign}`, `${sign}a`, `a${sign}a`]) {
      assert.equal(isToken(text), token.includes(sign), JSON.stringify(text));
      assert.equal(isPlainValue(text), `${token}[]:`.includes(sign), JSON.stringify(text));
      assert.equal(hasControl(text), control, JSON.stringify(text));
      assert.equal(isUriText(`s:${text}`), !control && !' "<>'.includes(sign), JSON.stringify(text));
    }
  }
  for (const empty of [isToken(''), isPlainValue(''), isUriText(''), hasControl('')]) assert.equal(empty, false);
});

test('RFC 3261 §20.16: blanks and tabs part number and method of CSeq', () => {
  for (const text of ['1 INVITE', '1\tINVITE', '1 \t INVITE', '1\t INVITE']) {
    assert.deepEqual(parseCSeq(text), { ok: true, value: { number: 1, method: 'INVITE' } });
  }
  for (const text of ['1INVITE', ' ', '', '1 ', '1 a b', '1 a\tb', '1\ta b'])
    assert.equal(parseCSeq(text).ok, false, text);
});

test('RFC 3261 §7.3.1: a list without quotes and brackets is split as one with them', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', 'b c', ',', ' ', '\t', ',,'), { maxLength: 12 }), (pieces) => {
      const text = pieces.join('');
      assert.deepEqual(splitList(`${text},""`).slice(0, -1), splitList(`${text},x`).slice(0, -1));
    }),
    RUNS,
  );
});

const HEAD = 'OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\n';
const REST = 'From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n';
const line = fc.tuple(
  fc.constantFrom(
    'X',
    'Subject',
    's',
    'SUPPORTED',
    'k',
    'Route',
    'Record-Route',
    'v',
    'Warning',
    'X-Some-Very-Long-Name',
  ),
  fc.constantFrom(':', ' :', ': ', ' \t : '),
  fc.constantFrom('', 'SIP/2.0/UDP i', 'a, b', '<sip:x>, <sip:y;lr>', 'one\r\n two', 'é', '  x  '),
);

test('DESIGN §5: printed messages share memory with their neighbours and no octet of it', () => {
  const printed: [Uint8Array, string][] = [];
  for (let i = 0; i < 200; i++) {
    const body = `${i}`.repeat([1, 100, 900, 3000][i % 4]!);
    const subject = i % 3 === 0 ? 'ä' : 'a';
    const octets = `${HEAD}${REST}Subject: ${subject}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const read = parseMessage(new Uint8Array(Buffer.from(octets)), 'datagram');
    assert.ok(read.ok);
    read.value.headers.add('X-New', 'x');
    printed.push([printMessage(read.value), octets.replace('\r\n\r\n', '\r\nX-New: x\r\n\r\n')]);
  }
  for (const [octets, text] of printed) assert.equal(Buffer.from(octets).toString('utf8'), text);
  const kept = new Set(printed.map(([octets]) => octets.buffer));
  assert.ok(kept.size < printed.length, 'nothing is shared');
});

test('RFC 3261 §7.3.1: lines are named, cut and put out as a plain reading has them', () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), fc.nat(3), (lines, edit) => {
      const text = `${HEAD}${lines.map((parts) => `${parts.join('')}\r\n`).join('')}${REST}`;
      const octets = new Uint8Array(Buffer.from(`${text}\r\n`));
      const read = parseMessage(octets, 'datagram');
      if (!read.ok) return;
      const plain = text
        .replaceAll('\r\n ', ' ')
        .split('\r\n')
        .slice(1, -1)
        .map((whole) => whole.slice(whole.indexOf(':') + 1).trim());
      const { headers } = read.value;
      assert.deepEqual(
        [...headers.entries()].map(([, value]) => value),
        plain,
      );
      assert.deepEqual(Buffer.from(printMessage(read.value)), Buffer.from(octets));
      const copy = headers.clone();
      if (edit === 1) copy.deleteFirst('Subject').add('X-New', 'ä');
      else if (edit === 2) copy.set('Route', '<sip:z>').prepend('Via', 'SIP/2.0/UDP j');
      else copy.delete('Via').replaceFirst('Supported', 'x');
      const printed = Buffer.from(printMessage({ ...read.value, headers: copy })).toString('utf8');
      const values = printed.replaceAll('\r\n ', ' ').split('\r\n').slice(1, -2);
      assert.deepEqual(
        values.map((whole) => whole.slice(whole.indexOf(':') + 1).trim()),
        [...[...copy.entries()].map(([, value]) => value), '0'],
      );
    }),
    { ...RUNS, numRuns: 1500 },
  );
});

test.run();
