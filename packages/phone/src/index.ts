export {
  Bindings,
  type BindingsIn,
  type DeviceEvent,
  defaultKeys,
  headsetGestures,
  type KeyBinding,
  type KeyTable,
} from './bindings.ts';
export { isDialable } from './dial-plan/dialable.ts';
export { explainTransfer } from './explain/explain-transfer.ts';
export type * from './intent.ts';
export {
  isRegistered,
  type LampColour,
  type LampPattern,
  lampChange,
  lampLevel,
  lampPatterns,
  lamps,
  type PatternName,
} from './lamps.ts';
export * from './reducer/index.ts';
export { coarse, display, type PhoneView, type Stamp, view } from './view.ts';
