export { Contacts, type ContactsIn, type ContactUse } from './contacts.ts';
export { type DisplayIn, type DisplayOut, Hd44780 } from './display/hd44780.ts';
export { Hook, type HookEvent, type HookLevel, type HookTimes } from './hook.ts';
export {
  type Learned,
  LearnedFault,
  type LearnedWiring,
  type LineReading,
  learnedFrom,
  wiringFrom,
} from './learn/learned.ts';
export { type LedLevel, ledLevels } from './leds.ts';
export { LineDebounce, type LineLevel } from './line-debounce.ts';
export { type KeyEdge, Matrix, type MatrixScan } from './matrix.ts';
export { MatrixScanner, type ScanIn, type ScanOut, type ScanTimes } from './matrix-scanner.ts';
export {
  type ContactWiring,
  type HookWiring,
  type KeyWiring,
  type LampWiring,
  linesOf,
  type MatrixWiring,
  type Pull,
  type Wiring,
  wiringFaults,
} from './wiring.ts';
