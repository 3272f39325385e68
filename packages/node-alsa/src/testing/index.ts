export { goertzel, sine } from './goertzel.ts';
export { type PulseServer, startPulseServer } from './pulse-server.ts';
