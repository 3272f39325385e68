export { type AlsaCounts, type AlsaSound, describeMissing, openAlsaSound } from './alsa-sound.ts';
