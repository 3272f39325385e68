/** A media worker's entry file as an app writes it: `sound` is an `AlsaDevices`. */
import { mediaWorkerData, openMediaIo, runMediaWorker } from '@switchhook/rtp-media/node';
import type { AlsaDevices } from '../src/index.ts';
import { openAlsaSound } from '../src/node/index.ts';

const data = mediaWorkerData<AlsaDevices>();
// First the loop: the threads that the card's plugins start then do not run at its priority.
const io = openMediaIo(data);
await runMediaWorker(io, openAlsaSound(data.sound));
