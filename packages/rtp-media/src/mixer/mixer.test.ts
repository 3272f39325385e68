import assert from 'node:assert/strict';
import { test } from 'uvu';
import { gainOf, Mix, saturate, scale } from './mixer.ts';

const voice = (value: number, sounds = true) => ({ heard: new Int16Array(4).fill(value), sounds });

test('mixing: everybody hears all others and not himself', () => {
  const voices = [voice(1000), voice(200), voice(30)] as const;
  const mix = new Mix(4);
  for (const each of voices) mix.add(each);
  const heard = voices.map((each) => {
    const frame = new Int16Array(4).fill(5);
    mix.addMinus(each, frame);
    return frame[0];
  });
  assert.deepEqual(heard, [235, 1035, 1205]);
});

test('mixing: loud sums are limited, and taking one out comes before the limit', () => {
  const loud = [voice(30000), voice(30000), voice(-30000)] as const;
  const mix = new Mix(4);
  for (const each of loud) mix.add(each);
  const frame = new Int16Array(4);
  mix.addMinus(loud[2], frame);
  assert.equal(frame[0], 32767);
  frame.fill(0);
  mix.addMinus(loud[0], frame);
  assert.equal(frame[0], 0);
});

test('mixing: silent voices add nothing and are not taken out either', () => {
  const mix = new Mix(4);
  const silent = voice(999, false);
  mix.add(voice(100));
  mix.add(silent);
  const frame = new Int16Array(4);
  mix.addMinus(silent, frame);
  assert.equal(frame[0], 100);
  mix.clear();
  mix.addTo(frame);
  assert.equal(frame[0], 100);
});

test('volume: 100 changes nothing, 50 is 20 dB less, 0 is silence, and nonsense is clipped', () => {
  assert.deepEqual([gainOf(100), gainOf(0), gainOf(-5), gainOf(900), gainOf(Number.NaN)], [1, 0, 0, 1, 0]);
  assert.ok(Math.abs(gainOf(50) - 0.1) < 1e-9);
  const frame = Int16Array.of(1000, -1000, 32767);
  scale(frame, 0.5);
  assert.deepEqual([...frame], [500, -500, 16383]);
  assert.deepEqual([saturate(40000), saturate(-40000), saturate(7)], [32767, -32768, 7]);
});

test.run();
