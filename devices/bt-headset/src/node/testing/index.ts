export { FakeBluealsa, FakeBluez } from './fake-bluez.ts';
export { noBusDaemon, PrivateBus, until } from './private-bus.ts';
