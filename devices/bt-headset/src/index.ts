export * from './gateway/index.ts';
export { type ButtonInput, type Gesture, type GestureEvent, Gestures, type GestureTimes } from './gesture.ts';
