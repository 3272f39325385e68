import assert from 'node:assert/strict';
import { test } from 'uvu';
import { AlsaError, errnoName, isAvailable, listCards, listPcms, openPcm, unavailableReason } from './index.ts';
import { loadLibrary } from './library.ts';

const NULL = {
  name: 'null',
  rate: 8000,
  channels: 1,
  format: 's16',
  periodFrames: 160,
  bufferFrames: 640,
  nonBlocking: true,
} as const;

test('library: a missing libasound is one line that says what helps', () => {
  const loaded = loadLibrary(['libasound-not-here.so.9']);
  assert.equal(loaded.available, false);
  assert.ok(!loaded.available && /apt install libasound2/.test(loaded.reason));
  assert.ok(!loaded.available && !loaded.reason.includes('\n'));
});

test('errors: an error number of either sign has its name', () => {
  assert.equal(errnoName(-32), 'EPIPE');
  assert.equal(errnoName(86), 'ESTRPIPE');
  assert.equal(errnoName(-11), 'EAGAIN');
  assert.equal(errnoName(9999), 'E9999');
});

if (!isAvailable()) {
  console.log(`SKIP null PCM: ${unavailableReason()}`);
} else {
  test('null PCM: the parameters asked for are the parameters got', () => {
    const pcm = openPcm({ ...NULL, stream: 'playback' });
    assert.equal(pcm.parameters.rate, 8000);
    assert.equal(pcm.parameters.channels, 1);
    assert.equal(pcm.parameters.periodFrames, 160);
    assert.equal(pcm.parameters.bufferFrames, 640);
    assert.equal(pcm.parameters.startThresholdFrames, 480);
    assert.equal(pcm.parameters.availMinFrames, 160);
    assert.equal(pcm.state(), 'prepared');
    pcm.close();
  });

  test('null PCM: takes what is written and always has something to read', () => {
    const out = openPcm({ ...NULL, stream: 'playback' });
    assert.equal(out.writei(new Int16Array(160).fill(1000)), 160);
    out.close();
    const capture = openPcm({ ...NULL, stream: 'capture' });
    capture.start();
    assert.ok(capture.wait(10));
    assert.equal(capture.readi(new Int16Array(160)), 160);
    assert.ok(capture.avail() > 0);
    assert.ok(capture.pollDescriptors().length > 0);
    capture.close();
  });

  test('null PCM: stereo counts frames, not samples', () => {
    const pcm = openPcm({ ...NULL, channels: 2, stream: 'playback' });
    assert.equal(pcm.writei(new Int16Array(320)), 160);
    assert.throws(() => pcm.writei(new Int16Array(3)), RangeError);
    pcm.close();
  });

  test('wait: longer than 250 ms is refused', () => {
    const pcm = openPcm({ ...NULL, stream: 'capture' });
    assert.throws(() => pcm.wait(251), RangeError);
    assert.throws(() => pcm.wait(Number.NaN), RangeError);
    pcm.close();
  });

  test('close: twice is harmless, use afterwards is ECLOSED', () => {
    const pcm = openPcm({ ...NULL, stream: 'playback' });
    pcm.close();
    pcm.close();
    assert.throws(() => pcm.avail(), { code: 'ECLOSED', operation: 'snd_pcm_avail_update', device: 'null' });
  });

  test('open: an unknown name is ENOENT with a remedy', () => {
    try {
      openPcm({ ...NULL, name: 'no_such_pcm', stream: 'playback' });
      assert.fail('opened');
    } catch (error) {
      assert.ok(error instanceof AlsaError);
      assert.equal(error.code, 'ENOENT');
      assert.equal(error.operation, 'snd_pcm_open');
      assert.match(error.message, /listPcms/);
      assert.ok(!error.message.includes('\n'));
    }
  });

  test('recover: only an xrun or a suspend is recovered from', () => {
    const pcm = openPcm({ ...NULL, stream: 'capture' });
    assert.equal(pcm.recover(new AlsaError('ENODEV', 'snd_pcm_readi', 'null')), false);
    assert.equal(pcm.recover(new Error('other')), false);
    assert.equal(pcm.recover(new AlsaError('EPIPE', 'snd_pcm_readi', 'null')), true);
    assert.equal(pcm.state(), 'running');
    pcm.close();
  });

  test('drain: ends within its limit', async () => {
    const pcm = openPcm({ ...NULL, stream: 'playback' });
    pcm.writei(new Int16Array(160));
    const started = performance.now();
    await pcm.drain(100);
    assert.ok(performance.now() - started < 1000);
    pcm.close();
  });

  test('lists: PCM names are there and cards are well-formed', () => {
    assert.ok(listPcms().some((pcm) => pcm.name === 'null'));
    for (const card of listCards()) assert.ok(card.index >= 0 && card.id !== '');
  });
}

test.run();
