import assert from 'node:assert/strict';
import { createCipheriv, createHmac } from 'node:crypto';
import { SeededRandom } from '@switchhook/sans-io/testing';
import { test } from 'uvu';
import { nodeBlockCipher } from '../node/block-cipher.ts';
import { Ghash } from './ghash.ts';
import { HmacSha1 } from './hmac-sha1.ts';
import { deriveKeys } from './key-derivation.ts';
import { REPLAY_WINDOW, ReplayWindow } from './replay-window.ts';
import { estimate } from './srtp-receiver.ts';
import { SRTP_SUITES, srtpSuite } from './suite.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));

test('RFC 2104: HMAC-SHA1 is what node:crypto says, for every length about a block and with the roll-over counter', () => {
  const random = new SeededRandom(1);
  const key = random.bytes(20);
  const own = new HmacSha1(key);
  const tag = new Uint8Array(20);
  for (let length = 0; length < 200; length++) {
    const text = random.bytes(length + 3);
    own.signPlain(text, 3, length + 3, tag, 20);
    const plain = createHmac('sha1', key).update(text.subarray(3)).digest();
    assert.equal(hex(tag), hex(plain), `${length} octets`);
    const word = Buffer.alloc(4);
    word.writeUInt32BE((length * 0x01020304) >>> 0);
    own.sign(text, 3, length + 3, word.readInt32BE(), tag, 20);
    const suffixed = createHmac('sha1', key).update(text.subarray(3)).update(word).digest();
    assert.equal(hex(tag), hex(suffixed), `${length} octets and a word`);
  }
  assert.throws(() => new HmacSha1(new Uint8Array(65)), /65 octets/);
});

test('NIST SP 800-38D: GHASH and counter mode give the tag of node:crypto', () => {
  const random = new SeededRandom(2);
  for (let round = 0; round < 60; round++) {
    const key = random.bytes(16);
    const nonce = random.bytes(12);
    const additional = random.bytes(round % 29);
    const cipher = createCipheriv('aes-128-gcm', key, nonce);
    cipher.setAAD(additional);
    const text = cipher.update(random.bytes(round * 3));
    cipher.final();
    const block = nodeBlockCipher(key);
    const hash = new Ghash(block.encrypt(new Uint8Array(16)));
    // twice: the first digest must leave nothing behind
    const tag = new Uint8Array(16);
    for (let again = 0; again < 2; again++) {
      hash.reset();
      hash.update(additional, 0, additional.length);
      hash.update(text, 0, text.length);
      hash.digest(additional.length, text.length, tag);
    }
    const mask = block.encrypt(Uint8Array.from([...nonce, 0, 0, 0, 1]));
    for (let i = 0; i < 16; i++) tag[i]! ^= mask[i]!;
    assert.equal(hex(tag), cipher.getAuthTag().toString('hex'), `round ${round}`);
  }
});

test('RFC 3711 B.3: key, salt and authentication key are derived from the master key', () => {
  const keys = deriveKeys(
    {
      suite: 'AES_CM_128_HMAC_SHA1_80',
      masterKey: bytes('e1f97a0d3e018be0d64fa32c06de4139'),
      masterSalt: bytes('0ec675ad498afeebb6960b3aabe6'),
    },
    SRTP_SUITES.AES_CM_128_HMAC_SHA1_80,
    'rtp',
    nodeBlockCipher,
  );
  assert.equal(hex(keys.key), 'c61e7a93744f39ee10734afe3ff7a087');
  assert.equal(hex(keys.salt), '30cbbc08863d8c85d49db34a9ae1');
  assert.equal(hex(keys.auth), 'cebe321f6ff7716b6fd4ab49af256a156d38baa4');
});

test('RFC 3711: keys of another length than the suite takes are our own mistake', () => {
  const keys = { suite: 'AEAD_AES_256_GCM', masterKey: new Uint8Array(16), masterSalt: new Uint8Array(12) } as const;
  assert.throws(() => deriveKeys(keys, SRTP_SUITES[keys.suite], 'rtp', nodeBlockCipher), /a key of 32/);
});

test('RFC 4568 §6.2: suites are known by their names alone', () => {
  assert.equal(srtpSuite('AES_CM_128_HMAC_SHA1_32')?.tagLength, 4);
  assert.equal(srtpSuite('AES_CM_128_HMAC_SHA1_32')?.rtcpTagLength, 10);
  for (const name of ['aes_cm_128_hmac_sha1_80', 'NULL', '__proto__', 'constructor', '']) {
    assert.equal(srtpSuite(name), undefined, name);
  }
});

test('RFC 3711 §3.3.2: an index is taken once, late ones within 1,024, never older', () => {
  const window = new ReplayWindow();
  const take = (index: number): boolean => {
    const admitted = window.admits(index);
    if (admitted) window.take(index);
    return admitted;
  };
  assert.deepEqual([0, 0, 5, 3, 3, 5].map(take), [true, false, true, true, false, false]);
  assert.ok(take(70_000));
  assert.ok(!take(70_000 - REPLAY_WINDOW), 'too old');
  assert.ok(take(70_000 - REPLAY_WINDOW + 1), 'just young enough, and not mistaken for what stood in its place');
  assert.ok(take(70_500) && take(70_400) && !take(70_000));
  assert.equal(window.highest, 70_500);
});

test('RFC 3711 appendix A: the roll-over counter is guessed from the nearest index', () => {
  for (const [highest, sequence, index] of [
    [-1, 40_000, 40_000],
    [65_535, 0, 65_536],
    [65_536, 65_535, 65_535],
    [3 * 65_536 + 10, 65_530, 2 * 65_536 + 65_530],
    [3 * 65_536 + 60_000, 100, 4 * 65_536 + 100],
    [3 * 65_536 + 60_000, 59_000, 3 * 65_536 + 59_000],
    [10, 60_000, 60_000],
  ] as const) {
    assert.equal(estimate(highest, sequence), index, `${highest} then ${sequence}`);
  }
});

test.run();
