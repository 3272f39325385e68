import assert from 'node:assert/strict';
import { test } from 'uvu';
import { readConfiguration } from '../configuration/read.ts';
import { levelsOf, planSound } from './desk-sound.ts';

function audio(text: string) {
  const reading = readConfiguration(`accounts: [{id: a, user: b, domain: c}]\naudio: ${text}`);
  assert.ok(reading.ok);
  return reading.configuration.audio;
}

test('sound: without a card the phone works in silence and says so once', () => {
  const plan = planSound(audio('{}'), () => false);
  assert.deepEqual(plan.sound, { type: 'silence' });
  assert.match(plan.note ?? '', /no sound card here/);
});

test('sound: a card that is there is tried, and silence taken when it cannot be opened', () => {
  const plan = planSound(audio('{}'), () => true);
  assert.equal(plan.sound.type, 'alsa');
  assert.equal(plan.orSilence, true);
});

test('sound: a device that is named is tried even where no card is seen', () => {
  assert.equal(planSound(audio('{capture: "plughw:CARD=X"}'), () => false).sound.type, 'alsa');
});

test('sound: alsa that was asked for must be there; files and silence need no card', () => {
  const never = () => assert.fail('looked for a card');
  assert.equal(planSound(audio('{sound: alsa}'), never).orSilence, false);
  assert.deepEqual(planSound(audio('{sound: silence}'), never), { sound: { type: 'silence' }, orSilence: false });
  assert.deepEqual(planSound(audio('{sound: files, microphoneFile: a.wav}'), never).sound, {
    type: 'file',
    microphone: 'a.wav',
  });
});

test('sound: the worker is told the route that was configured or kept, and each volume', () => {
  const volumes = { handset: 80, headset: 70, speaker: 60, ring: 0 };
  assert.deepEqual(levelsOf({ route: 'headset', volumes }), [
    { type: 'route', route: 'headset' },
    { type: 'volume', route: 'handset', percent: 80 },
    { type: 'volume', route: 'headset', percent: 70 },
    { type: 'volume', route: 'speaker', percent: 60 },
    { type: 'volume', route: 'ring', percent: 0 },
  ]);
});

test.run();
