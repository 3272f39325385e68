export {
  Bindings,
  type BindingsIn,
  type DeviceEvent,
  defaultKeys,
  headsetGestures,
  type KeyBinding,
  type KeyTable,
} from './bindings.ts';
export { type DialPlan, type DialRule, planned, readiness } from './dial-plan/dial-plan.ts';
export { isDialable } from './dial-plan/dialable.ts';
export {
  type DialPattern,
  fit,
  type PatternFault,
  parsePattern,
  patternFaults,
  shortest,
} from './dial-plan/pattern.ts';
export { explainTransfer } from './explain/explain-transfer.ts';
export type * from './intent.ts';
export { LampClock, type LampLight } from './lamp-clock.ts';
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
export { type ButtonEvent, type Press, Presses, type PressesIn, type PressTimes } from './presses.ts';
export * from './reducer/index.ts';
export { coarse, display, type Glance, type GlancedLine, glance, type PhoneView, type Stamp, view } from './view.ts';
