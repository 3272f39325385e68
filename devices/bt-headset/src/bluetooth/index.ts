export { Backoff } from './backoff.ts';
export {
  adaptersOf,
  addressInPath,
  addressOf,
  type BluetoothAdapter,
  chooseHeadset,
  HANDS_FREE,
  HANDS_FREE_GATEWAY,
  type HeadsetDevice,
  headsetsOf,
} from './headset-device.ts';
export { type BluetoothStatus, bluealsaVoice, type HeadsetLink, type HeadsetTransport } from './link.ts';
