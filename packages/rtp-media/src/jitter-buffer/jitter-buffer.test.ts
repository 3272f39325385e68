import assert from 'node:assert/strict';
import { SeededRandom } from '@switchhook/sans-io/testing';
import { test } from 'uvu';
import { distortion, rms, sine } from '../../test/goertzel.ts';
import { CODECS } from '../codec/registry.ts';
import { DelayTarget } from './delay-target.ts';
import { JitterBuffer } from './jitter-buffer.ts';

interface Packet {
  readonly at: number;
  readonly frame: number;
  readonly timestamp: number;
}

/** A tone of `frames` packets through a buffer; `travel` says when each one arrives, or that it never does. */
function run(
  frames: number,
  travel: (frame: number, sent: number) => number | undefined | readonly number[],
  options: { firstTimestamp?: number; hz?: number; skip?: (frame: number) => number } = {},
): { heard: Int16Array; buffer: JitterBuffer; delays: number[] } {
  const { firstTimestamp = 1000, hz = 300, skip = () => 0 } = options;
  const buffer = new JitterBuffer();
  const octets = new Uint8Array(160);
  const heard = new Int16Array((frames + 20) * 160);
  const delays: number[] = [];
  let flights: Packet[] = [];
  for (let frame = 0; frame < frames + 20; frame++) {
    const now = 5000 + 20 * frame;
    buffer.pull(heard.subarray(160 * frame, 160 * frame + 160), now);
    delays.push(buffer.delayMs);
    if (frame < frames) {
      const arrivals = travel(frame, now);
      const timestamp = (firstTimestamp + 160 * frame + skip(frame)) >>> 0;
      for (const at of typeof arrivals === 'object' ? arrivals : arrivals === undefined ? [] : [arrivals]) {
        flights.push({ at, frame, timestamp });
      }
    }
    const due = flights.filter(({ at }) => at < now + 20).sort((a, b) => a.at - b.at);
    flights = flights.filter(({ at }) => at >= now + 20);
    for (const packet of due) {
      CODECS.PCMA.encode(sine(hz, 8000, 160, 160 * packet.frame), 0, 160, octets, 0);
      buffer.put(CODECS.PCMA, octets, 0, 160, packet.timestamp, false, packet.at);
    }
  }
  return { heard, buffer, delays };
}

const middle = (heard: Int16Array): Int16Array => heard.subarray(heard.length >> 1, (heard.length * 3) >> 2);

test('§9: a calm stream passes unchanged, with a delay that falls to the least', () => {
  const { heard, buffer, delays } = run(1500, (_, sent) => sent + 3);
  assert.ok(distortion(middle(heard), 300) < 0.02);
  assert.deepEqual([buffer.late, buffer.duplicates, buffer.restarts, buffer.concealedFrames], [0, 0, 0, 4]);
  assert.equal(buffer.targetMs, 20);
  assert.ok(delays.at(-25)! <= 41, String(delays.at(-25)));
});

test('§9: the delay follows the jitter up, and stays within 200 ms', () => {
  const random = new SeededRandom(5);
  const { buffer, delays, heard } = run(1500, (_, sent) => sent + 5 + 100 * random.next());
  assert.ok(buffer.targetMs >= 90 && buffer.targetMs <= 110, String(buffer.targetMs));
  assert.ok(delays.slice(200, 1500).every((delay) => delay > 60 && delay < 140));
  assert.ok(buffer.late < 10, String(buffer.late));
  let quiet = 0;
  for (let i = 200 * 160; i < 1500 * 160; i += 160) if (rms(heard.subarray(i, i + 160)) < 3000) quiet++;
  assert.ok(quiet < 10, String(quiet));
});

test('§9: packets out of order play in order', () => {
  const random = new SeededRandom(6);
  const { heard, buffer } = run(500, (frame, sent) => sent + (frame % 2 === 0 ? 35 : 5) + random.next());
  assert.ok(distortion(heard.subarray(400 * 160, 405 * 160), 300) < 0.2);
  assert.ok(buffer.late <= 2 && buffer.concealedFrames < 12, `${buffer.late} ${buffer.concealedFrames}`);
});

test('§9: duplicates are counted and change nothing', () => {
  const { heard, buffer } = run(200, (_, sent) => [sent + 3, sent + 4]);
  assert.ok(buffer.duplicates >= 199);
  assert.ok(distortion(middle(heard), 300) < 0.02);
});

test('§9: single losses are bridged: the tone has no hole', () => {
  const random = new SeededRandom(9);
  let lost = 0;
  const { heard, buffer } = run(1000, (frame, sent) => {
    if (frame < 5 || frame > 990 || !random.chance(0.05)) return sent + 3;
    lost++;
    return undefined;
  });
  assert.ok(Math.abs(buffer.concealedFrames - lost - 4) <= 3, `${buffer.concealedFrames} of ${lost}`);
  for (let i = 10 * 160; i < 990 * 160; i += 160) assert.ok(rms(heard.subarray(i, i + 160)) > 3000, `frame ${i / 160}`);
});

test('RFC 3550 §5.1: the timestamp may wrap', () => {
  const { heard, buffer } = run(200, (_, sent) => sent + 3, { firstTimestamp: 0xffffffff - 160 * 100 });
  assert.equal(buffer.restarts, 0);
  assert.ok(distortion(middle(heard), 300) < 0.02);
});

test('§9: a jump of the timestamp starts the stream anew, a lone stray does not', () => {
  const jump = run(400, (_, sent) => sent + 3, { skip: (frame) => (frame < 200 ? 0 : 1_000_000) });
  assert.equal(jump.buffer.restarts, 1);
  assert.ok(distortion(middle(jump.heard).subarray(8000), 300) < 0.02);
  const stray = run(400, (_, sent) => sent + 3, { skip: (frame) => (frame === 200 ? 1_000_000 : 0) });
  assert.equal(stray.buffer.restarts, 0);
});

test('§9: a sender whose timestamp stood still while it was silent is heard again', () => {
  for (const pause of [15, 40, 100]) {
    const gap = (frame: number): number => (frame < 200 ? 0 : -160 * pause);
    const { heard, buffer } = run(400, (frame, sent) => (frame >= 200 && frame < 200 + pause ? undefined : sent + 3), {
      skip: gap,
    });
    assert.ok(rms(heard.subarray(390 * 160, 398 * 160)) > 4000, `${pause}: ${buffer.restarts}`);
  }
});

test('§9: a far end whose clock is 200 ppm fast does not pile up delay', () => {
  const { delays } = run(6000, (frame, sent) => sent + 3 - frame * 20 * 2e-4);
  assert.ok(Math.max(...delays.slice(1000, 6000)) < 70, String(Math.max(...delays.slice(1000, 6000))));
});

test('§9: what ends fades to silence', () => {
  const { heard } = run(100, (_, sent) => sent + 3);
  assert.equal(rms(heard.subarray(-160)), 0);
});

test('§9: empty and giant packets are refused', () => {
  const buffer = new JitterBuffer();
  assert.equal(buffer.put(CODECS.PCMU, new Uint8Array(2000), 0, 0, 1, false, 0), 'empty');
  assert.equal(buffer.put(CODECS.PCMU, new Uint8Array(2000), 0, 1601, 1, false, 0), 'too-long');
});

test('§9: the target is what 98 % would have met, between 20 and 200 ms', () => {
  const target = new DelayTarget();
  const feed = (spread: (i: number) => number): void => {
    for (let i = 0; i < 2000; i++) target.arrived(spread(i), 20 * i);
  };
  feed(() => 7);
  assert.equal(target.targetMs, 20);
  feed((i) => (i % 10 === 0 ? 65 : 0));
  assert.equal(target.targetMs, 70);
  feed((i) => (i % 10 === 0 ? 500 : 0));
  assert.equal(target.targetMs, 200);
});

test.run();
