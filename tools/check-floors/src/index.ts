export { checkFloors, type Finding, type Package } from './check.ts';
export { ROOMS, type Room } from './floors.ts';
