/** PCM names of one place where a person listens and speaks. */
export interface AlsaDevice {
  /** Any name libasound knows. `plughw:CARD=<id>` converts rate and channels, `hw:` does not. */
  readonly capture: string;
  readonly playback: string;
}

/** Which PCMs the telephone uses. `capture` and `playback` are the handset's. Plain data: it crosses to the worker. */
export interface AlsaDevices extends AlsaDevice {
  readonly headset?: AlsaDevice;
  readonly speaker?: AlsaDevice;
  /** What rings. The handset's `playback` again = the bell is mixed into it. Without it nothing rings. */
  readonly ringer?: string;
  /** Frames of silence (20 ms each) laid into playback ahead of the first: what late ticks may use up. Default 2. */
  readonly prefillFrames?: number;
}
