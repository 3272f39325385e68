export { FakeBluealsa, FakeBluez } from './fake-bluez.ts';
export { type FarEnd, linkPair } from './link-pair.ts';
export { noBusDaemon, PrivateBus, until } from './private-bus.ts';
