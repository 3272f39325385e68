import assert from 'node:assert/strict';
import { suite } from 'uvu';
import { isAvailable, openPcm, type Pcm, unavailableReason } from '../src/index.ts';
import { goertzel, sine, startPulseServer } from '../src/testing/index.ts';

const RATE = 8000;
const FRAME = 160;
const SHAPE = { rate: RATE, channels: 1, periodFrames: FRAME, bufferFrames: 1280, nonBlocking: true } as const;

const server = isAvailable() ? await startPulseServer(['wire']) : (unavailableReason() ?? 'no libasound');
const test = suite('pulse');

/** On a busy machine an overrun or underrun is passed over, as a program would. */
function moved(pcm: Pcm, move: () => number): number {
  try {
    return move();
  } catch (error) {
    if (pcm.recover(error)) return 0;
    throw error;
  }
}

/** Play `hz` and capture for `forMs`, in one poll-driven loop, with a hard end. */
function playAndCapture(playback: Pcm, capture: Pcm, hz: number, forMs: number): Int16Array {
  const heard = new Int16Array((RATE * forMs) / 1000);
  const out = new Int16Array(FRAME);
  const frame = new Int16Array(FRAME);
  let sample = sine(out, hz, RATE, 8000, 0);
  let pending = out;
  let got = 0;
  capture.start();
  const until = performance.now() + forMs * 2 + 1000;
  while (got < heard.length && performance.now() < until) {
    for (;;) {
      const taken = moved(playback, () => playback.writei(pending));
      pending = pending.subarray(taken);
      if (pending.length > 0) break;
      sample = sine(out, hz, RATE, 8000, sample);
      pending = out;
    }
    capture.wait(50);
    const read = moved(capture, () => capture.readi(frame));
    heard.set(frame.subarray(0, Math.min(read, heard.length - got)), got);
    got += read;
  }
  return heard.subarray(0, Math.min(got, heard.length));
}

if (typeof server === 'string') {
  console.log(`SKIP pulse null sinks: ${server}`);
} else {
  test.after(() => server.stop());

  test('pulse: 440 Hz played to a null sink is found on its monitor, in real time', () => {
    const playback = openPcm({ ...SHAPE, name: 'wire', stream: 'playback', startThresholdFrames: 320 });
    const capture = openPcm({ ...SHAPE, name: 'wire_monitor', stream: 'capture' });
    try {
      assert.equal(playback.parameters.rate, RATE);
      assert.equal(playback.parameters.startThresholdFrames, 320);
      const started = performance.now();
      const heard = playAndCapture(playback, capture, 440, 1000);
      assert.equal(heard.length, RATE, 'a second of frames arrived');
      assert.ok(performance.now() - started > 700, 'the server paces capture');
      const steady = heard.subarray(RATE / 2);
      assert.ok(goertzel(steady, 440, RATE) > 0.9, `440 Hz share ${goertzel(steady, 440, RATE)}`);
      assert.ok(goertzel(steady, 700, RATE) < 0.05);
      assert.ok(playback.delay() > 0, 'what was written is still on its way');
    } finally {
      playback.close();
      capture.close();
    }
  });

  test('pulse: drain lets the rest be heard and ends in time', async () => {
    const playback = openPcm({ ...SHAPE, name: 'wire', stream: 'playback' });
    try {
      playback.writei(new Int16Array(FRAME * 4));
      const started = performance.now();
      await playback.drain(1500);
      const took = performance.now() - started;
      assert.ok(took >= 40 && took < 2500, `drain took ${took} ms`);
    } finally {
      playback.close();
    }
  });

  test('pulse: a blocking read gives up instead of hanging when the server dies', () => {
    const capture = openPcm({ ...SHAPE, nonBlocking: false, name: 'wire_monitor', stream: 'capture' });
    try {
      capture.start();
      let got = 0;
      for (let turn = 0; turn < 12 && got < FRAME; turn++) got = capture.readi(new Int16Array(FRAME));
      assert.equal(got, FRAME, 'frames come while the server lives');
      server.stop();
      const started = performance.now();
      assert.throws(() => {
        for (let turn = 0; turn < 20; turn++) {
          if (capture.readi(new Int16Array(FRAME)) < FRAME) throw new Error('short read');
        }
      });
      assert.ok(performance.now() - started < 3000);
      assert.throws(() => openPcm({ ...SHAPE, name: 'wire', stream: 'playback' }), { code: 'ECONNREFUSED' });
    } finally {
      capture.close();
    }
  });
}

test.run();
