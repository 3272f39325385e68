import assert from 'node:assert/strict';
import { SeededRandom } from '@switchhook/sans-io/testing';
import { test } from 'uvu';
import { peakAt, rms } from '../../test/goertzel.ts';
import { at, media, Office, plan } from '../../test/office.ts';
import { peakOf } from '../tone/generator.ts';
import type { MediaCommand } from './door.ts';
import { MediaEngine } from './engine.ts';

const tone =
  (hz: number, peak = 4000) =>
  (n: number): number =>
    Math.round(peak * Math.sin((2 * Math.PI * hz * n) / 8000));

/** One phone with two sessions, and the two far ends. */
function three(): {
  office: Office;
  hub: ReturnType<Office['telephone']>;
  ends: ReturnType<Office['telephone']>[];
  tell: (command: MediaCommand) => void;
} {
  const office = new Office();
  const hub = office.telephone();
  const ends = [0, 1].map((i) => {
    const end = office.telephone();
    const session = end.open('x', 5000 + 100 * i, office.now);
    end.engine.command({ type: 'plan', session, plan: plan(at(4000 + 100 * i)) }, office.now);
    end.engine.command({ type: 'connect', sessions: [session] }, office.now);
    const leg = hub.open(`leg${i}`, 4000 + 100 * i, office.now);
    hub.engine.command({ type: 'plan', session: leg, plan: plan(at(5000 + 100 * i)) }, office.now);
    return end;
  });
  hub.speaks = tone(400);
  ends[0]!.speaks = tone(700);
  ends[1]!.speaks = tone(1100);
  return { office, hub, ends, tell: (command) => hub.engine.command(command, office.now) };
}

const hears = (telephone: { last(ms: number): Int16Array }): number[] =>
  [400, 700, 1100].filter((hz) => peakAt(telephone.last(300), hz) > 2000);

test('§9: connect joins the person with one, the other, both or none', () => {
  const { office, hub, ends, tell } = three();
  const cases: readonly (readonly [readonly string[], readonly number[], readonly number[], readonly number[]])[] = [
    [['leg0'], [700], [400], []],
    [['leg1'], [1100], [], [400]],
    [
      ['leg0', 'leg1'],
      [700, 1100],
      [400, 1100],
      [400, 700],
    ],
    [[], [], [], []],
  ];
  for (const [legs, me, first, second] of cases) {
    tell({ type: 'connect', sessions: legs.map(media) });
    office.run(1000);
    assert.deepEqual([hears(hub), hears(ends[0]!), hears(ends[1]!)], [me, first, second], legs.join());
  }
});

test('transfer: a bridge joins the two without us, and dissolves', () => {
  const { office, hub, ends, tell } = three();
  tell({ type: 'bridge', sessions: [media('leg0'), media('leg1')] });
  office.run(1000);
  assert.deepEqual([hears(hub), hears(ends[0]!), hears(ends[1]!)], [[], [1100], [700]]);
  tell({ type: 'bridge', sessions: [] });
  office.run(1000);
  assert.deepEqual([hears(hub), hears(ends[0]!), hears(ends[1]!)], [[], [], []]);
});

test('a closed session is out of every mix and is told once', () => {
  const { office, hub, ends, tell } = three();
  tell({ type: 'connect', sessions: [media('leg0'), media('leg1')] });
  office.run(500);
  tell({ type: 'close', session: media('leg1') });
  tell({ type: 'close', session: media('leg1') });
  office.run(1000);
  assert.deepEqual([hears(hub), hears(ends[0]!)], [[700], [400]]);
  assert.equal(hub.of('closed').length, 1);
  assert.deepEqual(hub.engine.sessions, [media('leg0')]);
});

test('connect may come before open', () => {
  const office = new Office();
  const phone = office.telephone();
  phone.engine.command({ type: 'connect', sessions: [media('later')] }, office.now);
  const session = phone.open('later', 4000, office.now);
  phone.engine.command({ type: 'plan', session, plan: plan(at(5000)) }, office.now);
  phone.speaks = tone(400);
  const far = office.telephone();
  far.open('f', 5000, office.now);
  far.engine.command({ type: 'plan', session: media('f'), plan: plan(at(4000)) }, office.now);
  far.engine.command({ type: 'connect', sessions: [media('f')] }, office.now);
  office.run(500);
  assert.ok(peakAt(far.last(200), 400) > 3500, 'heard');
});

test('§9: eight calls at once, one of them connected, the others with music', () => {
  const office = new Office();
  const phone = office.telephone();
  for (let i = 0; i < 8; i++) {
    const session = phone.open(`s${i}`, 4000 + 2 * i, office.now);
    phone.engine.command({ type: 'plan', session, plan: plan(at(5000 + 2 * i)) }, office.now);
    phone.engine.command({ type: 'hold-source', session, source: 'music' }, office.now);
  }
  phone.engine.command({ type: 'connect', sessions: [media('s3')] }, office.now);
  office.run(1000);
  assert.equal(phone.sent.length, 8 * 50);
  assert.equal(new Set(phone.headers().map(({ bytes }) => Buffer.from(bytes.subarray(8, 12)).toString('hex'))).size, 8);
});

test('§4.5: tones are for the ear only, rings for the ringer only', () => {
  const office = new Office();
  const [one, two] = office.call();
  one.engine.command({ type: 'tone', tone: 'dial' }, office.now);
  one.engine.command({ type: 'ring', ring: 'external' }, office.now);
  office.run(1000);
  assert.ok(Math.abs(peakAt(one.last(500), 350) / (peakOf(-13) * Math.SQRT1_2) - 1) < 0.03, 'dial tone in the ear');
  assert.ok(peakAt(one.last(500), 784) < 50, 'no ring in the ear');
  const [low, high] = [4000, 4400].map((from) => Int16Array.from(one.rang.slice(from, from + 400)));
  assert.ok(peakAt(low!, 784) > 8000 && peakAt(high!, 988) > 8000, 'the ring warbles between two pitches');
  assert.ok(rms(two.last(500)) < 20, 'the far end hears none of it');
  one.engine.command({ type: 'tone', tone: undefined }, office.now);
  one.engine.command({ type: 'ring', ring: undefined }, office.now);
  office.run(100);
  assert.ok(rms(one.last(40)) < 20 && Math.max(...one.rang.slice(-320)) === 0, 'both stop');
});

test('§4.5: every tone and ring can be played, and the refusal is two beeps of 80 ms at 400 Hz', () => {
  const office = new Office();
  const phone = office.telephone();
  for (const name of [
    'dial',
    'recall-dial',
    'ringback',
    'busy',
    'reorder',
    'call-waiting',
    'confirmation',
    'unknown',
    'caller-gone',
    'unobtainable',
  ] as const) {
    phone.engine.command({ type: 'tone', tone: name }, office.now);
    office.run(60);
    assert.ok(rms(phone.last(40)) > 100, name);
  }
  phone.engine.command({ type: 'tone', tone: undefined }, office.now);
  office.run(60);
  phone.engine.command({ type: 'tone', tone: 'refusal' }, office.now);
  office.run(400);
  const on = Array.from({ length: 20 }, (_, i) => rms(phone.last(400).subarray(160 * i, 160 * i + 160)) > 100);
  assert.deepEqual(on, [
    ...Array(4).fill(true),
    ...Array(4).fill(false),
    ...Array(4).fill(true),
    ...Array(8).fill(false),
  ]);
  for (const ring of ['external', 'internal', 'recall', 'splash'] as const) {
    phone.engine.command({ type: 'ring', ring }, office.now);
    office.run(100);
    assert.ok(rms(Int16Array.from(phone.rang.slice(-320))) > 500, ring);
  }
});

test('volume counts on its own route and for the ringer', () => {
  const office = new Office();
  const phone = office.telephone();
  const level = (): number => {
    office.run(200);
    return rms(phone.last(100));
  };
  phone.engine.command({ type: 'tone', tone: 'dial' }, office.now);
  const full = level();
  phone.engine.command({ type: 'volume', route: 'speaker', percent: 50 }, office.now);
  assert.ok(Math.abs(level() / full - 1) < 0.1, 'another route');
  phone.engine.command({ type: 'route', route: 'speaker' }, office.now);
  assert.equal(phone.engine.route, 'speaker');
  assert.ok(Math.abs(level() / full - 0.1) < 0.02, 'this route');
  phone.engine.command({ type: 'volume', route: 'ring', percent: 0 }, office.now);
  phone.engine.command({ type: 'ring', ring: 'external' }, office.now);
  office.run(100);
  assert.ok(
    phone.rang.every((sample) => sample === 0),
    'ringer',
  );
});

test('RFC 3550 §6.4: the numbers for reports', () => {
  const office = new Office(3, { loss: 0.1 });
  const [one, two] = office.call();
  office.run(5000);
  const mine = one.engine.statistics(media('a'), office.now)!;
  assert.deepEqual([mine.sentPackets, mine.sentOctets, mine.sender], [250, 250 * 160, true]);
  const last = one.headers().at(-1)!;
  assert.equal(mine.lastRtpTimestamp, last.timestamp);
  assert.equal(mine.rtpTimestampNow, (last.timestamp + 160) >>> 0);
  assert.deepEqual(mine.to, { host: '127.0.0.1', port: 5001 });
  const theirs = two.engine.statistics(media('b'), office.now)!;
  assert.equal(theirs.remoteSsrc, mine.ssrc);
  const behind = (last.sequence - theirs.extendedHighestSequence) & 0xffff;
  assert.ok(behind < 4, String(behind));
  assert.ok(theirs.cumulativeLost > 10 && theirs.cumulativeLost < 45, String(theirs.cumulativeLost));
  assert.ok(theirs.fractionLost > 8 && theirs.fractionLost < 50, String(theirs.fractionLost));
  assert.equal(one.engine.statistics(media('a'), office.now)!.sender, false);
  assert.equal(one.engine.statistics(media('none'), office.now), undefined);
});

test('RFC 3550 A.2: RTCP is believed when it is well formed and from the far end', () => {
  const office = new Office();
  const [one] = office.call();
  const report = Uint8Array.from([0x80, 201, 0, 1, 1, 2, 3, 4]);
  const believes = (bytes: Uint8Array, host = '127.0.0.1'): boolean =>
    one.engine.receiveRtcp(media('a'), bytes, { host, port: 5001 }, office.now) === bytes;
  assert.equal(believes(report), true);
  assert.equal(believes(report, '192.0.2.66'), false);
  assert.equal(believes(report.subarray(0, 7)), false);
  assert.equal(believes(Uint8Array.from([0x80, 201, 0, 2, 1, 2, 3, 4])), false);
  assert.equal(believes(Uint8Array.from([0x80, 96, 0, 1, 1, 2, 3, 4])), false);
  assert.equal(believes(new Uint8Array(0)), false);
  assert.equal(one.engine.receiveRtcp(media('gone'), report, at(5001), office.now), undefined);
});

test('quality is told every 5 s', () => {
  const office = new Office();
  const [one] = office.call();
  office.run(11_000);
  assert.equal(one.of('quality').length, 2);
});

test('our own mistakes throw: unknown session, twice open, wrong frame, wrong rate', () => {
  const settings = { random: new SeededRandom(1), out: { send: () => undefined, event: () => undefined } };
  const engine = new MediaEngine(settings);
  const frame = new Int16Array(160);
  assert.throws(
    () => engine.command({ type: 'plan', session: media('x'), plan: plan(at(5000)) }, 0),
    /no media session x/,
  );
  engine.command({ type: 'open', session: media('x'), port: 4000 }, 0);
  assert.throws(() => engine.command({ type: 'open', session: media('x'), port: 4000 }, 0), /open already/);
  assert.throws(() => engine.tick(new Int16Array(80), frame, frame, 0), /160 samples/);
  assert.throws(() => new MediaEngine({ ...settings, sampleRate: 16000 as 8000 }), /8000 Hz/);
  engine.receive(media('gone'), new Uint8Array(20), at(1), 0);
});

test.run();
