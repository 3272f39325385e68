import { describeMissing } from '@switchhook/audio/node';
import { planSound } from '../desk-sound.ts';
import type { Check } from './check.ts';

/** Whether the cards of the configuration can be opened now. A running phone may hold them. */
export const soundCheck: Check = ({ loaded }) => {
  if (loaded === undefined) return [];
  const { sound, note, orSilence } = planSound(loaded.configuration.audio);
  const part = 'sound';
  if (note !== undefined) return [{ part, verdict: 'warning', text: note }];
  if (sound.type !== 'alsa')
    return [{ part, verdict: 'note', text: `audio.sound is ${loaded.configuration.audio.sound}` }];
  const missing = describeMissing(sound.devices);
  if (missing === undefined)
    return [{ part, verdict: 'ok', text: `${sound.devices.capture} and ${sound.devices.playback} can be opened` }];
  return [{ part, verdict: orSilence || /EBUSY/.test(missing) ? 'warning' : 'fault', text: missing }];
};
