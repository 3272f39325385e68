import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { SRTP_SUITES, type SrtpKeys, SrtpReceiver, SrtpSender, type SrtpSuiteName } from '@switchhook/rtp-media';
import { SeededRandom } from '@switchhook/sans-io/testing';
import { test } from 'uvu';
import {
  ProtectionProfileAeadAes128Gcm,
  ProtectionProfileAes128CmHmacSha1_80,
  RtpHeader,
  SrtcpSession,
  SrtpSession,
} from 'werift-rtp';
import { nodeBlockCipher } from '../src/node/block-cipher.ts';

const NAMES = Object.keys(SRTP_SUITES) as SrtpSuiteName[];
const random = new SeededRandom(7);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function keysFor(suite: SrtpSuiteName, mki?: Uint8Array): SrtpKeys {
  const { keyLength, saltLength } = SRTP_SUITES[suite];
  const keys = { suite, masterKey: random.bytes(keyLength), masterSalt: random.bytes(saltLength) };
  return mki === undefined ? keys : { ...keys, mki };
}

/** An RTP packet with `payload` octets of `fill`; `extra` CSRCs and an extension when asked. */
function rtp(sequence: number, payload = 160, ssrc = 0xcafe_babe, extra = 0): Uint8Array {
  const packet = Buffer.alloc(12 + 4 * extra + (extra > 0 ? 8 : 0) + payload, 0x5a);
  packet[0] = 0x80 | extra | (extra > 0 ? 0x10 : 0);
  packet[1] = 8;
  packet.writeUInt16BE(sequence & 0xffff, 2);
  packet.writeUInt32BE((sequence * 160) >>> 0, 4);
  packet.writeUInt32BE(ssrc, 8);
  if (extra > 0) packet.writeUInt32BE(0xbede_0001, 12 + 4 * extra);
  return packet;
}

function protect(sender: SrtpSender, packet: Uint8Array): Uint8Array {
  const into = new Uint8Array(packet.length + sender.overhead);
  const length = sender.protect(packet, packet.length, into);
  assert.equal(length, into.length);
  return into;
}

function pair(suite: SrtpSuiteName, mki?: Uint8Array): [SrtpSender, SrtpReceiver] {
  const keys = keysFor(suite, mki);
  return [new SrtpSender(keys, nodeBlockCipher), new SrtpReceiver(keys, nodeBlockCipher)];
}

for (const suite of NAMES) {
  test(`RFC 3711: ${suite} brings every packet through, with CSRCs, extension, MKI, loss, reordering and a wrap`, () => {
    const [sender, receiver] = pair(suite, Uint8Array.of(7, 0, 1));
    const packets: [Uint8Array, Uint8Array][] = [];
    for (let i = 0; i < 4000; i++) {
      const plain = rtp(65_000 + i, i % 7 === 0 ? 33 : 160, 0xcafe_babe, i % 11 === 0 ? 2 : 0);
      const sealed = protect(sender, plain);
      // a hundred at a time: some lost, the rest out of order by up to 100
      if (i % 97 !== 3) packets.push([plain, sealed]);
      if (packets.length < 100) continue;
      for (let left = packets.length; left > 0; left--) {
        const [own, other] = packets.splice(random.below(packets.length), 1)[0]!;
        const length = receiver.unprotect(other);
        if (length === 0 || i % 100 === 0) assert.equal(hex(other.subarray(0, length)), hex(own), `packet ${i}`);
      }
    }
  });

  test(`RFC 3711 §3.3: ${suite} refuses a replay, every flipped bit and another's key, and goes on with what is true`, () => {
    const [sender, receiver] = pair(suite);
    const first = protect(sender, rtp(1));
    const second = protect(sender, rtp(2));
    assert.ok(receiver.unprotect(first.slice()) > 0);
    assert.equal(receiver.unprotect(first.slice()), 0);
    assert.equal(receiver.fault, 'srtp-replay');
    for (let bit = 0; bit < second.length * 8; bit += 3) {
      const bad = second.slice();
      bad[bit >> 3]! ^= 1 << (bit & 7);
      assert.equal(receiver.unprotect(bad), 0, `bit ${bit}`);
    }
    const [stranger] = pair(suite);
    assert.equal(receiver.unprotect(protect(stranger, rtp(2))), 0);
    for (let length = 0; length < second.length; length++) {
      assert.equal(receiver.unprotect(second.slice(0, length)), 0, `${length} octets`);
    }
    assert.ok(receiver.unprotect(second.slice()) > 0);
  });

  test(`RFC 3711 §3.4: ${suite} protects RTCP; what comes in clear, twice or bent counts for nothing`, () => {
    const [sender, receiver] = pair(suite, Uint8Array.of(1));
    const report = Uint8Array.from([0x80, 201, 0, 1, 1, 2, 3, 4, 0x81, 203, 0, 1, 1, 2, 3, 4]);
    const sealed = [sender.protectRtcp(report)!, sender.protectRtcp(report)!];
    assert.notEqual(hex(sealed[0]!.subarray(8, 16)), hex(report.subarray(8)));
    assert.equal(hex(receiver.unprotectRtcp(sealed[0]!.slice())!), hex(report));
    assert.equal(receiver.unprotectRtcp(sealed[0]!.slice()), undefined);
    assert.equal(receiver.fault, 'srtp-replay');
    for (let bit = 0; bit < sealed[1]!.length * 8; bit++) {
      const bad = sealed[1]!.slice();
      bad[bit >> 3]! ^= 1 << (bit & 7);
      assert.equal(receiver.unprotectRtcp(bad), undefined, `bit ${bit}`);
    }
    assert.equal(receiver.unprotectRtcp(report.slice()), undefined);
    assert.equal(hex(receiver.unprotectRtcp(sealed[1]!.slice())!), hex(report));
  });
}

test('RFC 3711 §3.3.1: a loss burst across a wrap of the sequence number loses nothing after it', () => {
  const [sender, receiver] = pair('AES_CM_128_HMAC_SHA1_80');
  for (let sequence = 60_000; sequence < 65_536 + 20_000; sequence++) {
    const sealed = protect(sender, rtp(sequence));
    if (sequence < 60_010 || sequence > 65_536 + 19_000) assert.ok(receiver.unprotect(sealed) > 0, `${sequence}`);
  }
});

test('RFC 3711 §3.3.1: another key goes on from the roll-over counter, and a far end that counts from 0 is understood too', () => {
  const [sender, receiver] = pair('AES_CM_128_HMAC_SHA1_80');
  for (let sequence = 65_500; sequence < 65_600; sequence++) receiver.unprotect(protect(sender, rtp(sequence)));
  const keys = keysFor('AES_CM_128_HMAC_SHA1_80');
  const zero = protect(new SrtpSender(keys, nodeBlockCipher), rtp(65_600));
  assert.ok(new SrtpReceiver(keys, nodeBlockCipher).unprotect(zero.slice(), receiver.highest) > 0, 'from 0');
  const carried = new SrtpSender(keys, nodeBlockCipher);
  protect(carried, rtp(65_535));
  const on = protect(carried, rtp(65_600));
  assert.ok(new SrtpReceiver(keys, nodeBlockCipher).unprotect(on, receiver.highest) > 0, 'carried on');
});

test('RFC 3711: a new source begins at 0, eight sources are remembered, forgers are not', () => {
  const [sender, receiver] = pair('AES_CM_128_HMAC_SHA1_80');
  for (let ssrc = 1; ssrc <= 12; ssrc++) {
    const forged = rtp(5, 40, 1000 + ssrc);
    assert.equal(receiver.unprotect(Uint8Array.from([...forged, ...new Uint8Array(10)])), 0);
    assert.ok(receiver.unprotect(protect(sender, rtp(5, 40, ssrc))) > 0);
  }
  assert.deepEqual([...receiver.highest.keys()], [5, 6, 7, 8, 9, 10, 11, 12]);
});

for (const [suite, profile] of [
  ['AES_CM_128_HMAC_SHA1_80', ProtectionProfileAes128CmHmacSha1_80],
  ['AEAD_AES_128_GCM', ProtectionProfileAeadAes128Gcm],
] as const) {
  test(`werift-rtp understands ${suite}, and we it`, () => {
    const keys = keysFor(suite);
    const material = { key: Buffer.from(keys.masterKey), salt: Buffer.from(keys.masterSalt) };
    const config = {
      keys: {
        localMasterKey: material.key,
        localMasterSalt: material.salt,
        remoteMasterKey: material.key,
        remoteMasterSalt: material.salt,
      },
      profile,
    };
    const theirs = new SrtpSession(config);
    const theirRtcp = new SrtcpSession(config);
    const sender = new SrtpSender(keys, nodeBlockCipher);
    const receiver = new SrtpReceiver(keys, nodeBlockCipher);
    for (let sequence = 100; sequence < 300; sequence++) {
      const plain = Buffer.from(rtp(sequence));
      assert.equal(hex(theirs.decrypt(Buffer.from(protect(sender, plain)))), hex(plain));
      const sealed = Uint8Array.from(theirs.encrypt(plain.subarray(12), RtpHeader.deSerialize(plain)));
      assert.equal(hex(sealed.subarray(0, receiver.unprotect(sealed))), hex(plain));
    }
    const report = Buffer.from([0x80, 201, 0, 1, 1, 2, 3, 4]);
    assert.equal(hex(theirRtcp.decrypt(Buffer.from(sender.protectRtcp(report)!))), hex(report));
    const sealed = Uint8Array.from(theirRtcp.encrypt(Buffer.concat([report, report])));
    assert.equal(hex(receiver.unprotectRtcp(sealed)!), hex(report) + hex(report));
  });
}

const vectors = resolve(process.env.SWITCHHOOK_CORPUS ?? '../../../shared/corpus', 'rtp/rfc3711/vectors.json');
if (existsSync(vectors)) {
  test('RFC 3711 appendix B and the reference packets', () => {
    const { key_derivation: derivation, packets } = JSON.parse(readFileSync(vectors, 'utf8'));
    const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
    const keys = (suite: SrtpSuiteName): SrtpKeys => ({
      suite,
      masterKey: bytes(derivation.masterKey),
      masterSalt: bytes(derivation.masterSalt),
    });
    for (const { suite, roc, rtpPlain, srtp, rtcpPlain, srtcp } of packets) {
      const sender = new SrtpSender(keys(suite.split(' ')[0]), nodeBlockCipher);
      if (rtcpPlain !== undefined) {
        assert.equal(hex(sender.protectRtcp(bytes(rtcpPlain))!), srtcp);
        continue;
      }
      const plain = bytes(rtpPlain);
      for (let wraps = 0; wraps < roc; wraps++) {
        for (const sequence of [60_000, 1]) {
          const before = plain.slice();
          before[2] = sequence >> 8;
          before[3] = sequence & 0xff;
          if (wraps > 0 || sequence !== 1) protect(sender, before);
        }
      }
      if (roc === 0) assert.equal(hex(protect(sender, plain)), srtp);
      else {
        const last = plain.slice();
        last[2] = 0xff;
        last[3] = 0xff;
        protect(sender, last);
        assert.equal(hex(protect(sender, plain)), srtp);
      }
    }
  });
} else console.log('SKIP RFC 3711 vectors: no corpus at SWITCHHOOK_CORPUS');

test.run();
