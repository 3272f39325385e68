export { type Configuration, readConfiguration } from '../configuration.ts';
export { type BridgeLog, type RunningBridge, runBridge } from './run-bridge.ts';
