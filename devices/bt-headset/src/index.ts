export {
  type BluetoothStatus,
  bluealsaVoice,
  type HeadsetDevice,
  type HeadsetLink,
  type HeadsetTransport,
} from './bluetooth/index.ts';
export * from './gateway/index.ts';
export { type ButtonInput, type Gesture, type GestureEvent, Gestures, type GestureTimes } from './gesture.ts';
export * from './hid/index.ts';
