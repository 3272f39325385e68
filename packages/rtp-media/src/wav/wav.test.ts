import assert from 'node:assert/strict';
import { test } from 'uvu';
import { readWav, WAV_HEADER, writeWav } from './wav.ts';

const samples = Int16Array.of(0, 1, -1, 32767, -32768);

test('WAV: what is written is read back', () => {
  const read = readWav(writeWav({ sampleRate: 8000, samples }));
  assert.ok(read.ok);
  assert.equal(read.value.sampleRate, 8000);
  assert.deepEqual(read.value.samples, samples);
});

test('WAV: the header is the canonical 44 octets', () => {
  const bytes = writeWav({ sampleRate: 8000, samples: Int16Array.of(0x0201) });
  const hex = Buffer.from(bytes).toString('hex');
  assert.equal(
    hex,
    '52494646' +
      '26000000' +
      '57415645' +
      '666d7420' +
      '10000000' +
      '0100' +
      '0100' +
      '401f0000' +
      '803e0000' +
      '0200' +
      '1000' +
      '64617461' +
      '02000000' +
      '0102',
  );
});

test('WAV: unknown chunks of odd length are passed over', () => {
  const plain = writeWav({ sampleRate: 16000, samples });
  const junk = Uint8Array.from([...Buffer.from('LIST'), 3, 0, 0, 0, 1, 2, 3, 0]);
  const bytes = Uint8Array.from([...plain.subarray(0, 12), ...junk, ...plain.subarray(12)]);
  const read = readWav(bytes);
  assert.ok(read.ok);
  assert.deepEqual(read.value.samples, samples);
});

test('WAV: every prefix gives a value or a word', () => {
  const whole = writeWav({ sampleRate: 8000, samples });
  for (let end = 0; end < whole.length; end++)
    assert.equal(readWav(whole.subarray(0, end)).ok, end >= WAV_HEADER, `${end}`);
});

test('WAV: stereo and foreign files are refused by name', () => {
  const stereo = writeWav({ sampleRate: 8000, samples });
  stereo[22] = 2;
  assert.deepEqual(readWav(stereo), { ok: false, fault: 'not-mono-pcm16', at: 20 });
  assert.deepEqual(readWav(new Uint8Array(40)), { ok: false, fault: 'not-riff', at: 0 });
});

test.run();
