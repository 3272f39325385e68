export { Bluetooth, type BluetoothListener, type BluetoothOptions } from './bluetooth.ts';
export { HidHeadset, type HidHeadsetOptions } from './hid-headset.ts';
export { type BluetoothLook, lookAtBluetooth } from './look.ts';
export { MediaKeys, type MediaKeysOptions } from './media-keys.ts';
export { Pairing } from './pairing.ts';
