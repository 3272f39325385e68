export { AlsaError, errnoName } from './alsa-error.ts';
export { type Card, listCards, listPcms, type PcmHint } from './cards.ts';
export { isAvailable, unavailableReason } from './library.ts';
export type { PcmOptions, PcmParameters } from './parameters.ts';
export { MAX_WAIT_MS, openPcm, Pcm, type PcmState, type PollDescriptor } from './pcm.ts';
