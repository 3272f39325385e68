/** Entry file of the desk phone's media worker: the sound card, or whatever rtp-media opens without one. */
import { mediaWorkerData, openMediaIo, openSound, runMediaWorker } from '@switchhook/rtp-media/node';
import type { DeskSound } from './desk-sound.ts';

const data = mediaWorkerData<DeskSound>();
const { sound } = data;
await runMediaWorker(openMediaIo(data), sound.type === 'alsa' ? await openCard(sound) : openSound(sound));

/** libasound is only loaded where a card is wanted. */
async function openCard(choice: DeskSound & { readonly type: 'alsa' }) {
  const { describeMissing, openAlsaSound } = await import('@switchhook/audio/node');
  const missing = choice.mustOpen ? describeMissing(choice.devices) : undefined;
  if (missing !== undefined) throw new Error(missing);
  return openAlsaSound(choice.devices);
}
