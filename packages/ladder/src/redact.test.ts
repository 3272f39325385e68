import assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from 'uvu';
import { LONGEST_MESSAGE_BYTES, redactSip } from './redact.ts';
import { readSip } from './sip-text.ts';

const octets = (text: string) => new TextEncoder().encode(text);
const cut = (text: string) => new TextDecoder().decode(redactSip(octets(text)));
const HEAD = 'Via: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:b@h>;tag=2\r\nCall-ID: c@h\r\n';
const message = (first: string, fields: string, body = '') => `${first}\r\n${HEAD}${fields}\r\n${body}`;
const sdp = (line: string) =>
  `v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/SAVP 0\r\n${line}\r\na=sendonly\r\n`;
const typed = (type: string, body: string) => `Content-Type: ${type}\r\nContent-Length: ${body.length}\r\n`;

/** Every place where a secret may stand, with the secret in it. */
const PLACES: Readonly<Record<string, (secret: string) => string>> = {
  authorization: (s) => message('REFER sip:b@h SIP/2.0', `Authorization: Digest username="a", response="${s}"\r\n`),
  'blank before colon': (s) => message('BYE sip:b@h SIP/2.0', `Proxy-Authorization : Digest response=${s}\r\n`),
  'other case': (s) => message('BYE sip:b@h SIP/2.0', `pROXY-aUTHORIZATION:Basic ${s}\r\n`),
  'folded line': (s) => message('BYE sip:b@h SIP/2.0', `Authorization: Digest\r\n realm="x",\r\n\tresponse="${s}"\r\n`),
  'bare CR': (s) => message('BYE sip:b@h SIP/2.0', `Subject: x\rAuthorization: Digest response="${s}"\r\n`),
  'bare LF': (s) => message('BYE sip:b@h SIP/2.0', `Subject: x\nAuthorization: Digest response="${s}"\n`),
  'unnamed line': (s) => message('BYE sip:b@h SIP/2.0', `Digest response="${s}"\r\n`),
  nonce: (s) =>
    message('SIP/2.0 401 Unauthorized', `WWW-Authenticate: Digest realm="pbx", nonce="${s}", qop="auth"\r\n`),
  opaque: (s) => message('SIP/2.0 407 x', `Proxy-Authenticate: Digest opaque="${s}", realm="pbx"\r\n`),
  rspauth: (s) => message('SIP/2.0 200 OK', `Authentication-Info: rspauth="${s}"\r\n`),
  'own header': (s) => message('INVITE sip:b@h SIP/2.0', `X-Auth-Token: ${s}\r\n`),
  'password in the request URI': (s) => message(`INVITE sip:b:${s}@h SIP/2.0`, ''),
  'password in Contact': (s) => message('INVITE sip:b@h SIP/2.0', `m: <sip:a:${s}@h:5060>\r\n`),
  'header in Refer-To': (s) =>
    message('REFER sip:b@h SIP/2.0', `Refer-To: <sip:c@h?Replaces=x&Authorization=${s}>\r\n`),
  'escaped header in Refer-To': (s) => message('REFER sip:b@h SIP/2.0', `r: <sip:c@h?%41uthorization=${s}>\r\n`),
  'body in Refer-To': (s) => message('REFER sip:b@h SIP/2.0', `r: <sip:c@h?body=${s}>\r\n`),
  'digits after the number': (s) => message(`INVITE sip:12;postd=${s}@h SIP/2.0`, ''),
  'a=crypto': (s) => {
    const body = sdp(`a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${s}|2^20|1:4`);
    return message('INVITE sip:b@h SIP/2.0', typed('application/sdp', body), body);
  },
  'a=crypto in odd form': (s) => {
    const body = sdp(`a=Crypto:${s}`);
    return message('INVITE sip:b@h SIP/2.0', typed('application/sdp', body), body);
  },
  'k=': (s) => message('SIP/2.0 200 OK', typed('Application/SDP', ''), sdp(`k=clear:${s}`)),
  'key-mgmt, ice-pwd': (s) =>
    message('SIP/2.0 200 OK', typed('application/sdp', ''), sdp(`a=key-mgmt:mikey ${s}\r\na=ice-pwd:${s}`)),
  'no line of SDP': (s) => message('SIP/2.0 200 OK', typed('application/sdp', ''), sdp(` ${s}`)),
  'INFO digits': (s) => message('INFO sip:b@h SIP/2.0', 'Content-Type: application/dtmf-relay\r\n', `Signal=${s}\r\n`),
  'INFO that says SDP': (s) => message('INFO sip:b@h SIP/2.0', 'c: application/sdp\r\n', `s=${s}\r\n`),
  'INFO answer': (s) => message('SIP/2.0 200 OK', 'CSeq: 3 INFO\r\nContent-Type: application/dtmf\r\n', s),
  'KPML digits': (s) =>
    message('NOTIFY sip:b@h SIP/2.0', 'Content-Type: application/kpml-response+xml\r\n', `<x digits="${s}"/>`),
  multipart: (s) =>
    message('INVITE sip:b@h SIP/2.0', 'Content-Type: multipart/mixed;boundary=b\r\n', `--b\r\n\r\na=crypto:${s}`),
  'two types': (s) => message('INVITE sip:b@h SIP/2.0', 'c: application/sdp\r\nContent-Type: text/x\r\n', `s=${s}\r\n`),
  'no type': (s) => message('INVITE sip:b@h SIP/2.0', '', s),
  'sipfrag with credentials': (s) =>
    message(
      'NOTIFY sip:b@h SIP/2.0',
      'Content-Type: message/sipfrag\r\n',
      `SIP/2.0 200 OK\r\nAuthorization: Digest ${s}\r\n`,
    ),
  'sipfrag with a body': (s) =>
    message('NOTIFY sip:b@h SIP/2.0', 'Content-Type: message/sipfrag\r\n', `SIP/2.0 200 OK\r\n\r\n${s}`),
  'no SIP': (s) => `GET /${s} HTTP/1.1\r\n\r\n`,
  'no end of the head': (s) => `BYE sip:b@h SIP/2.0\r\nAuthorization: Digest response="${s}"`,
};

for (const [place, plant] of Object.entries(PLACES)) {
  test(`redact: a secret is cut out of: ${place}`, () => {
    const planted = plant('s3cretS3cret');
    assert.ok(planted.includes('s3cretS3cret'));
    assert.ok(!cut(planted).includes('s3cretS3cret'), cut(planted));
  });
}

test('redact: whatever the secret is, it is gone, and the message can still be read', () => {
  const secret = fc.stringMatching(/^[A-Za-z0-9+/=*#]{8,40}$/).map((text) => `Q7${text}`);
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(PLACES)), secret, (place, text) => {
      const shown = cut(PLACES[place]!(text));
      assert.ok(!shown.includes(text), `${place}: ${shown}`);
      if (place !== 'no SIP') assert.notEqual(readSip(octets(shown)), undefined);
    }),
    { numRuns: 400 },
  );
});

test('redact: no octets of the network make it throw, and what it gives stays as it is', () => {
  const start = octets('INVITE sip:a@b SIP/2.0\r\n');
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (tail) => {
      const once = redactSip(Uint8Array.of(...start, ...tail));
      assert.deepEqual(redactSip(once), once);
      redactSip(tail);
    }),
    { numRuns: 300 },
  );
});

test('redact: what stands for a body that went stays as it is', () => {
  for (const tail of ['\n\0', 'Content-Type: image/png\r\nContent-Length: 3\r\n\r\nabc']) {
    const once = redactSip(octets(`INVITE sip:a@b SIP/2.0\r\n${tail}`));
    assert.deepEqual(redactSip(once), once, tail);
  }
});

test('redact: ids, URIs, Refer-To with Replaces, realm, directions and sipfrag stay', () => {
  const refer =
    'Refer-To: <sip:9999@192.0.2.1:5060?Replaces=two%40h%3Bto-tag%3Db%3Bfrom-tag%3Da>\r\nReferred-By: <sip:1000@h>\r\n';
  const whole = message('REFER sip:b@h:5060;transport=udp SIP/2.0', refer);
  assert.equal(cut(whole), whole);
  const body = sdp('a=rtpmap:0 PCMU/8000');
  const invite = message('INVITE sip:b@h SIP/2.0', typed('application/sdp', body), body);
  assert.equal(cut(invite), invite);
  const notify = message(
    'NOTIFY sip:a@h SIP/2.0',
    typed('message/sipfrag;version=2.0', 'x'.repeat(16)),
    'SIP/2.0 200 OK\r\n',
  );
  assert.equal(cut(notify), notify);
  assert.match(cut(PLACES['nonce']!('n')), /WWW-Authenticate: Digest realm="pbx", qop="auth"/);
});

test('redact: Content-Length and Content-Type say what the message has now', () => {
  const shown = cut(message('INFO sip:b@h SIP/2.0', typed('application/dtmf-relay', 'Signal=5\r\n'), 'Signal=5\r\n'));
  const [head, body] = shown.split('\r\n\r\n');
  assert.match(body!, /^\[removed: 10 octets of application\/dtmf-relay\]\r\n$/);
  assert.match(head!, new RegExp(`Content-Length: ${body!.length}$`, 'm'));
  assert.match(head!, /Content-Type: text\/plain/);
});

test('redact: a message of any size fits its limit', () => {
  const long = (count: number) => Array.from({ length: count }, (_, i) => `X-H${i}: ${'y'.repeat(90)}\r\n`).join('');
  for (const [fields, body] of [
    ['', sdp(`a=${'z'.repeat(60_000)}`)],
    [long(700), ''],
    [long(700), 'x'.repeat(9000)],
  ] as const) {
    const shown = redactSip(
      octets(message('INVITE sip:b@h SIP/2.0', `Content-Type: application/sdp\r\n${fields}`, body)),
    );
    assert.ok(shown.length <= LONGEST_MESSAGE_BYTES, String(shown.length));
    assert.equal(readSip(shown)?.headers.get('call-id'), 'c@h');
  }
});

test.run();
