export { DeviceError, errnoName } from './device-error.ts';
export { type AccessMode, DeviceFile, type DeviceListener, type DeviceWatcher } from './device-file.ts';
export { unavailableReason } from './libc.ts';
export type { Message } from './message.ts';
