export type { AlarmClock, Clock } from './clock.ts';
export type { Core, Millis, Step } from './core.ts';
export { Deadlines, earliest } from './deadlines.ts';
export { fault, type Parsed, parsed } from './parsed.ts';
export { hex, type Random, unit } from './random.ts';
export { type Token, token } from './token.ts';
