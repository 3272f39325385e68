export { clockSynchronised } from './clock-synchronised.ts';
export { type ControlClient, connectControl, type FinalAnswer, type RequestOptions } from './control-client.ts';
export { defaultControlPath } from './control-path.ts';
