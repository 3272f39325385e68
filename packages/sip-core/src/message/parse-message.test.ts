import assert from 'node:assert/strict';
import { test } from 'uvu';
import { requestOf, responseTo } from './build.ts';
import { faultStatus, type MessageFault } from './message-fault.ts';
import { octetText } from './octets.ts';
import { type MessageSource, parseMessage, salvage } from './parse-message.ts';
import { printMessage } from './print-message.ts';
import { markReceived } from './received.ts';
import { cseqOf, fromOf, toTagOf, viaOf, viasOf } from './values.ts';

function octets(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

interface Parts {
  start?: string;
  via?: string;
  from?: string;
  to?: string;
  callId?: string;
  cseq?: string;
  more?: string;
  body?: string;
}

function compose(parts: Parts): Uint8Array {
  const { start = 'OPTIONS sip:b@h SIP/2.0', via = 'Via: SIP/2.0/UDP h;branch=z9hG4bKa\r\n' } = parts;
  const { from = 'From: <sip:a@h>;tag=1\r\n', to = 'To: <sip:b@h>\r\n', callId = 'Call-ID: c\r\n' } = parts;
  const { cseq = 'CSeq: 1 OPTIONS\r\n', more = '', body = '' } = parts;
  return octets(`${start}\r\n${via}${from}${to}${callId}${cseq}${more}\r\n${body}`);
}

function faultOf(bytes: Uint8Array, from: MessageSource = 'datagram'): MessageFault | undefined {
  const read = parseMessage(bytes, from);
  return read.ok ? undefined : read.fault;
}

test('RFC 3261 §7.1: a request in its parts', () => {
  const read = parseMessage(compose({ body: 'xyz' }), 'datagram');
  assert.ok(read.ok && read.value.kind === 'request');
  assert.deepEqual([read.value.method, read.value.uri, read.value.body.length], ['OPTIONS', 'sip:b@h', 3]);
});

test('RFC 3261 §7.2: a response, its phrase with blanks, empty, or missing', () => {
  for (const [line, status, reason] of [
    ['SIP/2.0 486 Busy  Here', 486, 'Busy  Here'],
    ['SIP/2.0 100 ', 100, ''],
    ['SIP/2.0 200', 200, ''],
    ['sip/2.0 200 \xc3\xa9', 200, 'é'],
  ] as const) {
    const read = parseMessage(compose({ start: line }), 'datagram');
    assert.ok(read.ok && read.value.kind === 'response', line);
    assert.deepEqual([read.value.status, read.value.reason], [status, reason]);
  }
});

test('RFC 3261 §7.1: start lines that are none', () => {
  const cases: [string, MessageFault][] = [
    ['OPTIONS', 'start-line'],
    ['OPTIONS sip:b@h', 'start-line'],
    ['OPTIONS  sip:b@h SIP/2.0', 'start-line'],
    ['OPTIONS sip:b@h  SIP/2.0', 'start-line'],
    ['OPTIONS sip:b@h SIP/2.0 ', 'start-line'],
    ['OPTIONS <sip:b@h> SIP/2.0', 'start-line'],
    ['OPTIONS sip:b@h; lr SIP/2.0', 'start-line'],
    ['OPT(IONS sip:b@h SIP/2.0', 'start-line'],
    ['OPTIONS sip:b@h SIP/7.0', 'version'],
    ['SIP/7.0 200 OK', 'version'],
    ['SIP/2.0 99 X', 'status-code'],
    ['SIP/2.0 4294967301 X', 'status-code'],
    ['SIP/2.0 700 X', 'status-code'],
    ['SIP/2.0 2oo OK', 'status-code'],
    ['SIP/2.0 200 O\x1bK', 'start-line'],
    [`OPTIONS sip:${'b'.repeat(8200)} SIP/2.0`, 'start-line-too-long'],
  ];
  for (const [start, fault] of cases) assert.equal(faultOf(compose({ start })), fault, start.slice(0, 60));
  assert.equal(faultStatus('version'), 505);
  assert.equal(faultStatus('start-line-too-long'), 414);
  assert.equal(faultOf(octets('')), 'empty');
  assert.equal(faultOf(octets('\r\n\r\n')), 'empty');
});

test('RFC 3261 §8.1.1: the mandatory fields have to be there, readable, and once', () => {
  assert.equal(faultOf(compose({})), undefined);
  for (const name of ['via', 'from', 'to', 'callId', 'cseq'] as const) {
    assert.equal(faultOf(compose({ [name]: '' })), 'missing-header', name);
  }
  for (const more of ['f: <sip:x@h>\r\n', 't: <sip:x@h>\r\n', 'i: d\r\n', 'cseq: 2 OPTIONS\r\n']) {
    assert.equal(faultOf(compose({ more })), 'repeated-header', more);
  }
  assert.equal(faultOf(compose({ more: 'Max-Forwards: 1\r\nMax-Forwards: 1\r\n' })), 'repeated-header');
  assert.equal(faultOf(compose({ from: 'From: "x <sip:a@h>\r\n' })), 'address');
  assert.equal(faultOf(compose({ to: 'To: <sip:a@h>;tag=(\r\n' })), 'address');
  assert.equal(faultOf(compose({ callId: 'Call-ID: a b\r\n' })), 'call-id');
  assert.equal(faultOf(compose({ cseq: 'CSeq: 4294967296 OPTIONS\r\n' })), 'cseq');
  assert.equal(faultOf(compose({ cseq: 'CSeq: 1 INVITE\r\n' })), 'method-mismatch');
  assert.equal(faultOf(compose({ via: 'Via: SIP/2.0/UDP h;;\r\n' })), 'via');
});

test('RFC 3261 §8.1.1.8: an INVITE has no second Contact', () => {
  const invite = { start: 'INVITE sip:b@h SIP/2.0', cseq: 'CSeq: 1 INVITE\r\n' };
  assert.equal(faultOf(compose({ ...invite, more: 'm: <sip:a@h>\r\n' })), undefined);
  assert.equal(faultOf(compose({ ...invite, more: 'm: <sip:a@h>, <sip:b@h>\r\n' })), 'repeated-header');
});

test('RFC 3261 §18.3: Content-Length in a datagram', () => {
  const cut = parseMessage(compose({ more: 'Content-Length: 2\r\n', body: 'abcdef' }), 'datagram');
  assert.ok(cut.ok && cut.value.body.length === 2);
  assert.equal(faultOf(compose({ more: 'Content-Length: 7\r\n', body: 'abcdef' })), 'truncated');
  for (const bad of ['-999', 'five', '', '1 2', '+1', '0x1']) {
    assert.equal(faultOf(compose({ more: `l: ${bad}\r\n` })), 'content-length', bad);
  }
  assert.equal(faultOf(compose({ more: 'l: 0\r\nContent-Length: 0\r\n' })), 'repeated-header');
});

test('RFC 3261 §18.3: Content-Length is mandatory on a stream', () => {
  assert.equal(faultOf(compose({}), 'stream'), 'content-length');
  assert.equal(faultOf(compose({ more: 'l: 0\r\n' }), 'stream'), undefined);
});

test('sip-core §1: LF alone ends a line in a datagram, never on a stream; a stray CR is refused', () => {
  const bare = octets(new TextDecoder().decode(compose({ more: 'X: a\r\n b\r\nl: 0\r\n' })).replaceAll('\r\n', '\n'));
  const read = parseMessage(bare, 'datagram');
  assert.ok(read.ok && read.value.headers.get('X') === 'a b');
  assert.ok(!/[^\r]\n/.test(new TextDecoder().decode(printMessage(read.value))));
  assert.notEqual(faultOf(bare, 'stream'), undefined);
  assert.equal(faultOf(compose({ more: 'X: a\rb\r\n' })), 'header');
});

test('RFC 4475 §3.1.1.2: NUL stands only as a quoted pair in an address', () => {
  assert.equal(faultOf(compose({ from: 'From: "N\\\0" <sip:a@h>;tag=1\r\n' })), undefined);
  assert.equal(faultOf(compose({ from: 'From: "N\0" <sip:a@h>;tag=1\r\n' })), 'header');
  assert.equal(faultOf(compose({ more: 'Subject: a\\\0\r\n' })), 'header');
});

test('RFC 3261 §7.5: line ends before the start line are ignored', () => {
  assert.equal(faultOf(octets(`\r\n\r\n${String.fromCharCode(...compose({}))}`)), undefined);
});

test('RFC 3261 §7.3.1: lines that are no header fields', () => {
  for (const more of ['no colon\r\n', ': x\r\n', 'a b: x\r\n', 'ä: x\r\n'])
    assert.equal(faultOf(compose({ more })), 'header', more);
  assert.equal(faultOf(octets('OPTIONS sip:b@h SIP/2.0\r\nVia: x\r\n')), 'header');
});

test('sip-core §10: at each limit a message is taken, one beyond it is not', () => {
  assert.equal(faultOf(compose({ more: 'X-Y: y\r\n'.repeat(251) })), undefined);
  assert.equal(faultOf(compose({ more: 'X-Y: y\r\n'.repeat(252) })), 'too-many-headers');
  const via = 'Via: SIP/2.0/UDP h;branch=z9hG4bKa\r\n';
  assert.equal(faultOf(compose({ via: via.repeat(70) })), undefined);
  assert.equal(faultOf(compose({ via: via.repeat(71) })), 'too-many-vias');
  assert.equal(faultStatus('too-many-vias'), 483);
  const route = '<sip:r;lr>,'.repeat(69);
  assert.equal(faultOf(compose({ more: `Route: ${route}<sip:r>\r\n` })), undefined);
  assert.equal(faultOf(compose({ more: `Route: ${route}<sip:r>\r\nRoute: <sip:r>\r\n` })), 'too-many-values');
  const contact = 'm: <sip:c@h>\r\n'.repeat(20);
  assert.equal(faultOf(compose({ more: contact })), undefined);
  assert.equal(faultOf(compose({ more: `${contact}m: <sip:d@h>\r\n` })), 'too-many-values');
  assert.equal(faultOf(compose({ more: `Q: ${'y'.repeat(8189)}\r\n` })), undefined);
  assert.equal(faultOf(compose({ more: `Q: ${'y'.repeat(8190)}\r\n` })), 'header-too-long');
  assert.equal(faultOf(compose({ more: `Q: ${'y'.repeat(8100)}\r\n`.repeat(5) })), 'head-too-long');
  assert.equal(faultOf(compose({ callId: `i: ${'c'.repeat(512)}\r\n` })), undefined);
  assert.equal(faultOf(compose({ callId: `i: ${'c'.repeat(513)}\r\n` })), 'call-id');
  assert.equal(faultOf(compose({ from: `f: <sip:a@h>;tag=${'t'.repeat(256)}\r\n` })), undefined);
  assert.equal(faultOf(compose({ from: `f: <sip:a@h>;tag=${'t'.repeat(257)}\r\n` })), 'address');
  assert.equal(faultOf(compose({ from: `f: <sip:a@h>${';a'.repeat(64)}\r\n` })), undefined);
  assert.equal(faultOf(compose({ from: `f: <sip:a@h>${';a'.repeat(65)}\r\n` })), 'address');
  assert.equal(faultOf(new Uint8Array(65_508)), 'message-too-long');
});

test('RFC 3261 §8.2.6: a refused request is answered with what can be echoed', () => {
  const bytes = compose({ start: 'OPTIONS sip:b@h SIP/7.0', to: 't: <sip:b@h>\r\n', more: 'From: twice\r\n' });
  const echo = salvage(bytes);
  assert.ok(echo !== undefined);
  const answer = parseMessage(printMessage(responseTo(echo, 505, undefined, 'mine')), 'datagram');
  assert.ok(answer.ok && answer.value.kind === 'response' && answer.value.reason === 'Version Not Supported');
  assert.equal(toTagOf(answer.value), 'mine');
  assert.equal(fromOf(answer.value).uri, 'sip:a@h');
  assert.equal(viaOf(answer.value).branch, 'z9hG4bKa');
});

test('RFC 3261 §8.2.6: nothing is echoed of a response, an ACK, or a request without its parts', () => {
  assert.equal(salvage(compose({ start: 'SIP/2.0 999 X' })), undefined);
  assert.equal(salvage(compose({ start: 'ACK sip:b@h SIP/2.0' })), undefined);
  assert.equal(salvage(compose({ callId: '' })), undefined);
  assert.equal(salvage(compose({ via: '' })), undefined);
  assert.equal(salvage(octets('garbage')), undefined);
});

test('RFC 3261 §8.2.6.2: a response copies Via, From, To, Call-ID and CSeq, and gives To its tag', () => {
  const read = parseMessage(
    compose({
      via: 'v:  SIP/2.0/UDP h;branch=z9hG4bKa\r\nVia: SIP/2.0/TCP g;branch=z9hG4bKb\r\n',
      more: 'Record-Route: <sip:r;lr>\r\nTimestamp: 54\r\n',
    }),
    'datagram',
  );
  assert.ok(read.ok && read.value.kind === 'request');
  const ok = responseTo(read.value, 200, undefined, {
    toTag: 't',
    contact: 'sip:me@h',
    contentType: 'text/plain',
    body: 'hé',
  });
  const printed = new TextDecoder().decode(printMessage(ok));
  assert.equal(
    printed,
    'SIP/2.0 200 OK\r\nv:  SIP/2.0/UDP h;branch=z9hG4bKa\r\nVia: SIP/2.0/TCP g;branch=z9hG4bKb\r\nRecord-Route: <sip:r;lr>\r\n' +
      'From: <sip:a@h>;tag=1\r\nTo: <sip:b@h>;tag=t\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\nContact: <sip:me@h>\r\n' +
      'Content-Type: text/plain\r\nContent-Length: 3\r\n\r\nhé',
  );
  const trying = responseTo(read.value, 100, undefined, 't');
  assert.deepEqual(
    [toTagOf(trying), trying.headers.get('Timestamp'), trying.headers.has('Record-Route')],
    [undefined, '54', false],
  );
  assert.equal(responseTo(read.value, 404).headers.has('Record-Route'), false);
  assert.equal(responseTo(read.value, 299).reason, 'OK');
});

test('RFC 3261 §8.1.1: a built request is read back as it was meant', () => {
  const request = requestOf({
    method: 'INVITE',
    uri: 'sip:b@h;transport=tcp',
    via: {
      transport: 'UDP',
      host: '192.0.2.1',
      port: 5060,
      branch: 'z9hG4bKx',
      params: new Map([['rport', undefined]]),
    },
    routes: ['<sip:p;lr>'],
    from: { uri: 'sip:a@h', display: 'Ä "x"', params: new Map([['tag', '1']]) },
    to: 'sip:b@h',
    callId: 'c@h',
    cseq: 7,
    contact: 'sip:a@192.0.2.1',
    headers: [['Supported', 'replaces']],
    contentType: 'application/sdp',
    body: 'v=0\r\n',
  });
  const read = parseMessage(printMessage(request), 'stream');
  assert.ok(read.ok);
  assert.deepEqual(cseqOf(read.value), { number: 7, method: 'INVITE' });
  assert.equal(fromOf(read.value).display, 'Ä "x"');
  assert.equal(read.value.headers.get('Max-Forwards'), '70');
  assert.deepEqual(
    [...read.value.headers.entries()].map(([name]) => name),
    [
      'Via',
      'Route',
      'Max-Forwards',
      'From',
      'To',
      'Call-ID',
      'CSeq',
      'Contact',
      'Supported',
      'Content-Type',
      'Content-Length',
    ],
  );
  assert.throws(() =>
    requestOf({ method: 'A B', uri: 'sip:a@b', from: 'sip:a@b', to: 'sip:a@b', callId: 'c', cseq: 1 }),
  );
  assert.throws(() =>
    requestOf({ method: 'A', uri: 'sip:a@b', from: 'sip:a@b', to: 'sip:a@b', callId: 'c d', cseq: 1 }),
  );
  assert.throws(() =>
    requestOf({ method: 'A', uri: 'sip:a@b', from: 'sip:a@b', to: 'sip:a@b', callId: 'c', cseq: 2 ** 32 }),
  );
});

test('RFC 3261 §18.2.1 and RFC 3581 §4: where a request came from is noted in its topmost Via only', () => {
  const read = parseMessage(
    compose({ via: 'Via: SIP/2.0/UDP h;rport;branch=z9hG4bKa;x=y, SIP/2.0/UDP g;rport\r\n' }),
    'datagram',
  );
  assert.ok(read.ok && read.value.kind === 'request');
  const marked = viasOf(markReceived(read.value, '203.0.113.9', 40001));
  assert.deepEqual(
    [marked[0]?.params.get('received'), marked[0]?.params.get('rport'), marked[0]?.params.get('x')],
    ['203.0.113.9', '40001', 'y'],
  );
  assert.equal(marked[1]?.params.get('rport'), undefined);
  assert.equal(marked.length, 2);
  const plain = parseMessage(compose({ via: 'Via: SIP/2.0/UDP [2001:db8::1]:5060;branch=z9hG4bKa\r\n' }), 'datagram');
  assert.ok(plain.ok && plain.value.kind === 'request');
  assert.equal(markReceived(plain.value, '2001:db8::1', 5060), plain.value);
  assert.equal(viaOf(markReceived(plain.value, '2001:db8::2', 5060)).params.get('received'), '2001:db8::2');
});

test('octets: one character an octet, also where the decoder of the platform is windows-1252', () => {
  const all = Uint8Array.from({ length: 20_000 }, (_, i) => i & 255);
  const { text, ascii } = octetText(all);
  assert.equal(ascii, false);
  assert.equal(text.length, all.length);
  for (let i = 0; i < all.length; i++) if (text.charCodeAt(i) !== all[i]) assert.fail(`octet ${i}`);
  assert.deepEqual(octetText(octets('plain')), { text: 'plain', ascii: true });
  assert.equal(octetText(new TextEncoder().encode('\ufeffx')).text.length, 4);
  assert.equal(octetText(Uint8Array.of(0x80)).ascii, false);
});

test.run();
