import type { MessagePort } from 'node:worker_threads';
import type { Sound } from '../engine/sound.ts';
import { FileSound } from './file-sound.ts';
import { FramesSound } from './frames-sound.ts';
import { SilenceSound, ToneSound } from './tone-sound.ts';

/** A sound without a device, as plain data for a worker. The loop's deadline is its clock. */
export type SoundChoice =
  /** A microphone that hears nothing and a speaker that nobody hears. */
  | { readonly type: 'silence' }
  /** A test tone as microphone: `cadence` in the tone syntax (`440`, `440/500,0/500`), default level -10 dBm0. */
  | { readonly type: 'tone'; readonly cadence: string; readonly dbm0?: number }
  /**
   * WAV files: `microphone` is played in a loop (mono, 16 bit, any rate); `speaker` and `ringer` are written as they
   * sound (8 kHz). What is left out is silence, or unheard.
   */
  | {
      readonly type: 'file';
      readonly microphone?: string;
      readonly speaker?: string;
      readonly ringer?: string;
    }
  /** Frames exchanged with another thread: the choice of a `FramesLink`. */
  | { readonly type: 'frames'; readonly port: MessagePort };

/** Open a device-free sound; throws when a cadence or a WAV file cannot be read. */
export function openSound(choice: SoundChoice): Sound {
  switch (choice.type) {
    case 'silence':
      return new SilenceSound();
    case 'tone':
      return new ToneSound(choice.cadence, choice.dbm0 ?? -10);
    case 'file':
      return new FileSound(choice);
    case 'frames':
      return new FramesSound(choice.port);
    default:
      choice satisfies never;
      throw new Error(`no such sound: ${JSON.stringify(choice)}`);
  }
}
