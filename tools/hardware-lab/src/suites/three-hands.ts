import assert from 'node:assert/strict';
import { mqttHandAt } from '@switchhook/lab/node';
import type { Suite } from '../guest/suite.ts';
import { playStory, type Story } from '../office/story.ts';

export const threeHands: Suite = {
  name: 'three-hands',
  limitS: 600,
  commands: { arecord: 'alsa-utils', aplay: 'alsa-utils' },
  async run(check, folder) {
    const stories = new Map<string, Story>();
    await check('the same transfer by MQTT', 'snd-aloop, MQTT', async () => {
      const story = await playStory(folder, {
        name: 'mqtt',
        at: 'handset',
        configuration: {},
        hand: (desk) => mqttHandAt(desk.controlPath),
      });
      stories.set('mqtt', story);
      assert.deepEqual(story.wrong, []);
      assert.ok(story.bell > 1000, 'the bell');
    });
  },
};
