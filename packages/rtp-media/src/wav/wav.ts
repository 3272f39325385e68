import { fault, type Parsed, parsed } from '@switchhook/sans-io';

export type WavFault = 'not-riff' | 'not-wave' | 'truncated' | 'no-format' | 'not-mono-pcm16' | 'no-data';

/** Mono 16-bit sound with its rate. */
export interface Wav {
  readonly sampleRate: number;
  readonly samples: Int16Array;
}

/** Octets before the samples in a file that `writeWav` makes. */
export const WAV_HEADER = 44;

/** The 44-octet header of a mono 16-bit file of `count` samples: for writers that stream and patch the count later. */
export function wavHeader(sampleRate: number, count: number): Uint8Array {
  const bytes = new Uint8Array(WAV_HEADER);
  const view = new DataView(bytes.buffer);
  const word = (at: number, text: string): void => {
    for (let i = 0; i < 4; i++) bytes[at + i] = text.charCodeAt(i);
  };
  word(0, 'RIFF');
  view.setUint32(4, 36 + 2 * count, true);
  word(8, 'WAVE');
  word(12, 'fmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, 2 * sampleRate, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  word(36, 'data');
  view.setUint32(40, 2 * count, true);
  return bytes;
}

/** A whole WAV file. */
export function writeWav(wav: Wav): Uint8Array {
  const bytes = new Uint8Array(WAV_HEADER + 2 * wav.samples.length);
  bytes.set(wavHeader(wav.sampleRate, wav.samples.length));
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < wav.samples.length; i++) view.setInt16(WAV_HEADER + 2 * i, wav.samples[i]!, true);
  return bytes;
}

/** Read a mono 16-bit PCM WAV file; unknown chunks are passed over. A data chunk that is cut off gives what is there. */
export function readWav(bytes: Uint8Array): Parsed<Wav, WavFault> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (bytes.length < 12) return fault('truncated', bytes.length);
  if (word(0) !== 'RIFF') return fault('not-riff', 0);
  if (word(8) !== 'WAVE') return fault('not-wave', 8);
  let sampleRate = 0;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const size = view.getUint32(at + 4, true);
    const body = at + 8;
    if (word(at) === 'fmt ') {
      if (size < 16 || body + 16 > bytes.length) return fault('truncated', at);
      const mono = view.getUint16(body + 2, true) === 1;
      const pcm16 = view.getUint16(body, true) === 1 && view.getUint16(body + 14, true) === 16;
      sampleRate = view.getUint32(body + 4, true);
      if (!mono || !pcm16 || sampleRate === 0) return fault('not-mono-pcm16', body);
    }
    if (word(at) === 'data') {
      if (sampleRate === 0) return fault('no-format', at);
      const count = Math.min(size, bytes.length - body) >> 1;
      const samples = new Int16Array(count);
      for (let i = 0; i < count; i++) samples[i] = view.getInt16(body + 2 * i, true);
      return parsed({ sampleRate, samples });
    }
    at = body + size + (size & 1);
  }
  return fault(sampleRate === 0 ? 'no-format' : 'no-data', bytes.length);
}
