import assert from 'node:assert/strict';
import { test } from 'uvu';
import { HOLD_MELODY_HZ, peakOf } from '../src/index.ts';
import { distortion, peakAt, rms } from './goertzel.ts';
import { at, media, Office, plan } from './office.ts';

const tone =
  (hz: number, peak = 8000) =>
  (n: number): number =>
    Math.round(peak * Math.sin((2 * Math.PI * hz * n) / 8000));

test('§9: 440 Hz spoken here is 440 Hz heard there, at its level and with under 3 % distortion', () => {
  const office = new Office();
  const [one, two] = office.call();
  one.speaks = tone(440);
  office.run(2000);
  const heard = two.last(1000);
  assert.ok(Math.abs(peakAt(heard, 440) / 8000 - 1) < 0.02);
  assert.ok(distortion(heard, 440) < 0.03, String(distortion(heard, 440)));
  assert.equal(rms(one.last(1000)) < 20, true);
  assert.deepEqual([one.of('flowing').length, two.of('flowing').length], [1, 1]);
});

test('§9: PCMU with 30 ms packets and PCMA with 10 ms packets carry the same sound', () => {
  for (const ptimeMs of [10, 30, 40, 60]) {
    const office = new Office();
    const codec = { name: 'PCMU', payloadType: 0, clockRate: 8000 } as const;
    const [one, two] = office.call(ptimeMs === 10 ? { ptimeMs } : { ptimeMs, codec });
    one.speaks = tone(440);
    office.run(2000);
    assert.equal(one.headers()[0]!.bytes.length, 12 + ptimeMs * 8);
    assert.ok(distortion(two.last(1000), 440) < 0.03, `${ptimeMs}: ${distortion(two.last(1000), 440)}`);
  }
});

test('RFC 3551 §4.1: one packet a frame, sequence and timestamp in step, the marker on the first', () => {
  const office = new Office();
  const [one] = office.call();
  office.run(1000);
  const headers = one.headers();
  assert.equal(headers.length, 50);
  headers.forEach((header, i) => {
    assert.equal(header.marker, i === 0);
    assert.equal(header.sequence, (headers[0]!.sequence + i) & 0xffff);
    assert.equal(header.timestamp, (headers[0]!.timestamp + 160 * i) >>> 0);
  });
});

test('§9: loss, jitter, reordering and duplicates: the tone stays, and the counters tell', () => {
  const office = new Office(7, { loss: 0.05, duplication: 0.02, delayMs: [5, 60] });
  const [one, two] = office.call();
  one.speaks = tone(300);
  office.run(20_000);
  const heard = two.last(10_000);
  assert.ok(peakAt(heard.subarray(0, 800), 300) > 6500);
  assert.ok(distortion(heard.subarray(0, 800), 300) < 0.5);
  let quiet = 0;
  for (let i = 0; i < heard.length; i += 160) if (rms(heard.subarray(i, i + 160)) < 2000) quiet++;
  assert.ok(quiet < 5, `${quiet} quiet frames`);
  two.engine.command({ type: 'close', session: media('b') }, office.now);
  const { quality } = two.of('closed')[0]!;
  assert.ok(Math.abs(quality.lostPackets - 50) < 25, String(quality.lostPackets));
  assert.ok(quality.concealedFrames >= 30 && quality.concealedFrames < 150, String(quality.concealedFrames));
  assert.ok(quality.jitterMs > 5 && quality.jitterMs < 40, String(quality.jitterMs));
  assert.ok(quality.dropped['duplicate']! > 5, JSON.stringify(quality.dropped));
});

test('§9: on a calm network nothing is lost, late, concealed or dropped', () => {
  const office = new Office();
  const [, two] = office.call();
  office.run(10_000);
  two.engine.command({ type: 'close', session: media('b') }, office.now);
  const { quality } = two.of('closed')[0]!;
  assert.deepEqual([quality.lostPackets, quality.concealedFrames, quality.dropped], [0, 0, {}]);
  assert.ok(quality.receivedPackets >= 498);
});

test('MOH: a held caller hears the hold music, note by note, and then us again', () => {
  const office = new Office();
  const [one, two] = office.call();
  one.speaks = tone(1000);
  office.run(1000);
  assert.ok(peakAt(two.last(300), 1000) > 7000);
  one.engine.command({ type: 'connect', sessions: [] }, office.now);
  one.engine.command({ type: 'hold-source', session: media('a'), source: 'music' }, office.now);
  one.engine.command(
    { type: 'plan', session: media('a'), plan: plan(at(5000), { direction: 'sendonly' }) },
    office.now,
  );
  two.engine.command(
    { type: 'plan', session: media('b'), plan: plan(at(4000), { direction: 'recvonly' }) },
    office.now,
  );
  office.run(9000);
  const heard = two.last(8600);
  const known = new Set<number>();
  for (let i = 0; i + 1600 <= heard.length; i += 800) {
    for (const hz of HOLD_MELODY_HZ) if (peakAt(heard.subarray(i, i + 1600), hz) > peakOf(-20) * 0.5) known.add(hz);
  }
  assert.deepEqual([...known].sort(), [...HOLD_MELODY_HZ].sort());
  assert.ok(peakAt(heard, 1000) < 50);
  one.engine.command({ type: 'plan', session: media('a'), plan: plan(at(5000)) }, office.now);
  one.engine.command({ type: 'connect', sessions: [media('a')] }, office.now);
  two.engine.command({ type: 'plan', session: media('b'), plan: plan(at(4000)) }, office.now);
  office.run(1000);
  assert.ok(peakAt(two.last(300), 1000) > 7000);
});

test('RFC 3264 §5.1: each direction lets through what it says and nothing else', () => {
  for (const [direction, sends, receives] of [
    ['sendrecv', true, true],
    ['sendonly', true, false],
    ['recvonly', false, true],
    ['inactive', false, false],
  ] as const) {
    const office = new Office();
    const [one, two] = office.call();
    one.engine.command({ type: 'plan', session: media('a'), plan: plan(at(5000), { direction }) }, office.now);
    one.speaks = tone(440);
    two.speaks = tone(620);
    office.run(1000);
    assert.equal(one.sent.length > 0, sends, direction);
    assert.equal(peakAt(two.last(300), 440) > 7000, sends, direction);
    assert.equal(peakAt(one.last(300), 620) > 7000, receives, direction);
  }
});

test('§9: without a remote address nothing is sent and nothing believed', () => {
  const office = new Office();
  const [one, two] = office.call();
  one.engine.command({ type: 'plan', session: media('a'), plan: plan(undefined) }, office.now);
  two.speaks = tone(620);
  office.run(1000);
  assert.equal(one.sent.length, 0);
  assert.equal(rms(one.last(500)), 0);
});

test('§4.5: mute sends silence and goes on sending', () => {
  const office = new Office();
  const [one, two] = office.call();
  one.speaks = tone(440);
  one.engine.command({ type: 'mute', on: true }, office.now);
  office.run(1000);
  assert.ok(rms(two.last(500)) < 20);
  assert.ok(one.sent.length >= 50);
  one.engine.command({ type: 'mute', on: false }, office.now);
  office.run(1000);
  assert.ok(peakAt(two.last(300), 440) > 7000);
});

test('RFC 4733 §2.5: keys arrive once each, in order, with their length', () => {
  const office = new Office();
  const [one, two] = office.call();
  office.run(200);
  one.engine.command({ type: 'dtmf', session: media('a'), digits: '159*0#ABCD', durationMs: 100 }, office.now);
  office.run(4000);
  assert.deepEqual(
    two.of('digit').map(({ digit, durationMs }) => [digit, durationMs]),
    [...'159*0#ABCD'].map((digit) => [digit, 100]),
  );
});

test('RFC 4733 §2.5.1.2: the packets of one key: M on the first, one timestamp, growing duration, three ends', () => {
  const office = new Office();
  const [one] = office.call();
  office.run(200);
  one.engine.command({ type: 'dtmf', session: media('a'), digits: '5', durationMs: 60 }, office.now);
  office.run(400);
  const all = one.headers();
  const events = all.filter(({ type }) => type === 101);
  assert.deepEqual(
    events.map(({ marker, bytes }) => [marker, Buffer.from(bytes.subarray(12)).toString('hex')]),
    [
      [true, '050a00a0'],
      [false, '050a0140'],
      [false, '058a01e0'],
      [false, '058a01e0'],
      [false, '058a01e0'],
    ],
  );
  assert.equal(new Set(events.map(({ timestamp }) => timestamp)).size, 1);
  for (const [i, { sequence }] of all.entries()) assert.equal(sequence, (all[0]!.sequence + i) & 0xffff);
  // sound goes on with the clock that never stopped
  const before = all[all.indexOf(events[0]!) - 1]!;
  const after = all[all.indexOf(events[4]!) + 1]!;
  assert.equal(after.timestamp - before.timestamp, 6 * 160);
  assert.equal(events[0]!.timestamp - before.timestamp, 160);
});

test('RFC 4733 §2.5.2: with 20 % loss no key is doubled, and hardly one is missed', () => {
  let told = 0;
  for (let seed = 1; seed <= 10; seed++) {
    const office = new Office(seed, { loss: 0.2, delayMs: [2, 50], duplication: 0.05 });
    const [one, two] = office.call();
    office.run(500);
    one.engine.command({ type: 'dtmf', session: media('a'), digits: '1234567890', durationMs: 80 }, office.now);
    office.run(4000);
    const digits = two.of('digit').map(({ digit }) => digit);
    told += digits.length;
    assert.deepEqual(
      digits,
      [...'1234567890'].filter((digit) => digits.includes(digit)),
      `seed ${seed}: ${digits.join('')}`,
    );
  }
  assert.ok(told >= 99, String(told));
});

test('§9: without an agreed event type keys go in-band: two pitches, 20 dB softer in our own ear', () => {
  const office = new Office();
  const [one, two] = office.call({ telephoneEvent: undefined });
  one.speaks = tone(300);
  office.run(500);
  one.engine.command({ type: 'dtmf', session: media('a'), digits: '5', durationMs: 200 }, office.now);
  office.run(200);
  assert.ok(peakAt(one.last(150), 770) > 50 && peakAt(one.last(150), 770) < 1000, 'echo');
  office.run(60);
  const heard = two.last(120).subarray(0, 640);
  for (const hz of [770, 1336])
    assert.ok(peakAt(heard, hz) > 0.5 * peakOf(-10) * Math.SQRT1_2, `${hz}: ${peakAt(heard, hz)}`);
  assert.ok(peakAt(heard, 300) < 400, String(peakAt(heard, 300)));
  office.run(500);
  assert.ok(peakAt(two.last(200), 300) > 7000 && peakAt(two.last(200), 770) < 100);
  assert.equal(two.of('digit').length, 0);
});

test('§9: keys for a far end that we may not send to are dropped, not sent later', () => {
  const office = new Office();
  const [one, two] = office.call();
  office.run(200);
  one.engine.command(
    { type: 'plan', session: media('a'), plan: plan(at(5000), { direction: 'inactive' }) },
    office.now,
  );
  one.engine.command({ type: 'dtmf', session: media('a'), digits: '123', durationMs: 100 }, office.now);
  office.run(200);
  one.engine.command({ type: 'plan', session: media('a'), plan: plan(at(5000)) }, office.now);
  office.run(2000);
  assert.equal(two.of('digit').length, 0);
  one.engine.command({ type: 'close', session: media('a') }, office.now);
  assert.equal(one.of('closed')[0]!.quality.dropped['keys-not-sent'], 1);
});

test('§9: RTP that should come and does not is told after 5 s and every 5 s, and its return too', () => {
  const office = new Office();
  const [one, two] = office.call();
  office.run(1000);
  two.engine.command(
    { type: 'plan', session: media('b'), plan: plan(at(4000), { direction: 'recvonly' }) },
    office.now,
  );
  office.run(11_000);
  assert.deepEqual(
    one.of('starved').map(({ forMs }) => Math.round(forMs / 1000)),
    [5, 10],
  );
  assert.equal(one.of('flowing').length, 1);
  two.engine.command({ type: 'plan', session: media('b'), plan: plan(at(4000)) }, office.now);
  office.run(200);
  assert.equal(one.of('flowing').length, 2);
});

test('§9: a held far end does not starve us', () => {
  const office = new Office();
  const [one, two] = office.call();
  office.run(200);
  one.engine.command(
    { type: 'plan', session: media('a'), plan: plan(at(5000), { direction: 'sendonly' }) },
    office.now,
  );
  two.engine.command(
    { type: 'plan', session: media('b'), plan: plan(at(4000), { direction: 'recvonly' }) },
    office.now,
  );
  office.run(12_000);
  assert.equal(one.of('starved').length, 0);
});

test('sip-core §10: another source takes over only in its window, and the named one takes back', () => {
  const office = new Office();
  const [one, two] = office.call();
  two.speaks = tone(620);
  const thief = office.telephone();
  const session = thief.open('t', 6000, office.now);
  thief.engine.command({ type: 'plan', session, plan: plan(at(4000)) }, office.now);
  thief.engine.command({ type: 'connect', sessions: [session] }, office.now);
  thief.speaks = tone(1000);
  office.run(5000);
  assert.ok(peakAt(one.last(1000), 620) > 7000 && peakAt(one.last(1000), 1000) < 200);
  assert.ok(one.sent.slice(-100).every(({ to }) => to.port === 5000));
  one.engine.command({ type: 'close', session: media('a') }, office.now);
  assert.ok(one.of('closed')[0]!.quality.dropped['source']! > 200);
});

test('RFC 4961: a far end behind a NAT is answered where it really is', () => {
  const office = new Office();
  const [one, two] = office.call();
  // SDP named port 7000, where nobody is; the packets come from 5000
  one.engine.command({ type: 'plan', session: media('a'), plan: plan(at(7000)) }, office.now);
  one.speaks = tone(440);
  two.speaks = tone(620);
  office.run(2000);
  assert.ok(peakAt(one.last(500), 620) > 7000);
  assert.ok(peakAt(two.last(500), 440) > 7000);
});

test.run();
