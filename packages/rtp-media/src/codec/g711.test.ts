import assert from 'node:assert/strict';
import { test } from 'uvu';
import { ALAW_TO_LINEAR, decodeAlaw, decodeUlaw, encodeAlaw, encodeUlaw, ULAW_TO_LINEAR } from './g711.ts';
import { CODECS, codecNamed, codecStatic } from './registry.ts';

/** Half the widest gap beside the level nearest to `sample`: shares nothing with the encoder but the 256 levels. */
function halfStep(table: Int16Array, sample: number): number {
  const levels = [...table].sort((x, y) => x - y);
  const above = levels.findIndex((level) => level > sample);
  if (above === -1) return 32767 - levels[255]! + 1;
  if (above === 0) return levels[0]! + 32768;
  const gap = (i: number): number => (levels[i + 1] ?? Infinity) - levels[i]!;
  return Math.max(gap(above - 1), above < 255 ? gap(above) : 0, above > 1 ? gap(above - 2) : 0) / 2;
}

const one = (f: typeof encodeUlaw, sample: number): number => {
  const out = new Uint8Array(1);
  f(Int16Array.of(sample), 0, 1, out, 0);
  return out[0]!;
};

test('G.711 table 2: known µ-law octets', () => {
  assert.equal(ULAW_TO_LINEAR[0xff], 0);
  assert.equal(ULAW_TO_LINEAR[0x7f], 0);
  assert.equal(ULAW_TO_LINEAR[0x80], 32124);
  assert.equal(ULAW_TO_LINEAR[0x00], -32124);
  assert.equal(ULAW_TO_LINEAR[0xf0], 120);
  assert.equal(one(encodeUlaw, 0), 0xff);
  assert.equal(one(encodeUlaw, 32767), 0x80);
  assert.equal(one(encodeUlaw, -32768), 0x00);
});

test('G.711 table 1: known A-law octets', () => {
  assert.equal(ALAW_TO_LINEAR[0xd5], 8);
  assert.equal(ALAW_TO_LINEAR[0x55], -8);
  assert.equal(ALAW_TO_LINEAR[0xaa], 32256);
  assert.equal(ALAW_TO_LINEAR[0x2a], -32256);
  assert.equal(one(encodeAlaw, 0), 0xd5);
  assert.equal(one(encodeAlaw, 32767), 0xaa);
  assert.equal(one(encodeAlaw, -32768), 0x2a);
});

test('G.711: decode then encode is the identity on every octet', () => {
  for (let octet = 0; octet < 256; octet++) {
    assert.equal(one(encodeAlaw, ALAW_TO_LINEAR[octet]!), octet);
    // µ-law has two zeros; the negative one becomes the positive one
    assert.equal(one(encodeUlaw, ULAW_TO_LINEAR[octet]!), octet === 0x7f ? 0xff : octet);
  }
});

test('G.711: every sample goes to a level at most half a step away, and louder never gets quieter', () => {
  let lastU = -40000;
  let lastA = -40000;
  for (let sample = -32768; sample <= 32767; sample += 37) {
    const u = ULAW_TO_LINEAR[one(encodeUlaw, sample)]!;
    const a = ALAW_TO_LINEAR[one(encodeAlaw, sample)]!;
    assert.ok(Math.abs(u - sample) <= halfStep(ULAW_TO_LINEAR, sample) + 4, `µ ${sample} → ${u}`);
    assert.ok(Math.abs(a - sample) <= halfStep(ALAW_TO_LINEAR, sample) + 8, `A ${sample} → ${a}`);
    assert.ok(u >= lastU && a >= lastA, `${sample}`);
    lastU = u;
    lastA = a;
  }
});

test('G.711: a sine keeps more than 35 dB of signal over distortion', () => {
  const pcm = Int16Array.from({ length: 1600 }, (_, i) => 8000 * Math.sin((2 * Math.PI * 1004 * i) / 8000));
  for (const [encode, decode] of [
    [encodeUlaw, decodeUlaw],
    [encodeAlaw, decodeAlaw],
  ] as const) {
    const octets = new Uint8Array(1600);
    const back = new Int16Array(1600);
    encode(pcm, 0, 1600, octets, 0);
    decode(octets, 0, 1600, back, 0);
    let signal = 0;
    let noise = 0;
    for (let i = 0; i < 1600; i++) {
      signal += pcm[i]! ** 2;
      noise += (pcm[i]! - back[i]!) ** 2;
    }
    assert.ok(10 * Math.log10(signal / noise) > 35);
  }
});

test('G.711: offsets and counts are obeyed', () => {
  const octets = new Uint8Array(6).fill(1);
  encodeAlaw(Int16Array.of(1, 32767, -32768, 2), 1, 2, octets, 3);
  assert.deepEqual([...octets], [1, 1, 1, 0xaa, 0x2a, 1]);
  const pcm = new Int16Array(4).fill(9);
  decodeUlaw(Uint8Array.of(0x55, 0x80, 0x00), 1, 2, pcm, 1);
  assert.deepEqual([...pcm], [9, 32124, -32124, 9]);
});

test('RFC 3551 §6: the registry knows static types and names', () => {
  assert.equal(codecStatic(0), CODECS.PCMU);
  assert.equal(codecStatic(8), CODECS.PCMA);
  assert.equal(codecStatic(3), undefined);
  assert.equal(codecNamed('pcma', 8000), CODECS.PCMA);
  assert.equal(codecNamed('PCMA', 16000), undefined);
  assert.equal(codecNamed('__proto__', 8000), undefined);
});

test.run();
