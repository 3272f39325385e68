export { canDo, canDoWith, isDialable, judge, settingKeys } from './can-do.ts';
export type * from './door.ts';
export { isEmergency } from './inquiry.ts';
export { phone } from './phone.ts';
export { initialPhone, type Kept, phoneSettings } from './settings.ts';
export type * from './state.ts';
