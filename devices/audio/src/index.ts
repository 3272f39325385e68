export type { AlsaDevice, AlsaDevices } from './alsa-devices.ts';
