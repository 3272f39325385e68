export { Bus, BusError, type BusMethod, type BusSignal, type Reply } from './bus.ts';
export { socketPaths, systemBusAddress } from './bus-address.ts';
export { type ObjectTree, ServiceObjects } from './service-objects.ts';
