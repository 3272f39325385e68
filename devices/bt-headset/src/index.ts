export {
  type BluetoothStatus,
  bluealsaVoice,
  type HeadsetDevice,
  type HeadsetLink,
  type HeadsetTransport,
} from './bluetooth/index.ts';
export * from './gateway/index.ts';
export * from './hid/index.ts';
