/** Entry file of a media worker whose sound needs no device: silence, tone, file, frames. */
import { runMediaWorker } from './run-media-worker.ts';
import { openSound, type SoundChoice } from './sound-choice.ts';
import { mediaWorkerData, openMediaIo } from './worker.ts';

const data = mediaWorkerData<SoundChoice>();
await runMediaWorker(openMediaIo(data), openSound(data.sound));
