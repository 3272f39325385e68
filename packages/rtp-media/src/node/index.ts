export { FRAMES_AHEAD, FramesLink } from './frames-link.ts';
export { MAX_WAIT_MS, type MediaIo, type MediaSocket } from './media-io.ts';
export { type MediaWorkerOptions, soundWorkerUrl, startMediaWorker } from './media-worker-port.ts';
export type { PortRange } from './port-pool.ts';
export { runMediaWorker } from './run-media-worker.ts';
export { openSound, type SoundChoice } from './sound-choice.ts';
export { type MediaWorkerData, mediaWorkerData, openMediaIo } from './worker.ts';
