export { canDo, canDoWith, judge } from './can-do.ts';
export { type AutoAnswer, allSettings, type Choices, choicesFor, firstChoices, type Volumes } from './choices.ts';
export type * from './door.ts';
export { isEmergency } from './inquiry.ts';
export { phone } from './phone.ts';
export { initialPhone, type Kept, phoneSettings } from './settings.ts';
export type * from './state.ts';
export type * from './watched.ts';
