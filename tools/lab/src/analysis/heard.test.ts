import assert from 'node:assert/strict';
import { SeededRandom } from '@switchhook/sans-io/testing';
import { test } from 'uvu';
import { RATE } from '../recorder/listening.ts';
import { shareAt } from './goertzel.ts';
import { heardInOrder, heardThen, segmentsOf } from './heard.ts';

const VOICES = { receptionist: [440], caller: [620], specialist: [950], hold: [523, 659, 784] };

function sound(parts: readonly (readonly [hz: number, ms: number])[], noise = 0): Int16Array {
  const random = new SeededRandom(1);
  const samples: number[] = [];
  for (const [hz, ms] of parts) {
    for (let i = 0; i < (ms * RATE) / 1000; i++) {
      const tone = hz === 0 ? 0 : 6000 * Math.sin((2 * Math.PI * hz * i) / RATE);
      samples.push(tone + (random.next() - 0.5) * noise);
    }
  }
  return Int16Array.from(samples);
}

test('analysis: a pure tone has all its energy at its frequency and none at the next voice', () => {
  const tone = sound([[440, 100]]);
  assert.ok(shareAt(tone, 0, 400, 440, RATE) > 0.95);
  assert.ok(shareAt(tone, 0, 400, 523, RATE) < 0.05);
});

test('analysis: segments name who was heard and when', () => {
  const segments = segmentsOf(
    sound([
      [440, 1000],
      [523, 300],
      [659, 300],
      [784, 300],
      [0, 500],
      [950, 1000],
    ]),
    VOICES,
  );
  assert.deepEqual(
    segments.map((s) => s.who),
    ['receptionist', 'hold', 'silence', 'specialist'],
  );
  assert.ok(Math.abs(segments[1]!.fromMs - 1000) <= 50);
  assert.ok(Math.abs(segments[3]!.toMs - 3400) <= 50);
});

test('analysis: lost packets and noise do not make another voice', () => {
  const holes = sound([[440, 3000]], 800);
  for (let at = 0; at + 160 < holes.length; at += 1600) holes.fill(0, at, at + 160);
  assert.deepEqual(heardInOrder(segmentsOf(holes, VOICES)), ['receptionist']);
});

test('analysis: a loud sound that is nobody is called other', () => {
  assert.deepEqual(heardInOrder(segmentsOf(sound([[1800, 600]]), VOICES)), ['other']);
});

test('analysis: order is asked for, others between allowed', () => {
  assert.ok(heardThen(['a', 'x', 'b', 'c'], 'a', 'b', 'c'));
  assert.ok(!heardThen(['b', 'a', 'c'], 'a', 'b', 'c'));
  assert.deepEqual(heardInOrder([]), []);
});

test.run();
