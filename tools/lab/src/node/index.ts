export { type DemoOptions, demoOptions } from './demo/options.ts';
export { type DemoResult, runDemo } from './demo/run.ts';
export { GuestOffice } from './guest-office.ts';
export { openHand } from './hands/open-hand.ts';
export { openOnFreePlot } from './plots.ts';
export { RealOffice, type RealOfficeOptions, type RealPerson, until } from './real-office.ts';
export { type RealPhone, startRealPhone } from './real-phone.ts';
export { seededCrypto } from './seeded-crypto.ts';
export { PlotTaken, WireNetwork, type WireOptions } from './wire-network.ts';
