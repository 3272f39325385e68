import assert from 'node:assert/strict';
import { test } from 'uvu';
import type { MediaCommand, SessionPlan } from '../src/index.ts';
import { RtpView } from '../src/index.ts';
import { distortion, peakAt, rms } from './goertzel.ts';
import { at, media, Office, plan, type Telephone, type Weather } from './office.ts';

const PCMU = { name: 'PCMU', payloadType: 0, clockRate: 8000 } as const;
const tone =
  (hz: number, peak = 6000) =>
  (n: number): number =>
    Math.round(peak * Math.sin((2 * Math.PI * hz * n) / 8000));

interface Hub {
  readonly office: Office;
  readonly hub: Telephone;
  readonly ends: readonly Telephone[];
  tell(command: MediaCommand): void;
}

/** One phone with a call to each far end, which talks at 700, 1100, … Hz; the person of the phone at 400 Hz. */
function between(plans: readonly Partial<SessionPlan>[], seed = 1, weather: Weather = {}): Hub {
  const office = new Office(seed, weather);
  const hub = office.telephone();
  hub.speaks = tone(400);
  const ends = plans.map((over, i) => {
    const end = office.telephone();
    const session = end.open(`end${i}`, 5000 + 100 * i, office.now);
    end.engine.command({ type: 'plan', session, plan: plan(at(4000 + 100 * i), over) }, office.now);
    end.engine.command({ type: 'connect', sessions: [session] }, office.now);
    end.speaks = tone(700 + 400 * i);
    const leg = hub.open(`leg${i}`, 4000 + 100 * i, office.now);
    hub.engine.command({ type: 'plan', session: leg, plan: plan(at(5000 + 100 * i), over) }, office.now);
    return end;
  });
  return { office, hub, ends, tell: (command) => hub.engine.command(command, office.now) };
}

const legs = (count: number) => Array.from({ length: count }, (_, i) => media(`leg${i}`));
const key = ({ office, ends }: Hub, end: number, digits: string, durationMs = 100): void =>
  ends[end]!.engine.command({ type: 'dtmf', session: media(`end${end}`), digits, durationMs }, office.now);
const told = (end: Telephone): string =>
  end
    .of('digit')
    .map(({ digit }) => digit)
    .join('');

/** Packets that the hub sent to far end `i`, in order. */
function sentTo({ hub }: Hub, i: number): { ssrc: number; sequence: number; timestamp: number; type: number }[] {
  return hub.sent
    .filter(({ to }) => to.port === 5000 + 100 * i)
    .map(({ bytes }) => {
      const view = new RtpView();
      assert.equal(view.parse(bytes), undefined);
      const { ssrc, sequence, timestamp, payloadType: type } = view;
      return { ssrc, sequence, timestamp, type };
    });
}

test('transfer §10: a bridge carries each to the other, and neither hears or is heard by this phone', () => {
  const hub = between([{}, {}]);
  hub.tell({ type: 'connect', sessions: [] });
  hub.tell({ type: 'bridge', sessions: legs(2) });
  hub.office.run(2000);
  const [one, two] = hub.ends.map((end) => end.last(1000)) as [Int16Array, Int16Array];
  assert.ok(distortion(one, 1100) < 0.06, String(distortion(one, 1100)));
  assert.ok(distortion(two, 700) < 0.06, String(distortion(two, 700)));
  assert.ok(peakAt(one, 400) < 60 && peakAt(two, 400) < 60, 'our microphone is off');
  assert.ok(rms(hub.hub.last(1000)) < 20, 'our ear is out');
});

test('transfer §10: A-law and µ-law meet in the bridge, each leg in its own, at 20 and 30 ms', () => {
  const hub = between([{}, { codec: PCMU, receive: [], ptimeMs: 30 }]);
  hub.tell({ type: 'bridge', sessions: legs(2) });
  hub.office.run(3000);
  assert.deepEqual([...new Set(sentTo(hub, 0).map(({ type }) => type))], [8]);
  assert.deepEqual([...new Set(sentTo(hub, 1).map(({ type }) => type))], [0]);
  assert.equal(sentTo(hub, 1).at(-1)!.timestamp - sentTo(hub, 1).at(-2)!.timestamp, 240);
  assert.ok(distortion(hub.ends[0]!.last(1000), 1100) < 0.06);
  assert.ok(distortion(hub.ends[1]!.last(1000), 700) < 0.06);
});

test('RFC 3550 §7.1: each leg of a bridge has our own SSRC, sequence and time, unbroken when it begins and ends', () => {
  const hub = between([{}, {}]);
  hub.tell({ type: 'connect', sessions: [media('leg0')] });
  hub.office.run(500);
  hub.tell({ type: 'connect', sessions: [] });
  hub.tell({ type: 'bridge', sessions: legs(2) });
  hub.office.run(500);
  hub.tell({ type: 'bridge', sessions: [] });
  hub.tell({ type: 'connect', sessions: [media('leg1')] });
  hub.office.run(500);
  const theirs = hub.ends.map((end) => end.headers()[0]!.bytes.slice(8, 12).join());
  const ours: number[] = [];
  for (const i of [0, 1]) {
    const packets = sentTo(hub, i);
    assert.equal(packets.length, 75);
    assert.equal(new Set(packets.map(({ ssrc }) => ssrc)).size, 1, 'one source from first to last');
    ours.push(packets[0]!.ssrc);
    for (const [n, packet] of packets.entries()) {
      assert.equal(packet.sequence, (packets[0]!.sequence + n) & 0xffff);
      assert.equal(packet.timestamp, (packets[0]!.timestamp + 160 * n) >>> 0);
    }
  }
  assert.notEqual(ours[0], ours[1]);
  assert.ok(!theirs.includes(String(ours[0])) && !theirs.includes(String(ours[1])), 'not theirs passed on');
});

test('transfer §10: the bridge re-times: loss and jitter of one leg make no hole in the packets of the other', () => {
  const hub = between([{}, {}], 5, { loss: 0.05, delayMs: [5, 50] });
  hub.tell({ type: 'bridge', sessions: legs(2) });
  hub.office.run(6000);
  for (const i of [0, 1]) assert.equal(sentTo(hub, i).length, 300);
  assert.ok(peakAt(hub.ends[1]!.last(1000).subarray(0, 800), 700) > 3500);
});

test('RFC 4733 §2.5: a key crosses the bridge once, in both directions, as an event and not as sound', () => {
  const hub = between([{}, {}]);
  for (const end of hub.ends) end.speaks = () => 0;
  hub.tell({ type: 'bridge', sessions: legs(2) });
  hub.office.run(500);
  key(hub, 0, '15*');
  key(hub, 1, '9#');
  hub.office.run(3000);
  assert.equal(told(hub.ends[1]!), '15*');
  assert.equal(told(hub.ends[0]!), '9#');
  assert.deepEqual(
    hub.ends[1]!.of('digit').map(({ durationMs }) => durationMs),
    [100, 100, 100],
  );
  // the far end's ear: no tone of any key
  for (const hz of [697, 1209, 770, 1336]) assert.ok(peakAt(hub.ends[1]!.last(2500), hz) < 50, String(hz));
});

test('transfer §10: loss and duplicates double no key and lose none whose packets came', () => {
  for (const seed of [1, 2, 3, 4]) {
    const hub = between([{}, {}], seed, { loss: 0.1, duplication: 0.1, delayMs: [5, 40] });
    hub.tell({ type: 'bridge', sessions: legs(2) });
    hub.office.run(500);
    key(hub, 0, '1234567890', 80);
    hub.office.run(6000);
    assert.equal(told(hub.ends[1]!), told(hub.hub), `seed ${seed}`);
    assert.equal(told(hub.hub), '1234567890', `seed ${seed}`);
  }
});

test('transfer §10: a gateway that sends the tone besides the event is heard as a key once, without the tone', () => {
  const hub = between([{}, {}]);
  const [first, second] = hub.ends as [Telephone, Telephone];
  second.speaks = () => 0;
  first.speaks = () => 0;
  hub.tell({ type: 'bridge', sessions: legs(2) });
  hub.office.run(1000);
  // the key 1 as sound (697 + 1209 Hz) from the moment that the first event packet is sent, at our own RTP socket
  const events: Uint8Array[] = [];
  const spy = hub.hub.engine.receive.bind(hub.hub.engine);
  hub.hub.engine.receive = (session, bytes, from, now) => {
    if ((bytes[1]! & 0x7f) === 101) events.push(bytes.slice());
    spy(session, bytes, from, now);
  };
  const dtmf = (n: number): number =>
    Math.round(4000 * (Math.sin((n * 697 * Math.PI) / 4000) + Math.sin((n * 1209 * Math.PI) / 4000)));
  const before = second.heard.length;
  first.speaks = dtmf;
  first.engine.command({ type: 'dtmf', session: media('end0'), digits: '1', durationMs: 100 }, hub.office.now);
  hub.office.run(160);
  first.speaks = () => 0;
  hub.office.run(1000);
  assert.ok(events.length >= 5);
  assert.equal(told(second), '1');
  const heard = Int16Array.from(second.heard.slice(before));
  for (let i = 0; i + 800 <= heard.length; i += 400)
    assert.ok(peakAt(heard.subarray(i, i + 800), 1209) < 300, `tone heard at ${i / 8} ms`);
});

test('transfer §10: a leg without telephone-event gets the key as sound, once; and what it sends as sound is left alone', () => {
  const hub = between([{}, { telephoneEvent: undefined }]);
  for (const end of hub.ends) end.speaks = () => 0;
  hub.tell({ type: 'bridge', sessions: legs(2) });
  hub.office.run(500);
  const before = hub.ends[1]!.heard.length;
  key(hub, 0, '5', 200);
  hub.office.run(1000);
  const heard = Int16Array.from(hub.ends[1]!.heard.slice(before));
  const loud = Array.from({ length: 50 }, (_, i) => rms(heard.subarray(i * 160, i * 160 + 160)) > 1000);
  assert.ok([10, 11].includes(loud.filter(Boolean).length), '200 ms of it, across frames');
  const start = loud.indexOf(true) * 160;
  for (const hz of [770, 1336]) assert.ok(peakAt(heard.subarray(start, start + 1600), hz) > 3000, String(hz));
  hub.ends[1]!.speaks = tone(1336);
  hub.office.run(1000);
  assert.ok(peakAt(hub.ends[0]!.last(500), 1336) > 5000);
});

test('transfer §10: keys cross only while two are joined, and reach nobody whose hold forbids it', () => {
  const hub = between([{}, {}]);
  hub.tell({ type: 'connect', sessions: [media('leg0')] });
  hub.office.run(300);
  key(hub, 0, '1');
  hub.office.run(600);
  assert.equal(told(hub.ends[1]!), '', 'the other one waits');
  hub.tell({ type: 'plan', session: media('leg1'), plan: plan(at(5100), { direction: 'recvonly' }) });
  hub.tell({ type: 'bridge', sessions: legs(2) });
  key(hub, 0, '2');
  hub.office.run(600);
  hub.tell({ type: 'plan', session: media('leg1'), plan: plan(at(5100)) });
  hub.office.run(600);
  assert.equal(told(hub.ends[1]!), '', 'not sent later either');
  key(hub, 0, '3');
  hub.office.run(600);
  assert.equal(told(hub.ends[1]!), '3');
});

test('transfer §10: who holds a bridged leg sends its music to the other and gets nothing; taken back, both talk', () => {
  for (const direction of ['recvonly', 'inactive'] as const) {
    const hub = between([{}, {}]);
    hub.tell({ type: 'bridge', sessions: legs(2) });
    hub.office.run(500);
    hub.tell({ type: 'plan', session: media('leg0'), plan: plan(at(5000), { direction }) });
    hub.office.run(200);
    const count = sentTo(hub, 0).length;
    hub.office.run(1000);
    assert.equal(sentTo(hub, 0).length, count, direction);
    const music = peakAt(hub.ends[1]!.last(500), 700);
    assert.ok(direction === 'recvonly' ? music > 5000 : music < 60, `${direction}: ${music}`);
    hub.tell({ type: 'plan', session: media('leg0'), plan: plan(at(5000)) });
    hub.office.run(1000);
    assert.ok(peakAt(hub.ends[0]!.last(300), 1100) > 5000 && peakAt(hub.ends[1]!.last(300), 700) > 5000);
  }
});

test('X1: connect of two is a mix-minus: everybody hears the others and nobody himself, whatever the codecs', () => {
  const hub = between([{}, { codec: PCMU, receive: [] }, {}]);
  hub.tell({ type: 'connect', sessions: legs(3) });
  hub.office.run(2000);
  const heard = (phone: Telephone): number[] =>
    [400, 700, 1100, 1500].filter((hz) => peakAt(phone.last(500), hz) > 3000);
  assert.deepEqual(heard(hub.hub), [700, 1100, 1500]);
  assert.deepEqual(hub.ends.map(heard), [
    [400, 1100, 1500],
    [400, 700, 1500],
    [400, 700, 1100],
  ]);
  for (const end of hub.ends) assert.ok(peakAt(end.last(500), 700 + 400 * hub.ends.indexOf(end)) < 60, 'no echo');
  hub.tell({ type: 'mute', on: true });
  hub.office.run(1000);
  assert.deepEqual(
    hub.ends.map((end) => peakAt(end.last(300), 400) > 100),
    [false, false, false],
  );
});

test('transfer §10: join, then leave: from a conference to a bridge nobody misses a frame', () => {
  const hub = between([{}, {}]);
  hub.tell({ type: 'connect', sessions: legs(2) });
  hub.office.run(1000);
  hub.tell({ type: 'connect', sessions: [] });
  hub.tell({ type: 'bridge', sessions: legs(2) });
  hub.office.run(1000);
  assert.ok(distortion(hub.ends[1]!.last(500), 700) < 0.06, 'undisturbed after the change');
  for (let ms = 40; ms < 1800; ms += 20) {
    const frame = hub.ends[1]!.last(1800).subarray(8 * ms, 8 * ms + 160);
    assert.ok(rms(frame) > 2500, `a hole at ${ms} ms`);
  }
});

test('transfer §10: two pairs at once stay two pairs, and one that ends leaves the other alone', () => {
  const hub = between([{}, {}, {}, {}]);
  const [a, b, c, d] = legs(4) as [never, never, never, never];
  hub.tell({ type: 'bridge', sessions: [a, b], name: 't-1' });
  hub.tell({ type: 'bridge', sessions: [c, d], name: 't-2' });
  hub.office.run(1000);
  const heard = () =>
    hub.ends.flatMap((end) => [700, 1100, 1500, 1900].filter((hz) => peakAt(end.last(300), hz) > 3000));
  assert.deepEqual(heard(), [1100, 700, 1900, 1500]);
  key(hub, 0, '4');
  hub.office.run(600);
  assert.deepEqual(hub.ends.map(told), ['', '4', '', '']);
  hub.tell({ type: 'bridge', sessions: [], name: 't-1' });
  hub.office.run(1000);
  assert.deepEqual(heard(), [1900, 1500]);
});

test('X1: a key in a conference reaches the other far ends once', () => {
  const hub = between([{}, {}, {}]);
  hub.tell({ type: 'connect', sessions: legs(3) });
  hub.office.run(300);
  key(hub, 0, '7');
  hub.office.run(800);
  assert.deepEqual(hub.ends.map(told), ['', '7', '7']);
  assert.equal(told(hub.hub), '7');
});

test.run();
