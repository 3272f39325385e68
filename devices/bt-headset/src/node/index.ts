export { Bluetooth, type BluetoothListener, type BluetoothOptions } from './bluetooth.ts';
