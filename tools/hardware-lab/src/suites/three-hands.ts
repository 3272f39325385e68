import assert from 'node:assert/strict';
import type { Hand } from '@switchhook/lab';
import { mqttHandAt } from '@switchhook/lab/node';
import { Bluetooth } from '../devices/bluetooth.ts';
import { Telephone } from '../devices/telephone.ts';
import type { Suite } from '../guest/suite.ts';
import type { DeskProcess } from '../office/desk-process.ts';
import { HEADSET_CONFIGURED, headsetHand } from '../office/headset-hand.ts';
import { keypadHand } from '../office/keypad-hand.ts';
import { playStory, type Story } from '../office/story.ts';

/** phone-ux.md §4.3: what both line lamps show while the story goes on. */
const LAMPS: Readonly<Record<string, readonly [line1: string, line2: string]>> = {
  'nothing happens': ['off', 'off'],
  'a call rings': ['fast-green', 'off'],
  'the caller talks': ['solid-green', 'off'],
  'the caller is held': ['slow-green', 'solid-green'],
  'the specialist talks': ['slow-green', 'solid-green'],
  'the transfer is under way': ['double-green', 'double-green'],
  'all is over': ['off', 'off'],
};

interface HandPlan {
  readonly against: string;
  readonly configuration?: Readonly<Record<string, unknown>>;
  readonly hand: (desk: DeskProcess, telephone: Telephone) => Promise<Hand>;
}

const HANDS: Readonly<Record<string, HandPlan>> = {
  keypad: {
    against: 'gpio-sim + snd-aloop',
    hand: async (desk, telephone) => keypadHand(telephone, desk),
  },
  headset: {
    against: 'gpio-sim + snd-aloop + kernel RFCOMM + btvirt + bluetoothd',
    configuration: HEADSET_CONFIGURED,
    hand: (desk) => headsetHand(desk),
  },
  mqtt: {
    against: 'MQTT broker and bridge process + snd-aloop',
    hand: (desk) => mqttHandAt(desk.controlPath),
  },
};

export const threeHands: Suite = {
  name: 'three-hands',
  limitS: 600,
  commands: {
    arecord: 'alsa-utils',
    aplay: 'alsa-utils',
    chrt: 'util-linux',
    bluetoothd: 'bluez',
    btvirt: 'bluez-test-tools',
    'dbus-daemon': 'dbus',
    python3: 'python3',
  },
  async run(check, folder) {
    const bluetooth = await Bluetooth.start();
    const stories = new Map<string, Story>();
    for (const [name, { against, configuration = {}, hand }] of Object.entries(HANDS)) {
      await check(
        `by ${name}: the caller is answered, held and handed over, and all hear whom they must`,
        against,
        async () => {
          const telephone = await Telephone.build();
          try {
            const story = await playStory(folder, {
              name,
              telephone,
              configuration,
              hand: (desk) => hand(desk, telephone),
            });
            stories.set(name, story);
            assert.deepEqual(story.wrong, []);
            assert.ok(story.bell > 1000, 'the bell was heard');
          } finally {
            await telephone.scrap();
          }
        },
      );
      const story = stories.get(name);
      if (story === undefined) continue;
      await check(
        `§4.3: by ${name}, the lamps at gpio-sim's outputs show each step of the table`,
        'gpio-sim + snd-aloop',
        () => {
          const seen = story.lamps.map(({ when, line1, line2 }) => `${when}: ${line1}, ${line2}`);
          const wanted = Object.entries(LAMPS).map(([when, lamps]) => `${when}: ${lamps.join(', ')}`);
          assert.deepEqual(seen, wanted);
        },
      );
    }
    const [first, ...others] = [...stories];
    for (const [name, story] of others)
      await check(`§4: the ladders by ${first![0]} and by ${name} are equal`, HANDS[name]!.against, () => {
        assert.equal(story.flow, first![1].flow);
      });
    await bluetooth.stop();
  },
};
