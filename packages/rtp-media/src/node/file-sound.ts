import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { AudioSink, AudioSource } from '../engine/sound.ts';
import { SAMPLE_RATE } from '../engine/sound.ts';
import { readWav, WAV_HEADER, type Wav, wavHeader } from '../wav/wav.ts';
import { SilenceSound } from './tone-sound.ts';

/** A WAV file as microphone, in a loop, and WAV files as ears. */
export class FileSound extends SilenceSound {
  override readonly microphone: AudioSource;
  override readonly speaker: AudioSink;
  override readonly ringer: AudioSink;
  readonly #files: WavFile[] = [];

  constructor(paths: { readonly microphone?: string; readonly speaker?: string; readonly ringer?: string }) {
    super();
    this.microphone = paths.microphone === undefined ? { read: () => false } : new WavLoop(paths.microphone);
    this.speaker = this.#ear(paths.speaker);
    this.ringer = this.#ear(paths.ringer);
  }

  /** The lengths in the headers are brought up to date, so that a file can be listened to while it grows. */
  override tend(): string | undefined {
    for (const file of this.#files) file.patch();
    return undefined;
  }

  override close(): void {
    for (const file of this.#files.splice(0)) file.close();
  }

  #ear(path: string | undefined): AudioSink {
    if (path === undefined) return { write: () => {} };
    const file = new WavFile(path);
    this.#files.push(file);
    return file;
  }
}

class WavLoop implements AudioSource {
  readonly #samples: Int16Array;
  #at = 0;

  constructor(path: string) {
    const wav = readWav(readFileSync(path));
    if (!wav.ok) throw new Error(`${path}: ${wav.fault} at octet ${wav.at}`);
    this.#samples = atEngineRate(wav.value);
    if (this.#samples.length === 0) throw new Error(`${path}: no samples`);
  }

  read(frame: Int16Array): boolean {
    for (let i = 0; i < frame.length; i++) {
      frame[i] = this.#samples[this.#at]!;
      this.#at = (this.#at + 1) % this.#samples.length;
    }
    return true;
  }
}

class WavFile implements AudioSink {
  readonly #fd: number;
  #count = 0;
  #closed = false;

  constructor(path: string) {
    this.#fd = openSync(path, 'w');
    writeSync(this.#fd, wavHeader(SAMPLE_RATE, 0));
  }

  write(frame: Int16Array): void {
    if (this.#closed) return;
    const bytes = new Uint8Array(frame.buffer, frame.byteOffset, frame.byteLength);
    writeSync(this.#fd, bytes, 0, bytes.length, WAV_HEADER + this.#count * 2);
    this.#count += frame.length;
  }

  patch(): void {
    writeSync(this.#fd, wavHeader(SAMPLE_RATE, this.#count), 0, WAV_HEADER, 0);
  }

  close(): void {
    this.patch();
    this.#closed = true;
    closeSync(this.#fd);
  }
}

/** Straight lines between samples: good enough for a prompt, loaded once. */
function atEngineRate(wav: Wav): Int16Array {
  if (wav.sampleRate === SAMPLE_RATE) return wav.samples;
  const step = wav.sampleRate / SAMPLE_RATE;
  const samples = new Int16Array(Math.floor(wav.samples.length / step));
  for (let i = 0; i < samples.length; i++) {
    const at = i * step;
    const whole = Math.floor(at);
    const first = wav.samples[whole]!;
    samples[i] = first + ((wav.samples[whole + 1] ?? first) - first) * (at - whole);
  }
  return samples;
}
