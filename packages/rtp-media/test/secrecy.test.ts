import assert from 'node:assert/strict';
import { SRTP_SUITES, type SrtpKeys, type SrtpPair, SrtpSender, type SrtpSuiteName } from '@switchhook/rtp-media';
import { SeededRandom } from '@switchhook/sans-io/testing';
import { test } from 'uvu';
import { nodeBlockCipher } from '../src/node/block-cipher.ts';
import { peakAt } from './goertzel.ts';
import { at, media, Office, plan } from './office.ts';

const random = new SeededRandom(11);
function keys(suite: SrtpSuiteName = 'AES_CM_128_HMAC_SHA1_80'): SrtpKeys {
  const { keyLength, saltLength } = SRTP_SUITES[suite];
  return { suite, masterKey: random.bytes(keyLength), masterSalt: random.bytes(saltLength) };
}
const mirrored = ({ send, receive }: SrtpPair): SrtpPair => ({ send: receive, receive: send });
const tone = (n: number): number => Math.round(4000 * Math.sin((2 * Math.PI * 440 * n) / 8000));

/** Two telephones in a protected call; both speak 440 Hz. */
function protectedCall(pair: SrtpPair) {
  const office = new Office();
  const [one, two] = office.call();
  const tell = (srtp: SrtpPair | undefined, who: 'both' | 'one' = 'both'): void => {
    const over = srtp === undefined ? {} : { srtp };
    one.engine.command({ type: 'plan', session: media('a'), plan: plan(at(5000), over) }, office.now);
    const other = srtp === undefined ? {} : { srtp: mirrored(srtp) };
    if (who === 'both')
      two.engine.command({ type: 'plan', session: media('b'), plan: plan(at(4000), other) }, office.now);
  };
  tell(pair);
  one.speaks = two.speaks = tone;
  return { office, one, two, tell };
}

for (const suite of Object.keys(SRTP_SUITES) as SrtpSuiteName[]) {
  test(`RFC 3711: both hear each other under ${suite}, and no packet carries its sound in clear`, () => {
    const { office, one, two } = protectedCall({ send: keys(suite), receive: keys(suite) });
    office.run(2000);
    assert.ok(peakAt(one.last(500), 440) > 3500 && peakAt(two.last(500), 440) > 3500);
    for (const { bytes } of one.sent) {
      assert.equal(bytes.length, 172 + SRTP_SUITES[suite].tagLength);
      const payload = bytes.subarray(12, 172);
      assert.ok(new Set(payload).size > 60, 'looks like noise, not like a tone');
    }
  });
}

test('RFC 3711: what comes in clear or under another key is not heard, and is counted', () => {
  const { office, two, tell } = protectedCall({ send: keys(), receive: keys() });
  office.run(500);
  tell({ send: keys(), receive: keys() }, 'one');
  office.run(5000);
  assert.ok(peakAt(two.last(500), 440) < 100, 'not heard under a key that was not agreed on');
  tell(undefined, 'one');
  office.run(5000);
  assert.ok(peakAt(two.last(500), 440) < 100, 'not heard in clear');
  const { dropped } = two.of('quality').at(-1)!.quality;
  assert.ok(dropped['srtp-forged']! > 400, JSON.stringify(dropped));
});

test('RFC 4568 §7.1.4: another key in mid-call leaves no gap, also while packets under the old one are on their way', () => {
  const { office, one, two, tell } = protectedCall({ send: keys(), receive: keys() });
  office.run(1000);
  const before = two.of('quality').length;
  for (let i = 0; i < 5; i++) {
    tell({ send: keys(), receive: keys() });
    office.run(1000);
  }
  assert.ok(two.of('quality').length > before);
  assert.equal(two.of('quality').at(-1)!.quality.concealedFrames, 0);
  assert.equal(one.of('quality').at(-1)!.quality.concealedFrames, 0);
});

test('RFC 3711 §3.3.1: a new key of ours means a new source whose numbers begin low; hold and resume change neither', () => {
  const pair = { send: keys(), receive: keys() };
  const { office, one, tell } = protectedCall(pair);
  const source = (): string => Buffer.from(one.sent.at(-1)!.bytes.subarray(8, 12)).toString('hex');
  office.run(200);
  const first = source();
  tell(pair);
  office.run(200);
  assert.equal(source(), first);
  tell({ send: keys(), receive: keys() });
  office.run(200);
  assert.notEqual(source(), first);
  assert.ok(one.headers().at(-1)!.sequence < 0x8000 + 20);
});

test('RFC 3711 §3.4: reports are protected too, and one in clear is not believed', () => {
  const pair = { send: keys(), receive: keys() };
  const { one } = protectedCall(pair);
  const report = Uint8Array.from([0x80, 201, 0, 1, 1, 2, 3, 4]);
  const sealed = one.engine.protectRtcp(media('a'), report)!;
  assert.ok(sealed.length > report.length);
  assert.equal(one.engine.receiveRtcp(media('a'), report.slice(), at(5001), 0), undefined);
  const theirs = new SrtpSender(pair.receive, nodeBlockCipher).protectRtcp(report)!;
  assert.deepEqual(one.engine.receiveRtcp(media('a'), theirs, at(5001), 0), report);
  assert.equal(one.engine.protectRtcp(media('gone'), report), undefined);
});

test.run();
