export { Hook, type HookEvent, type HookLevel, type HookTimes } from './hook.ts';
export { LineDebounce, type LineLevel } from './line-debounce.ts';
export { type KeyEdge, Matrix, type MatrixScan } from './matrix.ts';
