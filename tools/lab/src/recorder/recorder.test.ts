import assert from 'node:assert/strict';
import type { Datagram } from '@switchhook/ladder';
import { test } from 'uvu';
import { aLaw, muLaw } from './g711.ts';
import { heardAt, sentRtpAt } from './listening.ts';
import { carries } from './recording.ts';
import { wav } from './wav.ts';

function rtp(atMs: number, seq: number, fill: number, payloadType = 0, ssrc = 7, samples = 160): Datagram {
  const bytes = new Uint8Array(12 + samples).fill(fill);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 0x80);
  view.setUint8(1, payloadType);
  view.setUint16(2, seq);
  view.setUint32(4, seq * 160);
  view.setUint32(8, ssrc);
  return { atMs, from: '10.0.0.1:4000', to: '10.0.0.2:4000', bytes };
}

test('recorder: G.711 decodes its corner values', () => {
  assert.deepEqual(
    [0xff, 0x7f, 0x80, 0x00].map(muLaw),
    [0, 0, 32124, -32124].map((v) => v),
  );
  assert.deepEqual([0xd5, 0x55, 0xaa, 0x2a].map(aLaw), [8, -8, 32256, -32256]);
});

test('recorder: SIP, RTP and RTCP are told apart', () => {
  assert.equal(carries(new TextEncoder().encode('SIP/2.0 200 OK')), 'sip');
  assert.equal(carries(rtp(0, 1, 0).bytes), 'rtp');
  assert.equal(carries(Uint8Array.of(0x80, 200, 0, 1, 0, 0, 0, 0)), 'rtcp');
  assert.equal(carries(new Uint8Array()), 'other');
});

test('recorder: packets are laid out by their timestamps although they arrive unevenly and out of order', () => {
  const steady = [rtp(100, 1, 0x80), rtp(150, 3, 0x80), rtp(151, 2, 0x80)];
  const heard = heardAt(steady, '10.0.0.2', 100, 200);
  assert.equal(heard.length, 800);
  assert.ok(heard.subarray(0, 480).every((s) => s === 32124));
  assert.ok(heard.subarray(480).every((s) => s === 0));
});

test('recorder: a lost packet is a hole, and a stream that jumps is placed where it arrives', () => {
  const lost = { ...rtp(20, 2, 0x80), arrivalsMs: [] };
  const heard = heardAt([rtp(0, 1, 0x80), lost, rtp(40, 3, 0x80), rtp(1000, 9000, 0x80)], '10.0.0.2', 0, 1100);
  assert.equal(heard[100], 32124);
  assert.equal(heard[200], 0);
  assert.equal(heard[400], 32124);
  assert.equal(heard[8000], 32124);
});

test('recorder: two streams at once are added, telephone events are not sound', () => {
  const heard = heardAt([rtp(0, 1, 0xb0), rtp(0, 1, 0xb0, 0, 8), rtp(0, 1, 0x80, 101, 9)], '10.0.0.2', 0, 20);
  assert.equal(heard[0], 2 * muLaw(0xb0));
  assert.deepEqual(sentRtpAt([rtp(5, 1, 0)], '10.0.0.1'), [5]);
});

test('recorder: short and strange RTP does not throw', () => {
  const cut = rtp(0, 1, 0);
  for (let n = 0; n < 16; n++) {
    const bytes = cut.bytes.slice(0, n);
    if (n > 0) bytes[0] = 0xff;
    heardAt([{ ...cut, bytes }], '10.0.0.2', 0, 20);
  }
});

test('recorder: WAV is mono 16 bits at 8000 Hz', () => {
  const file = wav(Int16Array.of(1, -2));
  const view = new DataView(file.buffer);
  assert.equal(file.length, 48);
  assert.equal(view.getUint32(24, true), 8000);
  assert.equal(view.getInt16(46, true), -2);
});

test.run();
