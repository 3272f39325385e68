import assert from 'node:assert/strict';
import { test } from 'uvu';
import { parseReferTo, type ReferToFault, referToStatus } from './referred-target.ts';

const faults: readonly (readonly [string, ReferToFault, number])[] = [
  ['', 'empty', 400],
  ['<>', 'empty', 400],
  ['<sip:a@h>, <sip:b@h>', 'several-values', 400],
  ['sip:a@h,sip:b@h', 'several-values', 400],
  ['<sip:a@h', 'bad-uri', 400],
  ['<sip:@h>', 'bad-uri', 400],
  ['<sip:a@>', 'bad-uri', 400],
  ['<sip:a@h:99999>', 'bad-uri', 400],
  ['<sip:a b@h>', 'bad-uri', 400],
  ['<a@h>', 'bad-uri', 400],
  ['<http://example.com/>', 'unknown-scheme', 416],
  ['<tel:+1234>', 'unknown-scheme', 416],
  ['<sip:a@h;method=BYE>', 'other-method', 603],
  ['<sip:a@h;Method=refer>', 'other-method', 603],
  ['<sip:a@h?Replaces=x%ZZ>', 'bad-escape', 400],
  ['<sip:a@h?Replaces=%ff%3Bto-tag%3Da%3Bfrom-tag%3Db>', 'bad-escape', 400],
  ['<sip:a@h?Replaces=x%0D%0AEvil:%201%3Bto-tag%3Da%3Bfrom-tag%3Db>', 'control-character', 400],
  ['<sip:a@h?Subject=a%00b>', 'control-character', 400],
  ['<sip:a%0d%0a@h>', 'control-character', 400],
  ['<sip:a@h>\r\nEvil: 1', 'control-character', 400],
  ['<sip:a@h?Replaces=x>', 'bad-replaces', 400],
  ['<sip:a@h?Replaces=x%3Bto-tag%3Da>', 'bad-replaces', 400],
  ['<sip:a@h?Replaces=x%3Bto-tag%3Da%3Bfrom-tag3Db>', 'bad-replaces', 400],
  ['<sip:a@h?Replaces=x%3Bto-tag%3Da%3Bto-tag%3Db%3Bfrom-tag%3Dc>', 'bad-replaces', 400],
  ['<sip:a@h?Replaces=x%3Bto-tag%3Da%3Bfrom-tag%3Db&Replaces=x%3Bto-tag%3Da%3Bfrom-tag%3Db>', 'bad-replaces', 400],
  ['<sip:a@h?Replaces=x%2520y%3Bto-tag%3D%3Bfrom-tag%3Db>', 'bad-replaces', 400],
  ['<sip:a@h?Require=replaces%2C100rel>', 'unknown-extension', 420],
];
for (const [value, word, status] of faults) {
  test(`RFC 3515 §2.4.2: ${JSON.stringify(value)} is refused with ${status}`, () => {
    const read = parseReferTo(value);
    assert.deepEqual(read.ok ? read.value : read.fault, word);
    assert.equal(referToStatus(word), status);
  });
}

test('RFC 3515 §2.1: a plain target, with display name, parameters and without brackets', () => {
  for (const value of [
    'sip:a@h',
    '<sip:a@h>',
    '"x <sip:evil@h>, y" <sip:a@h>;p=1',
    'sip:a@h;p=1',
    'Bob <sip:a@h;lr>',
  ]) {
    const read = parseReferTo(value);
    assert.ok(read.ok, value);
    assert.equal(read.value.uri, 'sip:a@h', value);
    assert.equal(read.value.user, 'a');
    assert.equal(read.value.replaces, undefined);
  }
});

test('RFC 3891 §6.1: Replaces is unescaped exactly once and rebuilt', () => {
  const read = parseReferTo(
    '<sip:c@h;user=phone?require=replaces&Replaces=ab%2540c%40h%3Bfrom-tag%3Dl%3Bx%3Dy%3Bto-tag%3Dr+1>',
  );
  assert.ok(read.ok);
  assert.deepEqual(read.value, {
    uri: 'sip:c@h;user=phone',
    scheme: 'sip',
    user: 'c',
    replaces: 'ab%40c@h;to-tag=r+1;from-tag=l',
    requireReplaces: true,
    dropped: [],
  });
});

test('RFC 3261 §19.1.5: header fields of strangers are dropped and named', () => {
  const read = parseReferTo('<sip:c@h?From=x&Route=%3Csip:evil%3E&body=v%3D0&call-id=1>');
  assert.ok(read.ok);
  assert.equal(read.value.uri, 'sip:c@h');
  assert.deepEqual(read.value.dropped, ['From', 'Route', 'body', 'call-id']);
});

test('transfer.md §7.1: tel only where it can be dialled', () => {
  const read = parseReferTo('<tel:+1-201-555-0123;phone-context=x>', true);
  assert.ok(read.ok);
  assert.equal(read.value.uri, 'tel:+12015550123');
  assert.equal(read.value.user, '+12015550123');
});

test('RFC 3261 §19.1.1: escaped user parts are kept on the wire and unescaped for policies', () => {
  const read = parseReferTo('<sips:%23123%40x@[2001:db8::7]:5070>');
  assert.ok(read.ok);
  assert.equal(read.value.uri, 'sips:%23123%40x@[2001:db8::7]:5070');
  assert.equal(read.value.user, '#123@x');
});

test('RFC 3261 §19.1.1: a port is 1 to 65535', () => {
  for (const port of ['1', '5060', '65535']) assert.ok(parseReferTo(`<sip:300@h:${port}>`).ok, port);
  for (const port of ['0', '65536', '99999']) assert.equal(parseReferTo(`<sip:300@h:${port}>`).ok, false, port);
});

test.run();
