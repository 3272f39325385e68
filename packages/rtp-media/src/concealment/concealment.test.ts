import assert from 'node:assert/strict';
import { SeededRandom } from '@switchhook/sans-io/testing';
import { test } from 'uvu';
import { rms, sine } from '../../test/goertzel.ts';
import { Concealment } from './concealment.ts';
import { PitchFinder } from './pitch.ts';

/** A voice-like sound: harmonics of a gliding pitch under two formants, with syllables and some breath. */
function voice(count: number, seed: number): Int16Array {
  const random = new SeededRandom(seed);
  const out = new Int16Array(count);
  let phase = 0;
  for (let i = 0; i < count; i++) {
    const hz = 120 + 25 * Math.sin(i / 2900) + 8 * Math.sin(i / 700);
    phase += (2 * Math.PI * hz) / 8000;
    let value = 0;
    for (let k = 1; k * hz < 3400; k++) {
      const formant =
        1 / (1 + ((k * hz - 550 - 150 * Math.sin(i / 2000)) / 150) ** 2) + 0.4 / (1 + ((k * hz - 1700) / 200) ** 2);
      value += formant * Math.sin(k * phase);
    }
    out[i] = (2500 * value + 200 * (random.next() - 0.5)) * (0.6 + 0.4 * Math.sin(i / 1100));
  }
  return out;
}

const losses = (frames: number, seed: number, share = 0.1): boolean[] => {
  const random = new SeededRandom(seed);
  return Array.from({ length: frames }, (_, i) => i > 5 && i < frames - 3 && random.chance(share));
};

function errorDb(real: Int16Array, heard: Int16Array, lost: readonly boolean[]): number {
  let signal = 0;
  let noise = 0;
  lost.forEach((gone, frame) => {
    if (!gone) return;
    for (let i = frame * 160; i < frame * 160 + 160; i++) {
      signal += real[i]! ** 2;
      noise += (real[i]! - heard[i]!) ** 2;
    }
  });
  return 10 * Math.log10(signal / noise);
}

function play(real: Int16Array, lost: readonly boolean[], how: 'extend' | 'bridge' | 'repeat'): Int16Array {
  const out = real.slice();
  const concealment = new Concealment();
  for (let frame = 0; frame < lost.length; frame++) {
    const from = frame * 160;
    const here = out.subarray(from, from + 160);
    if (!lost[frame]) {
      if (how === 'extend') concealment.rejoin(here, 0, 160);
    } else if (how === 'repeat') here.set(out.subarray(from - 160, from));
    else if (how === 'bridge' && !lost[frame + 1]) concealment.bridge(out.subarray(from), 160, 160);
    else concealment.extend(here, 0, 160);
    concealment.remember(here, 0, 160);
  }
  return out;
}

test('G.711 appendix I: the pitch of a periodic sound is found', () => {
  const pitch = new PitchFinder();
  for (const lag of [50, 64, 80, 100, 133]) {
    const found = pitch.find(Float64Array.from(sine(8000 / lag, 8000, 480)), 480, 160);
    assert.ok(Math.abs(found - lag) <= 1 || Math.abs(found - 2 * lag) <= 1, `${lag} → ${found}`);
    assert.ok(pitch.likeness > 0.98);
  }
});

test('G.711 appendix I: a lost frame of a steady tone is hardly missed', () => {
  const real = sine(200, 8000, 1600);
  const heard = play(real, losses(10, 0, 0).with(6, true), 'extend');
  assert.ok(errorDb(real, heard, losses(10, 0, 0).with(6, true)) > 20);
});

test('G.711 appendix I: at 10 % loss closer to the voice than repeating the last frame, and closer still when the end is known', () => {
  const gain: number[][] = [[], [], []];
  for (let seed = 1; seed <= 5; seed++) {
    const real = voice(24000, seed);
    const lost = losses(150, seed);
    (['repeat', 'extend', 'bridge'] as const).forEach((how, i) => {
      gain[i]!.push(errorDb(real, play(real, lost, how), lost));
    });
  }
  const [repeat, extend, bridge] = gain.map((values) => values.reduce((a, b) => a + b) / values.length);
  assert.ok(extend! > repeat! + 3, `${repeat} ${extend} ${bridge}`);
  assert.ok(bridge! > extend! + 1, `${repeat} ${extend} ${bridge}`);
});

test('G.711 appendix I: a long loss fades to silence within 80 ms and stays silent', () => {
  const real = voice(4000, 1);
  const concealment = new Concealment();
  concealment.remember(real, 0, 480);
  const frame = new Int16Array(160);
  const levels: number[] = [];
  for (let i = 0; i < 6; i++) {
    concealment.extend(frame, 0, 160);
    levels.push(rms(frame));
  }
  assert.ok(levels[0]! > 200 && levels[2]! < levels[0]! && levels[3]! < levels[1]! / 2, String(levels));
  assert.deepEqual(levels.slice(4), [0, 0]);
  assert.ok(concealment.faded);
});

test('G.711 appendix I: no step at the start, inside or at the end of a loss', () => {
  const real = sine(150, 8000, 3200);
  for (const how of ['extend', 'bridge'] as const) {
    const heard = play(real, losses(20, 0, 0).with(8, true), how);
    for (let i = 1; i < heard.length; i++) assert.ok(Math.abs(heard[i]! - heard[i - 1]!) < 2500, `${how} ${i}`);
  }
});

test('nothing heard yet: silence', () => {
  const frame = new Int16Array(160).fill(5);
  new Concealment().extend(frame, 0, 160);
  assert.equal(rms(frame), 0);
});

test.run();
