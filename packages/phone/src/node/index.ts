export { Admission, LOCAL_WINS_MS, type RemotePolicy } from './admission.ts';
export { ControlServer, type ControlServerOptions } from './control-server.ts';
export type { CallRecord, JournalEntry } from './journal.ts';
export { Runtime, type RuntimeListener, type RuntimeOptions } from './runtime.ts';
