import assert from 'node:assert/strict';
import { test } from 'uvu';
import { escapeUriHeader, escapeUser, parseUri, printUri, type SipUri, sameUri, unescapeUri } from './uri.ts';

function read(text: string): SipUri {
  const uri = parseUri(text);
  assert.ok(uri.ok, `${text}: ${JSON.stringify(uri)}`);
  return uri.value;
}

test('RFC 3261 §19.1.1: a SIP URI in all its parts', () => {
  const uri = read('SIPS:al%69ce;day=tue:p%40ss@[2001:db8::1]:5071;Transport=TCP;lr?Subject=a%20b&Route=%3Csip:r%3E');
  assert.equal(uri.scheme, 'sips');
  assert.equal(uri.user, 'alice;day=tue');
  assert.equal(uri.password, 'p@ss');
  assert.equal(uri.host, '[2001:db8::1]');
  assert.equal(uri.port, 5071);
  assert.deepEqual(
    [...uri.params],
    [
      ['transport', 'TCP'],
      ['lr', undefined],
    ],
  );
  assert.deepEqual(
    [...uri.headers],
    [
      ['Subject', 'a b'],
      ['Route', '<sip:r>'],
    ],
  );
});

test('RFC 3261 §25.1: the first @ ends the user part, whatever stands in it', () => {
  assert.deepEqual([read('sip:example.com').user, read('sip:example.com').host], [undefined, 'example.com']);
  const odd = read('sip:example.com;x?to=a@b');
  assert.deepEqual([odd.user, odd.host, odd.headers.size], ['example.com;x?to=a', 'b', 0]);
  assert.equal(read('sip:a@b?to=c@d').headers.get('to'), 'c@d');
});

test('RFC 3966: tel and other schemes are kept as they are', () => {
  const uri = read('tel:+358-555-1234567;phone-context=x');
  assert.deepEqual([uri.scheme, uri.opaque, uri.host], ['tel', '+358-555-1234567;phone-context=x', '']);
  assert.equal(printUri(uri), 'tel:+358-555-1234567;phone-context=x');
});

test('RFC 3261 §25.1: what is no URI is refused', () => {
  const bad = ['', 'sip', ':a', 'sip:', 'sip:@h', 'sip:a@', 'sip:a@h:0', 'sip:a@h:65536', 'sip:a@h:x', 'sip:a b@h'];
  bad.push('sip:a@h<', 'sip:a@h"', 'sip:a@h\r\n', 'sip:a@h;', 'sip:a@h;=x', 'sip:a@h?', 'sip:a@h?x', 's p:a', '1s:a');
  bad.push(
    'sip:a@[fe80::1%eth0]',
    'sip:a@[::1',
    'sip:a@h/x',
    'tel:',
    `sip:h${';a'.repeat(65)}`,
    `sip:h?${'a=b&'.repeat(16)}a=b`,
  );
  for (const text of bad) assert.equal(parseUri(text).ok, false, JSON.stringify(text));
});

test('sip-core §10: 64 parameters and 16 headers are the most a URI may have', () => {
  assert.ok(parseUri(`sip:h${';a'.repeat(64)}`).ok);
  assert.ok(parseUri(`sip:h?${'a=b&'.repeat(15)}a=b`).ok);
});

test('RFC 3261 §19.1.2: printing escapes exactly what has to be escaped', () => {
  for (const text of [
    'sip:alice@example.com',
    'sips:al%20ice:pass@h.example:5071;transport=tcp;lr?Subject=a%20b',
    'sip:%00%00@h',
    'sip:a;b=c&d+e$f,g?h/i@[::1]',
    'sip:%C3%A9@h;x=%22%3B?X-H=%0D%0A%3D',
  ]) {
    assert.equal(printUri(read(text)), text);
  }
  assert.equal(printUri(read('sip:%61%6C@h')), 'sip:al@h');
  assert.equal(printUri(read('sip:50%@h')), 'sip:50%25@h');
  assert.throws(() => printUri({ scheme: 'sip', host: 'a\r\nb', params: new Map(), headers: new Map() }));
});

test('RFC 3261 §19.1.2: one level of %HH, and + is a plus sign', () => {
  assert.equal(unescapeUri('a%2541+b%3b%zz%4'), 'a%41+b;%zz%4');
  assert.equal(escapeUriHeader('a+b c;d=e@f%é\r\n'), 'a%2Bb%20c%3Bd%3De%40f%25%C3%A9%0D%0A');
  assert.equal(unescapeUri(escapeUriHeader('a+b c;d=e@f%é\r\n"<>?&')), 'a+b c;d=e@f%é\r\n"<>?&');
  assert.equal(escapeUser('a@b:c'), 'a%40b%3Ac');
});

test('RFC 3261 §19.1.4: the pairs that are equal', () => {
  for (const [a, b] of [
    ['sip:%61lice@atlanta.com;transport=TCP', 'sip:alice@AtLanTa.CoM;Transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;newparam=5'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com;security=on'],
    [
      'sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com',
      'sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com',
    ],
    [
      'sip:alice@atlanta.com?subject=project%20x&priority=urgent',
      'sip:alice@atlanta.com?priority=urgent&subject=project%20x',
    ],
  ] as const) {
    assert.ok(sameUri(a, b), `${a} ${b}`);
    assert.ok(sameUri(b, a), `${b} ${a}`);
  }
});

test('RFC 3261 §19.1.4: the pairs that differ', () => {
  for (const [a, b] of [
    ['SIP:ALICE@AtLanTa.CoM;Transport=udp', 'sip:alice@AtLanTa.CoM;Transport=UDP'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:5060'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com;transport=udp'],
    ['sip:bob@biloxi.com', 'sip:bob@biloxi.com:6000;transport=tcp'],
    ['sip:carol@chicago.com', 'sip:carol@chicago.com?Subject=next%20meeting'],
    ['sip:bob@phone21.boxesbybob.com', 'sip:bob@192.0.2.4'],
    ['sip:a@b', 'sips:a@b'],
    ['sip:a@b;x=1', 'sip:a@b;x=2'],
    ['sip:a:p@b', 'sip:a@b'],
    ['tel:1', 'tel:2'],
    ['sip:a@b', 'nonsense'],
  ] as const) {
    assert.equal(sameUri(a, b), false, `${a} ${b}`);
    assert.equal(sameUri(b, a), false, `${b} ${a}`);
  }
});

test('sip-core §10: parameters named like parts of the language', () => {
  const uri = read('sip:a@b;__proto__=1;constructor=2?__proto__=3');
  assert.deepEqual(
    [uri.params.get('__proto__'), uri.params.get('constructor'), uri.headers.get('__proto__')],
    ['1', '2', '3'],
  );
});

test.run();
