import { existsSync, readdirSync } from 'node:fs';
import type { AlsaDevices } from '@switchhook/audio';
import type { PhoneState } from '@switchhook/phone';
import type { MediaCommand } from '@switchhook/rtp-media';
import type { SoundChoice } from '@switchhook/rtp-media/node';
import type { Configuration } from '../configuration/schema.ts';

/** What the media worker of the desk phone may be told to open: anything without a device, or the sound card. */
export type DeskSound =
  | SoundChoice
  /** `mustOpen`: the worker ends when a device cannot be opened now; else it goes on trying. */
  | { readonly type: 'alsa'; readonly devices: AlsaDevices; readonly mustOpen: boolean };

/** The sound to try first, and whether the phone may go on in silence when it cannot be had. */
export interface SoundPlan {
  readonly sound: DeskSound;
  readonly orSilence: boolean;
  /** Why the first choice of the configuration is not even tried. */
  readonly note?: string;
}

const SILENCE: DeskSound = { type: 'silence' };

/** What the configuration asks for, looked at with what this machine has. */
export function planSound(audio: Configuration['audio'], hasCard: () => boolean = machineHasCard): SoundPlan {
  const { capture, playback, headset, speaker } = audio;
  const devices: AlsaDevices = {
    capture,
    playback,
    ringer: audio.ringer ?? playback,
    ...(headset === undefined ? {} : { headset }),
    ...(speaker === undefined ? {} : { speaker }),
  };
  switch (audio.sound) {
    case 'silence':
      return { sound: SILENCE, orSilence: false };
    case 'files': {
      const { microphoneFile, speakerFile } = audio;
      return {
        sound: {
          type: 'file',
          ...(microphoneFile === undefined ? {} : { microphone: microphoneFile }),
          ...(speakerFile === undefined ? {} : { speaker: speakerFile }),
        },
        orSilence: false,
      };
    }
    case 'alsa':
      return { sound: { type: 'alsa', devices, mustOpen: false }, orSilence: false };
    case 'auto': {
      const named = audio.capture !== 'default' || audio.playback !== 'default';
      if (named || hasCard()) return { sound: { type: 'alsa', devices, mustOpen: true }, orSilence: true };
      return {
        sound: SILENCE,
        orSilence: false,
        note: 'no sound card here: the phone works in silence (audio.sound: silence hides this line)',
      };
    }
    default:
      throw audio.sound satisfies never;
  }
}

/** What a media worker must know before the first call: where the person listens, and how loud each place is. */
export function levelsOf({ route, volumes }: Pick<PhoneState, 'route' | 'volumes'>): readonly MediaCommand[] {
  const places = ['handset', 'headset', 'speaker', 'ring'] as const;
  return [
    { type: 'route', route },
    ...places.map((place): MediaCommand => ({ type: 'volume', route: place, percent: volumes[place] })),
  ];
}

/** Whether the kernel knows a sound card, or a user's sound server stands in for one. */
function machineHasCard(): boolean {
  try {
    if (readdirSync('/dev/snd').some((name) => name.startsWith('pcm'))) return true;
  } catch {
    // No folder: the kernel has no sound at all.
  }
  const folder = process.env['XDG_RUNTIME_DIR'];
  return process.env['PULSE_SERVER'] !== undefined || (folder !== undefined && existsSync(`${folder}/pulse/native`));
}
