import assert from 'node:assert/strict';
import type { MediaEvent, MediaId, MediaPort, SessionPlan } from '@switchhook/rtp-media';
import { soundWorkerUrl, startMediaWorker } from '@switchhook/rtp-media/node';
import { isAvailable, openPcm, type Pcm, unavailableReason } from 'node-alsa';
import { goertzel, sine, startPulseServer } from 'node-alsa/testing';
import { suite } from 'uvu';
import type { AlsaDevices } from '../src/index.ts';
import { describeMissing, openAlsaSound } from '../src/node/index.ts';

const RATE = 8000;
const FRAME = 160;
const HOST = '127.0.0.1';
const BASE = 50_000 + 40 * (process.pid % 300);
const DEVICES: AlsaDevices = { capture: 'mouth_monitor', playback: 'ear', ringer: 'bell' };
const SESSION: MediaId = 'call' as MediaId;

const server = isAvailable()
  ? await startPulseServer(['mouth', 'ear', 'bell'])
  : (unavailableReason() ?? 'no libasound');
const test = suite('alsa sound');

function pcm(name: string, stream: 'capture' | 'playback'): Pcm {
  const shape = { rate: RATE, channels: 1, periodFrames: FRAME, bufferFrames: 4000, nonBlocking: true } as const;
  return openPcm({ ...shape, name, stream, startThresholdFrames: 320 });
}

/** People are patient: an overrun or underrun of a test's own PCM on a busy machine is passed over. */
function moved(pcm: Pcm, move: () => number): number {
  try {
    return move();
  } catch (error) {
    if (pcm.recover(error)) return 0;
    throw error;
  }
}

/** Keep a person's mouth speaking: call it often. */
function voice(hz: number): { speak(): void; close(): void } {
  const mouth = pcm('mouth', 'playback');
  const frame = new Int16Array(FRAME);
  let at = sine(frame, hz, RATE, 8000, 0);
  let pending: Int16Array = frame;
  return {
    speak: () => {
      for (;;) {
        const taken = moved(mouth, () => mouth.writei(pending));
        pending = pending.subarray(taken);
        if (pending.length > 0) return;
        at = sine(frame, hz, RATE, 8000, at);
        pending = frame;
      }
    },
    close: () => mouth.close(),
  };
}

/** A person's ear at a wire. */
function ear(wire: string): { listen(): void; heard(): Int16Array; close(): void } {
  const monitor = pcm(`${wire}_monitor`, 'capture');
  monitor.start();
  const frames: Int16Array[] = [];
  return {
    listen: () => {
      for (;;) {
        const frame = new Int16Array(FRAME);
        const got = moved(monitor, () => monitor.readi(frame));
        if (got === 0) return;
        frames.push(frame.subarray(0, got));
      }
    },
    heard: () => Int16Array.from(frames.slice(-25).flatMap((frame) => [...frame])),
    close: () => monitor.close(),
  };
}

async function until(what: string, limitMs: number, step: () => void, done: () => boolean): Promise<void> {
  const limit = performance.now() + limitMs;
  while (!done()) {
    if (performance.now() > limit) throw new Error(`not within ${limitMs} ms: ${what}`);
    step();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function plan(port: number): SessionPlan {
  const codec = { name: 'PCMA', payloadType: 8, clockRate: RATE } as const;
  const remote = { host: HOST, port };
  const remoteRtcp = { host: HOST, port: port + 1 };
  return { remote, remoteRtcp, codec, receive: [codec], telephoneEvent: undefined, direction: 'sendrecv', ptimeMs: 20 };
}

function note(port: MediaPort): MediaEvent[] {
  const events: MediaEvent[] = [];
  port.onEvent = (event) => events.push(event);
  return events;
}

if (typeof server === 'string') {
  console.log(`SKIP ALSA sound over pulse null sinks: ${server}`);
} else {
  test.after(() => server.stop());

  test('alsa sound: two telephones on the card clock and on the deadline hear each other', async () => {
    const [phone, peer] = await Promise.all([
      startMediaWorker<AlsaDevices>({
        workerUrl: new URL('./alsa-worker.ts', import.meta.url),
        host: HOST,
        ports: { from: BASE, to: BASE + 19 },
        sound: DEVICES,
      }),
      startMediaWorker({
        workerUrl: soundWorkerUrl(),
        host: HOST,
        ports: { from: BASE + 20, to: BASE + 39 },
        sound: { type: 'tone', cadence: '700' },
      }),
    ]);
    const person = { mouth: voice(440), ear: ear('ear'), bell: ear('bell') };
    const step = () => {
      person.mouth.speak();
      person.ear.listen();
      person.bell.listen();
    };
    try {
      const events = note(phone);
      const peerEvents = note(peer);
      assert.ok(events.some((event) => event.type === 'ready' && event.clock === 'card'));
      const here = phone.open(SESSION)!;
      const there = peer.open(SESSION)!;
      for (const [port, remote] of [
        [phone, there],
        [peer, here],
      ] as const) {
        port.send({ type: 'plan', session: SESSION, plan: plan(remote.port) });
        port.send({ type: 'connect', sessions: [SESSION] });
      }
      await until('RTP both ways', 4000, step, () =>
        [events, peerEvents].every((told) => told.some(({ type }) => type === 'flowing')),
      );
      await until('700 Hz at the ear', 5000, step, () => goertzel(person.ear.heard(), 700, RATE) > 0.9);

      phone.send({ type: 'ring', ring: 'external' });
      await until('the bell', 5000, step, () => person.bell.heard().some((sample) => Math.abs(sample) > 100));
      await until('700 Hz beside the bell', 3000, step, () => goertzel(person.ear.heard(), 700, RATE) > 0.9);
      const spoken = events.filter((event) => event.type === 'fault' && event.where === 'worker');
      assert.deepEqual(spoken, []);
    } finally {
      for (const part of Object.values(person)) part.close();
      await Promise.all([phone.close(), peer.close()]);
    }
  });

  test('alsa sound: the microphone gives what is spoken; a killed server is told, and nothing hangs', async () => {
    const sound = openAlsaSound(DEVICES);
    const mouth = voice(440);
    const frame = new Int16Array(FRAME);
    const got: Int16Array[] = [];
    const take = () => {
      mouth.speak();
      while (sound.available() > 0 && sound.microphone.read(frame)) {
        got.push(frame.slice());
        sound.speaker.write(frame);
      }
    };
    try {
      assert.ok(sound.pollFds.length > 0);
      await until('a second of frames', 5000, take, () => got.length >= 50);
      const steady = Int16Array.from(got.slice(-25).flatMap((one) => [...one]));
      assert.ok(goertzel(steady, 440, RATE) > 0.9, `440 Hz share ${goertzel(steady, 440, RATE)}`);

      assert.equal(describeMissing(DEVICES), undefined);
      assert.match(describeMissing({ ...DEVICES, ringer: 'nothing' }) ?? '', /"nothing": ENOENT/);
      assert.equal(sound.tend(), undefined);

      mouth.close();
      server.stop();
      const faults: string[] = [];
      for (let second = 0; second < 4; second++) {
        sound.available();
        sound.microphone.read(frame);
        sound.speaker.write(frame);
        const fault = sound.tend();
        if (fault !== undefined) faults.push(fault);
      }
      assert.ok(faults.length > 0, 'the loss is told');
      assert.deepEqual(sound.pollFds, []);
      assert.equal(sound.available(), 0);
      assert.match(describeMissing(DEVICES) ?? '', /ECONNREFUSED/);
    } finally {
      sound.close();
    }
  });
}

test('alsa sound: a card that is not there is told once a try, and the microphone is silent', () => {
  if (!isAvailable()) {
    console.log(`SKIP missing card: ${unavailableReason()}`);
    return;
  }
  const sound = openAlsaSound({ capture: 'no_such_card', playback: 'no_such_card' });
  assert.deepEqual(sound.pollFds, []);
  assert.equal(sound.microphone.read(new Int16Array(FRAME)), false);
  sound.speaker.write(new Int16Array(FRAME));
  const told = Array.from({ length: 8 }, () => sound.tend());
  assert.ok(told.every((fault) => fault === undefined || /no_such_card.*ENOENT/.test(fault)));
  assert.ok(told.filter((fault) => fault !== undefined).length <= 5, 'with growing pauses');
  sound.route('speaker');
  sound.close();
});

test.run();
