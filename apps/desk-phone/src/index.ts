export { KEY_NAMES, keyTableOf } from './configuration/key-table.ts';
export {
  type ConfigurationFault,
  type ConfigurationReading,
  describeFault,
  readConfiguration,
} from './configuration/read.ts';
export {
  type AccountConfiguration,
  type Configuration,
  configurationSchema,
  KEY_ACTIONS,
} from './configuration/schema.ts';
export { CTL_VERBS, type CtlParse, type CtlRequest, parseCtl } from './ctl/arguments.ts';
export { type HandEvent, Hands, type HandsOptions } from './hands.ts';
export { HeadsetLine, type HeadsetLineOptions, type HeadsetNews } from './headset/headset-line.ts';
export { type Journal, type JournalLine, readJournal } from './journal/journal-line.ts';
export { listLine, showJournal, verdictOf } from './journal/show.ts';
export { addressOf, type PassingMessage, type SipWatcher, tapped } from './journal/sip-tap.ts';
export { TransferRecorder, type TransferRecorderOptions } from './journal/transfer-recorder.ts';
export { type KeyPress, readKeys } from './terminal/keys.ts';
export { drawScreen, elapsed, type LampLook, type ScreenContext } from './terminal/screen.ts';
