export { type KeptCommand, Remembrance } from './acknowledgements.ts';
export { Bridge, type BridgeIn, type BridgeOut, type BridgeSettings, type BrokerMessage } from './bridge.ts';
export { type Privacy, Veil } from './privacy.ts';
export { canonicalJson, signedText } from './signature.ts';
export { type Ask, type Role, Topics } from './topics.ts';
