export { Admission, LOCAL_WINS_MS, type RemotePolicy } from './admission.ts';
export { compileSooner } from './compile-sooner.ts';
export { ControlServer, type ControlServerOptions } from './control-server.ts';
export { Emitter } from './emitter.ts';
export { farewell } from './farewell.ts';
export type { CallRecord, JournalEntry } from './journal.ts';
export { Runtime, type RuntimeListener, type RuntimeOptions } from './runtime.ts';
export { parseServer, resolveServer, type ServerAddress, ServerFault } from './server-address.ts';
export { createSoftphone, type Softphone, type SoftphoneOptions } from './softphone.ts';
export {
  type SoftphoneCall,
  type SoftphoneCallState,
  SoftphoneError,
  type SoftphoneTransfer,
  type TransferResult,
} from './softphone-call.ts';
export type { LineOptions, SoftphoneLine } from './softphone-line.ts';
