import assert from 'node:assert/strict';
import { test } from 'uvu';
import { parseAuthParams, parseParamList } from './auth-params.ts';
import { parseCSeq, parseRAck } from './cseq.ts';
import { parseEvent, parseMediaType, parseReason, parseSubscriptionState } from './event.ts';
import { type NameAddr, parseNameAddr, printNameAddr, tagOf, withTag } from './name-addr.ts';
import { parseReplaces, printReplaces } from './replaces.ts';
import { parseSipfrag, printSipfrag } from './sipfrag.ts';
import { parseFirstVia, parseVia, printVia } from './via.ts';

function address(text: string): NameAddr {
  const read = parseNameAddr(text);
  assert.ok(read.ok, `${text}: ${JSON.stringify(read)}`);
  return read.value;
}

test('RFC 3261 §20.10: a name-addr in its forms', () => {
  const cases: [string, string | undefined, string, string | undefined][] = [
    ['"A. G. Bell" <sip:agb@bell.example> ;tag=a48s', 'A. G. Bell', 'sip:agb@bell.example', 'a48s'],
    ['Anonymous <sip:c8@h>;tag=x', 'Anonymous', 'sip:c8@h', 'x'],
    ['caller<sip:caller@example.com>;tag=323', 'caller', 'sip:caller@example.com', '323'],
    ['Two Words <sip:a@b>', 'Two Words', 'sip:a@b', undefined],
    ['"a \\"q\\" \\\\" <sip:a@b>', 'a "q" \\', 'sip:a@b', undefined],
    ['"<sip:x@y>" <sip:a@b>', '<sip:x@y>', 'sip:a@b', undefined],
    ['<sip:a@b;transport=tcp;tag=no>;tag=yes', undefined, 'sip:a@b;transport=tcp;tag=no', 'yes'],
    ['< sip:a@b >', undefined, 'sip:a@b', undefined],
    ['Bell, Alexander <sip:a@b>;tag=43', 'Bell, Alexander', 'sip:a@b', '43'],
  ];
  for (const [text, display, uri, tag] of cases) {
    const read = address(text);
    assert.deepEqual([read.display, read.uri, tagOf(read)], [display, uri, tag], text);
  }
});

test('RFC 3261 §20.10: without angle brackets parameters belong to the header field', () => {
  const read = address('sip:+12125551212@phone2net.com;tag=887s;x');
  assert.deepEqual([read.uri, tagOf(read), read.params.has('x')], ['sip:+12125551212@phone2net.com', '887s', true]);
  for (const bad of ['sip:a@b?Route=x', 'sip:a,b@c']) assert.equal(parseNameAddr(bad).ok, false, bad);
});

test('RFC 4475 §3.1.2.6: quotes and brackets have to be balanced', () => {
  for (const bad of [
    '"Mr. J. User <sip:j@example.com>',
    '<sip:a@b',
    'x" <sip:a@b>',
    '"x" sip:a@b',
    '',
    '<>',
    '<a b:c>',
    '<sip:a@b>x',
    '<sip:a@b>;',
    '<sip:a@b>;tag=',
    '<sip:a@b>;;tag=1',
    '<sip:a@b>;tag="1',
  ]) {
    assert.equal(parseNameAddr(bad).ok, false, bad);
  }
});

test('RFC 3261 §20.10: we always write angle brackets and quotes', () => {
  assert.equal(printNameAddr(address('sip:a@b;tag=1')), '<sip:a@b>;tag=1');
  assert.equal(printNameAddr(address('Bell, "X" <sip:a@b>'.replace('"X" ', ''))), '"Bell," <sip:a@b>');
  assert.equal(
    printNameAddr({ uri: 'sip:a@b', display: 'a"\\b\r\nX: y', params: new Map([['+sip.instance', '<urn:x>']]) }),
    '"a\\"\\\\b  X: y" <sip:a@b>;+sip.instance="<urn:x>"',
  );
  assert.equal(printNameAddr(withTag(address('<sip:a@b>;tag=1'), '2')), '<sip:a@b>;tag=2');
  assert.throws(() => printNameAddr({ uri: 'sip:a@b>\r\nX: y', params: new Map() }));
  assert.throws(() => printNameAddr({ uri: 'sip:a@b', params: new Map([['a;b', undefined]]) }));
});

test('RFC 3261 §20.42: Via, with blanks wherever they may stand', () => {
  const via = parseVia(
    'SIP / 2.0 / udp   [2001:db8::9]  :  5070 ; branch = z9hG4bK1 ;received=10.0.0.1; rport ;ttl=16',
  );
  assert.ok(via.ok);
  const { transport, host, port, branch, params } = via.value;
  assert.deepEqual([transport, host, port, branch], ['UDP', '[2001:db8::9]', 5070, 'z9hG4bK1']);
  assert.deepEqual(
    [params.get('received'), params.has('rport'), params.get('rport'), params.get('ttl')],
    ['10.0.0.1', true, undefined, '16'],
  );
  assert.equal(printVia(via.value), 'SIP/2.0/UDP [2001:db8::9]:5070;branch=z9hG4bK1;received=10.0.0.1;rport;ttl=16');
  const first = parseFirstVia('SIP/2.0/TCP a;branch=x, SIP/2.0/UDP b');
  assert.ok(first.ok && first.value.host === 'a');
});

test('RFC 4475 §3.1.2.1: a broken Via is refused', () => {
  const bad = [
    '',
    'SIP/2.0',
    'SIP/2.0/UDP',
    'SIP/2.0/UDP h;;,;,,',
    'SIP/2.0/UDP h:x',
    'SIP/2.0/UDP h:99999',
    'HTTP/1.1/UDP h',
  ];
  bad.push(
    'SIP/2.0/UDP h i',
    `SIP/2.0/UDP h;branch=${'x'.repeat(513)}`,
    'SIP/2.0/UDP h;branch="a b"',
    'SIP/2.0/UDP [fe80::1%25eth0]',
  );
  for (const text of bad) assert.equal(parseVia(text).ok, false, text);
  assert.throws(() => printVia({ transport: 'UDP', host: 'h', branch: 'a\r\nX: y', params: new Map() }));
  assert.throws(() => printVia({ transport: 'UDP', host: 'h\r\nX: y', params: new Map() }));
});

test('RFC 3261 §20.16: CSeq up to 32 bits, leading zeros and many blanks', () => {
  for (const [text, number] of [
    ['0009    INVITE', 9],
    ['4294967295 INVITE', 4294967295],
    ['0 INVITE', 0],
  ] as const) {
    const read = parseCSeq(text);
    assert.ok(read.ok && read.value.number === number && read.value.method === 'INVITE', text);
  }
  for (const bad of [
    '4294967296 INVITE',
    '36893488147419103232 REGISTER',
    '-1 INVITE',
    '1',
    'INVITE',
    '',
    '1 IN VITE',
    '1,INVITE',
  ]) {
    assert.equal(parseCSeq(bad).ok, false, bad);
  }
  const rack = parseRAck('776656 1  INVITE');
  assert.deepEqual(rack.ok && rack.value, { rseq: 776656, cseq: { number: 1, method: 'INVITE' } });
});

test('RFC 3891 §6.1: Replaces has both tags', () => {
  const read = parseReplaces('98732@h ; from-tag=r33th4x0r;to-tag=ff87ff;early-only');
  assert.deepEqual(read.ok && read.value, {
    callId: '98732@h',
    toTag: 'ff87ff',
    fromTag: 'r33th4x0r',
    earlyOnly: true,
  });
  assert.equal(read.ok && printReplaces(read.value), '98732@h;to-tag=ff87ff;from-tag=r33th4x0r;early-only');
  for (const bad of [
    '98732',
    'a;to-tag=1',
    'a;from-tag=1',
    ';to-tag=1;from-tag=2',
    'a b;to-tag=1;from-tag=2',
    'a;to-tag="x\r\ny";from-tag=2',
  ]) {
    assert.equal(parseReplaces(bad).ok, false, bad);
  }
  assert.throws(() => printReplaces({ callId: 'a\r\nX: y', toTag: '1', fromTag: '2', earlyOnly: false }));
  assert.throws(() => printReplaces({ callId: 'a', toTag: '1;x', fromTag: '2', earlyOnly: false }));
});

test('RFC 3515 §2.4.6 and RFC 6665 §8.2.3: Event and Subscription-State', () => {
  const event = parseEvent('Refer;ID=93809824');
  assert.ok(event.ok && event.value.type === 'refer' && event.value.id === '93809824');
  const state = parseSubscriptionState('Terminated;Reason="noresource";retry-after=10;expires=99999999999999999999');
  assert.deepEqual(state.ok && state.value, {
    state: 'terminated',
    expiresS: 4294967295,
    reason: 'noresource',
    retryAfterS: 10,
  });
  const bare = parseSubscriptionState('active;expires=x');
  assert.ok(bare.ok && bare.value.expiresS === undefined);
  assert.equal(parseSubscriptionState(';x').ok, false);
});

test('RFC 3326 §2: Reason, and RFC 3261 §20.15: Content-Type', () => {
  const reason = parseReason('SIP ;cause=200 ;text="Call completed elsewhere"');
  assert.deepEqual(reason.ok && reason.value, { protocol: 'SIP', cause: 200, text: 'Call completed elsewhere' });
  const type = parseMediaType('Message / SIPfrag ; version=2.0');
  assert.ok(type.ok && type.value.type === 'message/sipfrag' && type.value.params.get('version') === '2.0');
  for (const bad of ['text', '/x', 'a/;b', 'a;b/c']) assert.equal(parseMediaType(bad).ok, false, bad);
});

test('transfer §5: a sipfrag without CRLF, with LF only, after blank lines, in lower case', () => {
  for (const [body, status, phrase] of [
    ['SIP/2.0 200 OK\r\n', 200, 'OK'],
    ['SIP/2.0 200 OK', 200, 'OK'],
    ['SIP/2.0 180 Ringing\n', 180, 'Ringing'],
    ['\r\n\r\nsip/2.0 603 Declined\r\nX: y\r\n', 603, 'Declined'],
    ['SIP/2.0 486', 486, ''],
    ['SIP/2.0 486 \r\n', 486, ''],
  ] as const) {
    const read = parseSipfrag(new TextEncoder().encode(body));
    assert.deepEqual(read.ok && read.value, { status, phrase }, body);
  }
  for (const bad of [
    '',
    '\r\n',
    '200 OK',
    'SIP/3.0 200 OK',
    'SIP/2.0 099 X',
    'SIP/2.0 700 X',
    'SIP/2.0 2000 OK',
    'INVITE sip:a@b SIP/2.0',
  ]) {
    assert.equal(parseSipfrag(bad).ok, false, bad);
  }
  assert.equal(printSipfrag({ status: 100, phrase: 'Trying' }), 'SIP/2.0 100 Trying\r\n');
  assert.throws(() => printSipfrag({ status: 200, phrase: 'OK\r\nX: y' }));
});

test('RFC 3261 §25.1: a challenge with commas in quotes, blanks and escapes', () => {
  const read = parseAuthParams('Digest  realm = "a, \\"b\\"" ,nonce="n=1",, stale=FALSE, qop="auth,auth-int"');
  assert.ok(read.ok && read.value.scheme === 'digest');
  assert.deepEqual(
    [...read.value.params],
    [
      ['realm', 'a, "b"'],
      ['nonce', 'n=1'],
      ['stale', 'FALSE'],
      ['qop', 'auth,auth-int'],
    ],
  );
  for (const bad of ['', 'Digest realm', 'Digest realm="a', 'Digest =x', 'Digest a="b" c=d', 'Digest a='])
    assert.equal(parseAuthParams(bad).ok, false, bad);
  const info = parseParamList('nextnonce="abc", qop=auth');
  assert.ok(info.ok && info.value.get('nextnonce') === 'abc');
});

test.run();
