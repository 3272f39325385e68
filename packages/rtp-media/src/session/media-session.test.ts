import assert from 'node:assert/strict';
import { SeededRandom } from '@switchhook/sans-io/testing';
import { test } from 'uvu';
import { rms, sine } from '../../test/goertzel.ts';
import { at, media, plan } from '../../test/office.ts';
import { CODECS } from '../codec/registry.ts';
import type { MediaEvent } from '../engine/door.ts';
import { RTP_HEADER, RtpView, writeRtpHeader } from '../packet/rtp.ts';
import { MediaSession } from './media-session.ts';

const FAR = at(5000);

function session(): { session: MediaSession; sent: Uint8Array[]; events: MediaEvent[] } {
  const sent: Uint8Array[] = [];
  const events: MediaEvent[] = [];
  const out = {
    send: (_: unknown, bytes: Uint8Array) => sent.push(bytes.slice()),
    event: (event: MediaEvent) => events.push(event),
  };
  return { session: new MediaSession(media('s'), new SeededRandom(4), out), sent, events };
}

function packet(sequence: number, over: { ssrc?: number; type?: number; payload?: Uint8Array } = {}): Uint8Array {
  const payload = over.payload ?? new Uint8Array(160);
  if (over.payload === undefined) CODECS.PCMA.encode(sine(300, 8000, 160, 160 * sequence), 0, 160, payload, 0);
  const bytes = new Uint8Array(RTP_HEADER + payload.length);
  writeRtpHeader(bytes, false, over.type ?? 8, sequence, 160 * sequence, over.ssrc ?? 0xabcd);
  bytes.set(payload, RTP_HEADER);
  return bytes;
}

test('§9: nothing counts before there is a plan, and everything dropped has its word', () => {
  const { session: s } = session();
  s.receive(packet(1), FAR, 0);
  s.plan(plan(FAR), 0);
  s.receive(packet(1), FAR, 0);
  s.receive(packet(2), FAR, 20);
  s.receive(packet(2), FAR, 20);
  s.receive(packet(3, { type: 34 }), FAR, 40);
  s.receive(packet(3, { payload: new Uint8Array(0) }), FAR, 40);
  s.receive(packet(3, { type: 101, payload: new Uint8Array(2) }), FAR, 40);
  s.receive(packet(3), at(6000), 40);
  s.receive(new Uint8Array(3), FAR, 40);
  s.receive(packet(30000), FAR, 40);
  assert.deepEqual(s.quality().dropped, {
    'no-plan': 1,
    duplicate: 1,
    'payload-type': 1,
    empty: 1,
    event: 1,
    source: 1,
    short: 1,
    sequence: 1,
  });
});

test('RFC 3550 §8: another SSRC takes over with two packets in order; a lone one does not', () => {
  const { session: s } = session();
  s.plan(plan(FAR), 0);
  for (let i = 0; i < 10; i++) s.receive(packet(i), FAR, 20 * i);
  s.receive(packet(700, { ssrc: 0x9999 }), FAR, 200);
  for (let i = 10; i < 20; i++) s.receive(packet(i), FAR, 20 * i);
  assert.equal(s.statistics()!.remoteSsrc, 0xabcd);
  for (let i = 900; i < 910; i++) s.receive(packet(i, { ssrc: 0x7777 }), FAR, 20 * (i - 880));
  assert.equal(s.statistics()!.remoteSsrc, 0x7777);
  assert.equal(s.quality().dropped['ssrc'], 2);
  assert.equal(s.quality().lostPackets, 0);
});

test('§9: the payload type may change in mid-stream to any that was agreed', () => {
  const { session: s } = session();
  s.plan(plan(FAR), 0);
  for (let i = 0; i < 60; i++) {
    const payload = new Uint8Array(160);
    const codec = i < 30 ? CODECS.PCMA : CODECS.PCMU;
    codec.encode(sine(300, 8000, 160, 160 * i), 0, 160, payload, 0);
    s.receive(packet(i, { payload, type: codec.staticPayloadType }), FAR, 20 * i);
    s.pull(20 * i + 10);
    if (i > 10) assert.ok(Math.abs(rms(s.heard) / (8000 * Math.SQRT1_2) - 1) < 0.1, `frame ${i}`);
  }
});

test('RFC 3389: comfort noise is a sign of life and no sound', () => {
  const { session: s, events } = session();
  s.plan(plan(FAR), 0);
  for (let i = 0; i < 300; i++) {
    if (i % 10 < 2) s.receive(packet((i / 10) * 2 + (i % 10), { type: 13, payload: Uint8Array.of(60) }), FAR, 20 * i);
    s.pull(20 * i);
  }
  assert.deepEqual(
    events.map(({ type }) => type).filter((type) => type === 'starved'),
    [],
  );
  assert.equal(s.sounds, false);
});

test('RFC 3550 §8.2: our own SSRC from outside makes us take another, once', () => {
  const { session: s, sent } = session();
  s.plan(plan(FAR), 0);
  const view = new RtpView();
  const own = (): number => {
    s.push(new Int16Array(160), 0);
    assert.equal(view.parse(sent.at(-1)!), undefined);
    return view.ssrc;
  };
  const first = own();
  s.receive(packet(1, { ssrc: first }), FAR, 20);
  const second = own();
  assert.notEqual(second, first);
  s.receive(packet(2, { ssrc: second }), FAR, 40);
  assert.equal(own(), second);
});

test('RFC 3550 §5.1: two sessions begin at different random numbers', () => {
  const random = new SeededRandom(8);
  const headers = [1, 2].map(() => {
    const sent: Uint8Array[] = [];
    const s = new MediaSession(media('s'), random, {
      send: (_, bytes) => sent.push(bytes.slice()),
      event: () => undefined,
    });
    s.plan(plan(FAR), 0);
    s.push(new Int16Array(160), 0);
    return sent[0]!.subarray(2, 12);
  });
  assert.notDeepEqual(headers[0], headers[1]);
});

test('RFC 3551 §4.1: the marker again after a pause, and the timestamp counts the pause', () => {
  const { session: s, sent } = session();
  const view = new RtpView();
  s.plan(plan(FAR), 0);
  for (let i = 0; i < 3; i++) s.push(new Int16Array(160), 0);
  s.plan(plan(FAR, { direction: 'inactive' }), 60);
  for (let i = 0; i < 50; i++) s.push(new Int16Array(160), 0);
  s.plan(plan(FAR), 1060);
  s.push(new Int16Array(160), 0);
  assert.equal(sent.length, 4);
  const read = (bytes: Uint8Array): [boolean, number, number] => {
    view.parse(bytes);
    return [view.marker, view.sequence, view.timestamp];
  };
  const [, sequence, timestamp] = read(sent[2]!);
  assert.deepEqual(read(sent[3]!), [true, (sequence + 1) & 0xffff, (timestamp + 51 * 160) >>> 0]);
});

test('RFC 4733: events are taken on the number we offered and on the one they answered', () => {
  const { session: s, events } = session();
  s.plan(plan(FAR, { telephoneEvent: 97, telephoneEventIn: 101 }), 0);
  s.receive(packet(1, { type: 101, payload: Uint8Array.of(1, 0x8a, 3, 0x20) }), FAR, 0);
  s.receive(packet(20, { type: 97, payload: Uint8Array.of(2, 0x8a, 3, 0x20) }), FAR, 400);
  assert.deepEqual(events.filter(({ type }) => type === 'digit').length, 2);
});

test('RFC 3550 A.3: what the far end sent while we held it is not lost', () => {
  const { session: s } = session();
  s.plan(plan(FAR), 0);
  for (let i = 0; i < 10; i++) s.receive(packet(i), FAR, 20 * i);
  s.plan(plan(FAR, { direction: 'sendonly' }), 200);
  for (let i = 10; i < 60; i++) s.receive(packet(i), FAR, 20 * i);
  s.plan(plan(FAR), 1200);
  for (let i = 60; i < 70; i++) s.receive(packet(i), FAR, 20 * i);
  assert.deepEqual([s.quality().lostPackets, s.quality().dropped], [0, { 'not-receiving': 50 }]);
});

test.run();
