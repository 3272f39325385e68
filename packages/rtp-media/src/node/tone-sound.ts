import type { AudioSink, AudioSource, Sound } from '../engine/sound.ts';
import { parseCadence } from '../tone/cadence.ts';
import { ToneGenerator } from '../tone/generator.ts';

const NOWHERE: AudioSink = { write: () => {} };
const NOTHING: AudioSource = { read: () => false };

/** Nothing to hear and nobody listening; ticked by the loop's deadline. Also the base of the other device-free sounds. */
export class SilenceSound implements Sound {
  readonly microphone: AudioSource = NOTHING;
  readonly speaker: AudioSink = NOWHERE;
  readonly ringer: AudioSink = NOWHERE;
  readonly pollFds: readonly number[] = [];

  available(): number {
    return 0;
  }

  tend(): string | undefined {
    return undefined;
  }

  close(): void {}
}

/** A tone as microphone. */
export class ToneSound extends SilenceSound {
  override readonly microphone: AudioSource;

  constructor(cadence: string, dbm0: number) {
    super();
    const steps = parseCadence(cadence);
    if (!steps.ok) throw new Error(`tone cadence "${cadence}": ${steps.fault} at ${steps.at}`);
    const generator = new ToneGenerator();
    generator.start(steps.value, dbm0);
    this.microphone = {
      read: (frame) => {
        frame.fill(0);
        generator.addTo(frame);
        return true;
      },
    };
  }
}
