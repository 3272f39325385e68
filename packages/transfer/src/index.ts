export type { TransferorStep } from './attempt.ts';
export type * from './door.ts';
export { type ReferGoal, referToUri, replacesFor } from './refer-to.ts';
export { defaultRules, type ProfileName, profiles, transferRules } from './rules.ts';
export type * from './state.ts';
export { startAttended, startBlind, startJoin, transferStep } from './transferor.ts';
