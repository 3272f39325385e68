export type * from './intent.ts';
export type * from './reducer/door.ts';
export type * from './reducer/state.ts';
