import assert from 'node:assert/strict';
import { test } from 'uvu';
import { HeaderFields } from './header-fields.ts';
import { parseMessage } from './parse-message.ts';
import { printMessage } from './print-message.ts';

function octets(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

function text(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

const HEAD = 'OPTIONS sip:a@b SIP/2.0\r\nv: SIP/2.0/UDP h;branch=z9hG4bKa\r\nf: <sip:a@b>;tag=1\r\nT: <sip:b@b>\r\n';
const TAIL = 'i: call\r\nCSeq: 1 OPTIONS\r\n';

function message(more: string) {
  const read = parseMessage(octets(`${HEAD}${TAIL}${more}\r\n`), 'datagram');
  assert.ok(read.ok, JSON.stringify(read));
  return read.value;
}

test('RFC 3261 §7.3.1: names are compared without case, RFC 3261 §7.3.3: compact forms equal long ones', () => {
  const headers = HeaderFields.of([
    ['m', '<sip:a@b>'],
    ['CONTACT', '<sip:c@d>'],
    ['X-Own', '1'],
  ]);
  assert.deepEqual(headers.all('Contact'), ['<sip:a@b>', '<sip:c@d>']);
  assert.equal(headers.get('contact'), '<sip:a@b>');
  assert.equal(headers.get('x-own'), '1');
  assert.equal(headers.get('Via'), undefined);
  assert.deepEqual([headers.has('M'), headers.has('Via'), headers.size], [true, false, 3]);
});

test('RFC 3261 §7.3.1: commas separate values outside quotes and angle brackets, over all fields of a name', () => {
  const headers = HeaderFields.of([
    ['Contact', '"Last, First" <sip:a,b@c>;q=1 , <sip:d@e>'],
    ['Contact', '<sip:f@g>'],
  ]);
  assert.deepEqual(headers.list('Contact'), ['"Last, First" <sip:a,b@c>;q=1', '<sip:d@e>', '<sip:f@g>']);
  assert.equal(headers.count('Contact', 10), 3);
});

test('RFC 3261 §7.3.1: credentials and challenges are never split', () => {
  const value = 'Digest realm="a, b", nonce="c", qop="auth,auth-int"';
  for (const name of ['WWW-Authenticate', 'Authorization', 'Proxy-Authenticate', 'Proxy-Authorization']) {
    assert.deepEqual(HeaderFields.of([[name, value]]).list(name), [value]);
  }
});

test('RFC 3261 §7.3.1: a fold reads as one blank', () => {
  assert.equal(message('X-Long: one\r\n  two\r\n\tthree\r\n').headers.get('X-Long'), 'one two three');
  assert.equal(message('X-Long:\r\n late\r\n').headers.get('X-Long'), 'late');
});

test('sip-core §1: values are UTF-8, and octets that are not stay one character each', () => {
  assert.equal(message('Subject: \xc3\xa9t\xc3\xa9\r\n').headers.get('Subject'), 'été');
  assert.equal(message('Subject: \xe9t\xe9\r\n').headers.get('Subject'), 'été');
});

test('sip-core §1: a field that was not touched is printed as it came, next to ones that were', () => {
  const read = message('x-ODD :  a   b \r\nX-Fold: a\r\n b\r\nX-Raw: \xe9\r\n');
  const headers = read.headers.clone().prepend('Via', 'SIP/2.0/UDP n;branch=z9hG4bKn').set('Subject', 'é');
  const printed = text(printMessage({ ...read, headers }));
  assert.ok(printed.includes('\r\nx-ODD :  a   b \r\nX-Fold: a\r\n b\r\nX-Raw: \xe9\r\n'));
  assert.ok(printed.includes('\r\nSubject: \xc3\xa9\r\n'));
  assert.ok(printed.startsWith('OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP n;branch=z9hG4bKn\r\nv: SIP/2.0/UDP h'));
  assert.ok(printed.includes('\r\nContent-Length: 0\r\n'));
  assert.equal(read.headers.has('Subject'), false);
});

test('RFC 3261 §7.3.3: what we write has its long form', () => {
  const headers = new HeaderFields().add('i', 'x').add('l', '7');
  assert.deepEqual(
    [...headers.entries()],
    [
      ['Call-ID', 'x'],
      ['Content-Length', '7'],
    ],
  );
});

test('RFC 3261 §20.14: Content-Length is made to fit the body', () => {
  const headers = new HeaderFields().add('Content-Length', '7').add('X-Y', 'y');
  assert.equal(headers.print(3).text, 'Content-Length: 3\r\nX-Y: y\r\n');
  assert.equal(new HeaderFields().add('X-Y', 'y').print(3).text, 'X-Y: y\r\nContent-Length: 3\r\n');
});

test('HeaderFields: set replaces all in the place of the first, prepend goes before its like, delete takes all', () => {
  const headers = HeaderFields.of([
    ['Via', '1'],
    ['To', 't'],
    ['Via', '2'],
  ]);
  headers.prepend('Via', '0');
  assert.deepEqual(headers.all('Via'), ['0', '1', '2']);
  headers.replaceFirst('Via', '00').deleteFirst('To');
  assert.deepEqual(
    [...headers.entries()].map(([name, value]) => name + value),
    ['Via00', 'Via1', 'Via2'],
  );
  headers.set('v', '9');
  assert.deepEqual(headers.all('Via'), ['9']);
  headers.delete('via');
  assert.equal(headers.size, 0);
});

test('HeaderFields: copying keeps the octets and can put a suffix behind the first value', () => {
  const read = message('X-Odd:  \xe9 \r\n');
  const copy = new HeaderFields().copy(read.headers, 'x-odd').copyFirst(read.headers, 'To', ';tag=9');
  assert.equal(copy.print(0).text, 'X-Odd:  \xe9 \r\nT: <sip:b@b>;tag=9\r\nContent-Length: 0\r\n');
  assert.equal(copy.get('To'), '<sip:b@b>;tag=9');
  assert.throws(() => copy.copyFirst(read.headers, 'To', '\r\nX: y'));
});

test('sip-core §10: line breaks and NUL in a built field throw, other controls become blanks', () => {
  for (const bad of ['a\r\nX: y', 'a\nb', 'a\rb', 'a\0b']) {
    assert.throws(() => new HeaderFields().add('X', bad));
    assert.throws(() => new HeaderFields().set('X', bad));
    assert.throws(() => new HeaderFields().prepend('X', bad));
  }
  assert.throws(() => new HeaderFields().add('X: y\r\nZ', 'a'));
  assert.throws(() => new HeaderFields().add('', 'a'));
  assert.equal(new HeaderFields().add('X', 'a\x1bb\x7f').get('X'), 'a b');
});

test('sip-core §10: names of the language are names like any other', () => {
  const headers = HeaderFields.of([
    ['__proto__', '1'],
    ['constructor', '2'],
  ]);
  assert.deepEqual(
    [headers.get('__proto__'), headers.get('constructor'), headers.get('toString')],
    ['1', '2', undefined],
  );
});

test.run();
