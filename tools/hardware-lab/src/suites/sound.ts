import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describeMissing, openAlsaSound } from '@switchhook/audio/node';
import { shareAt } from '@switchhook/lab';
import { Ear, Mouth, phoneEnd, RATE } from '../devices/loopback.ts';
import type { Suite } from '../guest/suite.ts';
import { pause, until } from '../guest/until.ts';

const AGAINST = 'snd-aloop by its hw: name';
const FRAME = 160;
const DRIVER = '/sys/bus/platform/drivers/snd_aloop';
const CARD = 'snd_aloop.0';

/** As the media worker does: without a frame for so long, speaking goes on by the deadline. */
const DEADLINE_MS = 60;

/** The sound card as the phone has it: read whenever there is a frame, tended once a second, and 440 Hz said into it. */
function atWork(cable: number) {
  const sound = openAlsaSound({ capture: phoneEnd(cable), playback: phoneEnd(cable) });
  const frame = new Int16Array(FRAME);
  const heard: Int16Array[] = [];
  const faults: string[] = [];
  let said = 0;
  let tended = performance.now();
  let last = performance.now();
  const speak = () => {
    for (let i = 0; i < FRAME; i++) frame[i] = 8000 * Math.sin((2 * Math.PI * 440 * said++) / RATE);
    sound.speaker.write(frame);
    last = performance.now();
  };
  const turn = setInterval(() => {
    if (performance.now() - tended >= 1000) {
      tended += 1000;
      const fault = sound.tend();
      if (fault !== undefined) faults.push(fault);
    }
    while (sound.available() > 0 && sound.microphone.read(frame)) {
      heard.push(frame.slice());
      speak();
    }
    if (performance.now() - last > DEADLINE_MS) speak();
  }, 5);
  return {
    sound,
    heard,
    faults,
    close: () => {
      clearInterval(turn);
      sound.close();
    },
  };
}

/** The share of a tone in the last half second. */
function lately(samples: Int16Array, hz: number): number {
  const count = RATE / 2;
  return samples.length < count ? 0 : shareAt(samples, samples.length - count, count, hz, RATE);
}

const joined = (frames: readonly Int16Array[]) => Int16Array.from(frames.slice(-50).flatMap((frame) => [...frame]));

/** Take the card out or put it back; the kernel takes it out when all its PCMs are closed. */
function card(verb: 'bind' | 'unbind'): void {
  spawn('sh', ['-c', `echo ${CARD} >${DRIVER}/${verb}`], { stdio: 'ignore' });
}

export const sound: Suite = {
  name: 'sound',
  limitS: 120,
  commands: { arecord: 'alsa-utils', aplay: 'alsa-utils' },
  async run(check, folder) {
    const ear = new Ear(0, folder);
    const mouth = new Mouth(0, folder, 700, 100);
    const phone = atWork(0);
    await check('devices/audio: what is said into the card is heard from its capture PCM', AGAINST, () =>
      until('700 Hz in the microphone', () => lately(joined(phone.heard), 700) > 0.9),
    );
    await check('devices/audio: what the phone says is found in the capture of the other end', AGAINST, () =>
      until('440 Hz at the ear', () => lately(ear.heard(), 440) > 0.9),
    );
    await check('DESIGN law 6: the card is the clock, 50 frames a second', AGAINST, async () => {
      const before = phone.heard.length;
      const began = performance.now();
      await pause(4000);
      const rate = ((phone.heard.length - before) * 1000) / (performance.now() - began);
      assert.ok(Math.abs(rate - 50) < 1.5, `${rate.toFixed(2)} frames a second`);
    });
    await check(
      'devices/audio: a thread that stood still loses sound, not the card: both PCMs run again',
      AGAINST,
      async () => {
        const { capture, playback } = phone.sound.counts;
        const before = { capture: capture.xruns, playback: playback.xruns };
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 700);
        await until('the overrun is counted', () => capture.xruns > before.capture && playback.xruns > before.playback);
        const now = phone.heard.length;
        await until('frames again', () => phone.heard.length > now + 50);
        await until('440 Hz again', () => lately(ear.heard(), 440) > 0.9);
        assert.deepEqual(phone.faults, []);
      },
    );
    await check('devices/audio: a card that another program uses is told with its name', AGAINST, () => {
      const why = describeMissing({ capture: phoneEnd(0), playback: phoneEnd(0) });
      assert.match(why ?? '', /hw:CARD=Loopback,DEV=0,SUBDEV=0.*EBUSY/);
    });
    await check(
      'devices/audio: a card that is taken out is told, tried again, and sounds when it is back',
      AGAINST,
      async () => {
        await ear.close();
        await mouth.close();
        card('unbind');
        await until('the loss is told', () => phone.faults.length > 0, 15_000);
        await until('the card is gone', () => !existsSync(`${DRIVER}/${CARD}`), 15_000);
        const before = phone.heard.length;
        await pause(1500);
        assert.equal(phone.heard.length, before);
        card('bind');
        await until(
          'frames from the new card',
          () => phone.heard.length > before + 20,
          30_000,
          () => phone.faults.join('; '),
        );
        const again = new Ear(0, folder);
        await until('440 Hz on the new card', () => lately(again.heard(), 440) > 0.9, 15_000);
        await again.close();
      },
    );
    phone.close();
  },
};
