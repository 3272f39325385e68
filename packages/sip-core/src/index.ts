export type * from './message/message.ts';
export type * from './user-agent/door.ts';
export type * from './user-agent/settings.ts';
