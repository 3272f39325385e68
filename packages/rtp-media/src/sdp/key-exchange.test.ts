import assert from 'node:assert/strict';
import { SeededRandom } from '@switchhook/sans-io/testing';
import { test } from 'uvu';
import type { SrtpSuiteName } from '../srtp/suite.ts';
import { readCryptoLine, sameKeys, writeCryptoLine } from './crypto-line.ts';
import type { LocalSrtp, Negotiation } from './door.ts';
import { createNegotiation } from './negotiation.ts';

const SUITES = ['AEAD_AES_256_GCM', 'AES_CM_128_HMAC_SHA1_80'] as const satisfies SrtpSuiteName[];
const KEY = 'YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0';
const OTHER = 'MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkw';

let seed = 0;
function side(policy?: LocalSrtp['policy'], suites: readonly SrtpSuiteName[] = SUITES): Negotiation {
  seed++;
  const endpoint = { host: `192.0.2.${seed}`, port: 4000 };
  const srtp = policy === undefined ? {} : { srtp: { policy, suites, random: new SeededRandom(seed) } };
  return createNegotiation({ endpoint, codecs: ['PCMA'], ptimeMs: 20, ...srtp }, { sessionId: 1 });
}

const offered = (protocol: string, ...attributes: readonly string[]): string =>
  [
    'v=0',
    'o=- 1 1 IN IP4 198.51.100.5',
    's=-',
    'c=IN IP4 198.51.100.5',
    't=0 0',
    `m=audio 40000 ${protocol} 8`,
    ...attributes.map((line) => `a=${line}`),
    '',
  ].join('\r\n');
const crypto = (tag: number, key = KEY, more = ''): string =>
  `crypto:${tag} AES_CM_128_HMAC_SHA1_80 inline:${key}${more}`;

/** Two sides agree; what both then know. */
function agree(a: Negotiation, b: Negotiation, sdp = a.offer('talk')) {
  const answer = b.answer(sdp, 'talk');
  if (!answer.ok) return answer.fault;
  const accepted = a.accept(answer.value.sdp);
  if (!accepted.ok) return accepted.fault;
  return { a: accepted.value.plan.srtp, b: answer.value.plan.srtp, sdp: answer.value.sdp };
}

const crypts = (sdp: string): string[] => sdp.split('\r\n').filter((line) => line.startsWith('a=crypto'));

test('RFC 4568 §7.1: who requires SRTP offers RTP/SAVP with each suite, and both ends know the same two keys', () => {
  const a = side('require');
  const sdp = a.offer('talk');
  assert.match(sdp, /m=audio 4000 RTP\/SAVP 8 101/);
  assert.deepEqual(
    crypts(sdp).map((line) => line.split(' ')[1]),
    [...SUITES],
  );
  const both = agree(a, side('require'), sdp);
  assert.ok(typeof both !== 'string' && both.a !== undefined && both.b !== undefined);
  assert.ok(sameKeys(both.a.send, both.b.receive) && sameKeys(both.a.receive, both.b.send));
  assert.ok(!sameKeys(both.a.send, both.a.receive), 'each direction has its own');
  assert.equal(both.a.send.suite, 'AEAD_AES_256_GCM');
  assert.equal(crypts(both.sdp).length, 1);
});

test('RFC 4568: every pair of policies ends protected, in clear as both know, or refused; never secretly in clear', () => {
  for (const [one, other, outcome] of [
    ['require', 'require', 'sdes'],
    ['require', 'prefer', 'sdes'],
    ['require', undefined, 'no-common-srtp'],
    ['prefer', 'require', 'sdes'],
    ['prefer', 'prefer', 'sdes'],
    ['prefer', undefined, 'clear'],
    [undefined, 'require', 'srtp-required'],
    [undefined, 'prefer', 'clear'],
    [undefined, undefined, 'clear'],
  ] as const) {
    const both = agree(side(one), side(other));
    const got = typeof both === 'string' ? both : both.a === undefined ? 'clear' : 'sdes';
    assert.equal(got, outcome, `${one} to ${other}`);
    if (typeof both !== 'string') assert.equal(both.a === undefined, both.b === undefined);
  }
});

test('RFC 4568: an answer without keys to an offer that demands them, or with a tag or suite of its own, is refused', () => {
  const answers: readonly (readonly [string, string])[] = [
    [offered('RTP/AVP'), 'srtp-required'],
    [offered('RTP/SAVP'), 'srtp-required'],
    [offered('RTP/SAVP', crypto(1)), 'no-common-srtp'],
    [offered('RTP/SAVP', crypto(9)), 'no-common-srtp'],
    [offered('RTP/SAVP', `${crypto(2)} UNENCRYPTED_SRTP`), 'no-common-srtp'],
  ];
  for (const [answer, fault] of answers) {
    const a = side('require');
    a.offer('talk');
    const got = a.accept(answer);
    assert.equal(got.ok ? 'taken' : got.fault, fault, answer);
  }
  const a = side('prefer');
  a.offer('talk');
  const got = a.accept(offered('RTP/SAVP'));
  assert.equal(got.ok ? 'taken' : got.fault, 'srtp-required', 'SAVP without keys is no clear stream');
});

test('RFC 4568 §6.3, §7.1.2: lines that must not be accepted are passed over, and the first good one is answered by its tag', () => {
  const bad = [
    'crypto:1 AES_CM_128_HMAC_SHA1_80 inline:short',
    `crypto:2 F8_128_HMAC_SHA1_80 inline:${KEY}`,
    crypto(3, KEY, ' UNENCRYPTED_SRTP'),
    crypto(4, KEY, ' UNAUTHENTICATED_SRTP'),
    crypto(5, KEY, ' KDR=4'),
    crypto(6, KEY, ' NEW_AND_UNKNOWN'),
    crypto(7, KEY, `;inline:${OTHER}|2^20|2:1`),
    'crypto:8',
    'crypto:',
    `crypto:9 AES_CM_128_HMAC_SHA1_80 inline:${KEY}|2^20|1:200`,
  ];
  const answer = side('prefer').answer(offered('RTP/SAVP', ...bad, crypto(12, KEY, '|2^31|5:2 WSH=128')), 'talk');
  assert.ok(answer.ok);
  assert.match(crypts(answer.value.sdp)[0]!, /^a=crypto:12 AES_CM_128_HMAC_SHA1_80 inline:/);
  assert.deepEqual([...answer.value.plan.srtp!.receive.mki!], [0, 5]);
  assert.equal(Buffer.from(answer.value.plan.srtp!.receive.masterKey).toString('latin1'), 'abcdefghijklmnop');
  const none = side('prefer').answer(offered('RTP/SAVP', ...bad), 'talk');
  assert.equal(none.ok ? 'taken' : none.fault, 'no-common-srtp');
});

test('RFC 4568: keys on RTP/AVP are taken by who can, and AVP stays AVP', () => {
  const answer = side('prefer').answer(offered('RTP/AVP', crypto(1)), 'talk');
  assert.ok(answer.ok);
  assert.match(answer.value.sdp, /m=audio 4000 RTP\/AVP 8\r\n/);
  assert.ok(answer.value.plan.srtp !== undefined);
});

test('RFC 3264 §6: of a protected and a clear section the protected one is taken by who has SRTP, the clear one by who has not', () => {
  const both = `${offered('RTP/AVP')}m=audio 40002 RTP/SAVP 8\r\na=${crypto(1)}\r\n`;
  const secure = side('prefer').answer(both, 'talk');
  assert.ok(secure.ok && secure.value.plan.srtp !== undefined);
  assert.match(secure.value.sdp, /m=audio 0 RTP\/AVP 8\r\nm=audio 4000 RTP\/SAVP 8\r\n/);
  const clear = side().answer(both, 'talk');
  assert.ok(clear.ok && clear.value.plan.srtp === undefined);
  assert.match(clear.value.sdp, /m=audio 4000 RTP\/AVP 8\r\n(.*\r\n)*m=audio 0 RTP\/SAVP 8\r\n/);
});

test('RFC 4568 §7.1.4: hold and resume keep both keys; a far end with another key gets another one of ours', () => {
  const a = side('require');
  const b = side('require');
  const first = agree(a, b);
  assert.ok(typeof first !== 'string');
  const held = agree(a, b, a.offer('hold'));
  assert.ok(typeof held !== 'string');
  assert.ok(sameKeys(held.a!.send, first.a!.send) && sameKeys(held.a!.receive, first.a!.receive));
  const back = agree(b, a);
  assert.ok(typeof back !== 'string');
  assert.ok(sameKeys(back.a!.send, first.b!.send) && sameKeys(back.b!.send, first.a!.send));

  const phone = side('require');
  const one = phone.answer(offered('RTP/SAVP', crypto(1, KEY)), 'talk');
  const again = phone.answer(offered('RTP/SAVP', crypto(1, KEY)), 'hold');
  const moved = phone.answer(offered('RTP/SAVP', crypto(1, OTHER)), 'talk');
  assert.ok(one.ok && again.ok && moved.ok);
  assert.ok(sameKeys(one.value.plan.srtp!.send, again.value.plan.srtp!.send));
  assert.ok(
    !sameKeys(one.value.plan.srtp!.send, moved.value.plan.srtp!.send),
    'whom we were moved to does not know it',
  );
});

test('RFC 4568: a call that was agreed on in clear is offered no keys later, one with keys is offered those', () => {
  const plain = side('prefer');
  assert.ok(typeof agree(plain, side()) !== 'string');
  assert.deepEqual(crypts(plain.offer('hold')), []);
  const secured = side('prefer');
  assert.ok(typeof agree(secured, side('prefer')) !== 'string');
  assert.equal(crypts(secured.offer('hold')).length, 1);
});

test('RFC 4568 §9.1: what is written is read back, key for key', () => {
  const random = new SeededRandom(5);
  for (const [suite, key, salt] of [
    ['AES_CM_128_HMAC_SHA1_32', 16, 14],
    ['AEAD_AES_128_GCM', 16, 12],
    ['AEAD_AES_256_GCM', 32, 12],
  ] as const) {
    const line = { tag: 3, keys: { suite, masterKey: random.bytes(key), masterSalt: random.bytes(salt) } };
    const text = writeCryptoLine(line);
    assert.equal(
      text.split('inline:')[1],
      Buffer.concat([line.keys.masterKey, line.keys.masterSalt]).toString('base64'),
    );
    const read = readCryptoLine(text);
    assert.ok(read !== undefined && read.tag === 3 && sameKeys(read.keys, line.keys));
  }
});

test.run();
