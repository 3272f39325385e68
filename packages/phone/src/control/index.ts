export type { Role } from '../intent.ts';
export { type ArgumentFault, readArguments } from './arguments.ts';
export {
  type Command,
  DEPTH_LIMIT,
  type Decoded,
  decodeLine,
  type LineFault,
  type Request,
  type Topic,
} from './decode.ts';
export type { Diagnosis, MediaNotice } from './diagnosis.ts';
export type { TransferExplanation } from './explanation.ts';
export { isoFrom, msFromIso } from './iso.ts';
export { opinionScore, type StreamFigures } from './opinion-score.ts';
export * from './protocol.ts';
export { isRole, mayDo } from './roles.ts';
export { ControlSession, type SessionIn, type SessionOut, type SessionSettings } from './session.ts';
export {
  accountSettings,
  type Scalar,
  type SettingShape,
  settingFromText,
  settingShape,
  settingShapes,
  settingText,
} from './settings.ts';
export { allVerbs, makeIntent, queryVerbs, type VerbEntry, verbTable } from './verbs.ts';
