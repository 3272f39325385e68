export { Bridge, type BridgeIn, type BridgeOut, type BridgeSettings, type BrokerMessage } from './bridge.ts';
export { type Ask, type Role, Topics } from './topics.ts';
