import { bluealsaVoice } from '@switchhook/bt-headset';
import type { Configuration } from '../configuration/schema.ts';

/** Whether the audio route `headset` is the Bluetooth headset's voice: it is there only while the headset is connected. */
export function voiceByBluetooth({ headset, audio }: Pick<Configuration, 'headset' | 'audio'>): boolean {
  const ours = headset.transport === 'auto' || headset.transport === 'bluealsa';
  return headset.enabled && ours && audio.headset === undefined;
}

/** The audio settings with the headset's voice at bluealsa, where no other devices are named for that route. */
export function audioWithHeadset(configuration: Pick<Configuration, 'headset' | 'audio'>): Configuration['audio'] {
  if (!voiceByBluetooth(configuration)) return configuration.audio;
  const voice = bluealsaVoice(configuration.headset.address?.toUpperCase());
  return { ...configuration.audio, headset: { capture: voice, playback: voice } };
}
