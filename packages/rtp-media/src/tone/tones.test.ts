import assert from 'node:assert/strict';
import { test } from 'uvu';
import { peakAt, rms } from '../../test/goertzel.ts';
import { cadence } from './cadence.ts';
import { COUNTRIES, type CountryName } from './countries.ts';
import { peakOf, ToneGenerator } from './generator.ts';
import { HOLD_MELODY, HOLD_MELODY_HZ, MelodyPlayer } from './melody.ts';
import { toneTable } from './tones.ts';

const play = (text: string, ms: number, dbm0 = -13): Int16Array => {
  const generator = new ToneGenerator();
  generator.start(cadence(text), dbm0);
  const out = new Int16Array(ms * 8);
  for (let at = 0; at < out.length; at += 160) generator.addTo(out.subarray(at, at + 160));
  return out;
};
const cut = (samples: Int16Array, fromMs: number, toMs: number): Int16Array => samples.subarray(fromMs * 8, toMs * 8);

test('§4.5: US dial tone is 350 and 440 Hz at -13 dBm0 together', () => {
  const sound = cut(play(COUNTRIES.us.dial, 1000), 100, 900);
  assert.ok(Math.abs(peakAt(sound, 350) / (peakOf(-13) * Math.SQRT1_2) - 1) < 0.02);
  assert.ok(Math.abs(peakAt(sound, 440) / (peakOf(-13) * Math.SQRT1_2) - 1) < 0.02);
  assert.ok(peakAt(sound, 400) < 20);
});

test('§4.5: UK ringback is 400/200/400/2000 and comes again', () => {
  const sound = play(COUNTRIES.uk.ringback, 4000);
  for (const [from, to, on] of [
    [10, 390, true],
    [401, 599, false],
    [610, 990, true],
    [1001, 2999, false],
    [3010, 3390, true],
  ] as const) {
    assert.equal(rms(cut(sound, from, to)) > 500, on, `${from}`);
  }
});

test('§4.5: "once" steps are played the first time round only, wherever they stand', () => {
  const sound = play('!1000/100,425/100,!1000/100,0/100', 1000);
  assert.ok(peakAt(cut(sound, 10, 90), 1000) > 1000);
  assert.ok(peakAt(cut(sound, 210, 290), 1000) > 1000);
  for (const from of [400, 500, 600, 700, 800, 900]) assert.ok(peakAt(cut(sound, from + 10, from + 90), 1000) < 50);
  assert.ok(peakAt(cut(sound, 410, 490), 425) > 1000);
  assert.ok(peakAt(cut(sound, 610, 690), 425) > 1000);
});

test('§4.5: no click: edges fade over 5 ms, and a change of pitch keeps the phase', () => {
  for (const text of ['425/100,0/100', '784/50,988/50']) {
    const sound = play(text, 1000);
    const steepest = (2 * Math.PI * 988 * peakOf(-13)) / 8000 + peakOf(-13) / 40 + 2;
    for (let i = 1; i < sound.length; i++) assert.ok(Math.abs(sound[i]! - sound[i - 1]!) <= steepest, `${text} ${i}`);
  }
});

test('§4.5: stop fades out inside one frame and then is silent', () => {
  const generator = new ToneGenerator();
  generator.start(cadence('425'), -13);
  generator.addTo(new Int16Array(160));
  generator.stop();
  const frame = new Int16Array(160);
  generator.addTo(frame);
  assert.ok(rms(frame.subarray(0, 20)) > 100);
  assert.equal(rms(frame.subarray(41)), 0);
  assert.equal(generator.silent, true);
});

test('§4.5: a cadence of "once" steps ends by itself', () => {
  const generator = new ToneGenerator();
  generator.start(toneTable('us').tones.refusal.cadence, -19);
  for (let i = 0; i < 11; i++) generator.addTo(new Int16Array(160));
  assert.ok(!generator.silent);
  for (let i = 0; i < 3; i++) generator.addTo(new Int16Array(160));
  assert.ok(generator.silent);
});

test('§4.5: a modulated tone has side bands', () => {
  const sound = cut(play('400*25', 1100), 100, 1100);
  assert.ok(peakAt(sound, 400) > 1000 && peakAt(sound, 375) > 500 && peakAt(sound, 425) > 500);
});

test('§4.5: every country has every tone and ring', () => {
  for (const name of Object.keys(COUNTRIES) as CountryName[]) {
    const table = toneTable(name);
    for (const tone of [...Object.values(table.tones), ...Object.values(table.rings)])
      assert.ok(tone.cadence.length > 0);
    assert.notDeepEqual(table.rings.external, table.rings.internal);
  }
});

test('§4.6: the recall ring is 200/200 three times, then 2 s of pause', () => {
  const { cadence: steps } = toneTable('hu').rings.recall;
  assert.deepEqual(
    steps.map((step) => [step.hz > 0, step.ms]),
    [
      [true, 200],
      [false, 200],
      [true, 200],
      [false, 200],
      [true, 200],
      [false, 2000],
    ],
  );
});

test('MOH: each note of the hold music is heard at its time, soft, and the tune comes round', () => {
  const player = new MelodyPlayer();
  const total = HOLD_MELODY.reduce((sum, note) => sum + note.ms, 0);
  const sound = new Int16Array((total + 600) * 8);
  for (let at = 0; at < sound.length; at += 160) player.read(sound.subarray(at, at + 160));
  let from = 0;
  for (const note of [...HOLD_MELODY, HOLD_MELODY[0]!]) {
    const part = cut(sound, from + 30, from + note.ms - 30);
    const heard = HOLD_MELODY_HZ.filter((hz) => peakAt(part, hz) > 500);
    assert.deepEqual(heard, note.hz === 0 ? [] : [note.hz], `at ${from} ms`);
    from += note.ms;
  }
  assert.ok(Math.max(...sound) <= peakOf(-20));
});

test.run();
