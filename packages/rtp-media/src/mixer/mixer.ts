/** One voice in a mix: the samples that it contributes, and whether they are more than silence. */
export interface Voice {
  readonly heard: Int16Array;
  readonly sounds: boolean;
}

/** A sum of voices in 32 bits, from which each voice can be taken out again ("mix-minus") before it is limited. */
export class Mix {
  readonly #sum: Int32Array;
  #voices = 0;

  constructor(samples: number) {
    this.#sum = new Int32Array(samples);
  }

  /** How many voices were added that sound. */
  get voices(): number {
    return this.#voices;
  }

  clear(): void {
    this.#sum.fill(0);
    this.#voices = 0;
  }

  /** Add a voice; a silent one costs nothing. */
  add(voice: Voice): void {
    if (!voice.sounds) return;
    this.#voices++;
    const sum = this.#sum;
    const heard = voice.heard;
    for (let i = 0; i < sum.length; i++) sum[i]! += heard[i]!;
  }

  /** Add the sum to `frame`, limited to 16 bits. */
  addTo(frame: Int16Array): void {
    if (this.#voices === 0) return;
    const sum = this.#sum;
    for (let i = 0; i < sum.length; i++) frame[i] = saturate(frame[i]! + sum[i]!);
  }

  /** Add the sum without `voice`, which must be one that was added: nobody hears himself. */
  addMinus(voice: Voice, frame: Int16Array): void {
    if (!voice.sounds) {
      this.addTo(frame);
      return;
    }
    if (this.#voices < 2) return;
    const sum = this.#sum;
    const heard = voice.heard;
    for (let i = 0; i < sum.length; i++) frame[i] = saturate(frame[i]! + sum[i]! - heard[i]!);
  }
}

/** The nearest 16-bit value. */
export function saturate(sample: number): number {
  return sample > 32767 ? 32767 : sample < -32768 ? -32768 : sample;
}

/** Multiply `frame` by `gain`, limited to 16 bits. */
export function scale(frame: Int16Array, gain: number): void {
  if (gain === 1) return;
  for (let i = 0; i < frame.length; i++) frame[i] = saturate(frame[i]! * gain);
}

/** Gain of a volume setting: 100 = unchanged, 50 = -20 dB, 0 = nothing. Outside 0..100 counts as the nearer end. */
export function gainOf(percent: number): number {
  if (!(percent > 0)) return 0;
  return percent >= 100 ? 1 : 10 ** ((percent - 100) / 50);
}
