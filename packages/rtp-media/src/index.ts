export type * from './engine/door.ts';
export type * from './engine/ports.ts';
export * from './engine/sound.ts';
export type * from './sdp/door.ts';
export type * from './session/plan.ts';
export * from './tone/countries.ts';
