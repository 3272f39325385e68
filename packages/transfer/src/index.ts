export type * from './door.ts';
export { defaultRules, type ProfileName, profiles, transferRules } from './rules.ts';
export type * from './state.ts';
