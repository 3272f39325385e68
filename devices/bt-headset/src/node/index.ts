export { Bluetooth, type BluetoothListener, type BluetoothOptions } from './bluetooth.ts';
export { HidHeadset, type HidHeadsetOptions } from './hid-headset.ts';
export { MediaKeys, type MediaKeysOptions } from './media-keys.ts';
